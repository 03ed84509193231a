import { expect } from 'chai';
import { AGAIN, BLIND_AFTER, lag, TICK, TIMEOUT } from '../model/timing.js';

/** The largest age of the stored "last alive". */
export const LAG = lag(TIMEOUT / 4);

/** Present and recent troubles, which excuse failures of the daemon. */
export class Excuses {
  readonly #now: () => number;
  #refusingSince: number | undefined;
  #diskFull = false;
  #calmSince = -Infinity;
  #stalledAt = -Infinity;
  /** When a message was last made to crash its actor; of these kinds, or of any. */
  readonly #crashedAt = { any: -Infinity, settled: -Infinity, expire: -Infinity };
  #shardCrashedAt = -Infinity;
  /** The wall clock was set, and nothing may have been stored since. */
  jumped = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Since when the disk has been full or slow; until a while after it was. */
  get refusingSince(): number | undefined {
    return this.#refusingSince;
  }

  get diskFull(): boolean {
    return this.#diskFull;
  }

  /** Because of a crash, the outcome of a request is unknown. */
  get unsure(): boolean {
    return this.#isRecent(this.#crashedAt.settled);
  }

  /** Because of a crash, a deadline passed unnoticed. */
  get unnoticed(): boolean {
    return this.unnoticedAt(this.#now());
  }

  /** The same when the daemon died; it may have been down for long since. */
  unnoticedAt(moment: number): boolean {
    return moment - this.#crashedAt.expire < 3 * AGAIN;
  }

  /** The largest age of the stored "last alive". */
  get lag(): number {
    if (this.#refusingSince !== undefined) return Infinity;
    return this.#isRecent(this.#stalledAt) ? LAG : LAG - 2 * BLIND_AFTER;
  }

  diskSlow(): void {
    this.#refusingSince ??= this.#now();
  }

  diskIsFull(full: boolean): void {
    if (full) this.#refusingSince ??= this.#now();
    this.#diskFull = full;
  }

  stalled(): void {
    this.#stalledAt = this.#now();
  }

  crashed(on: string): void {
    this.#crashedAt.any = this.#now();
    if (on === 'settled' || on === 'expire') this.#crashedAt[on] = this.#now();
  }

  shardCrashed(): void {
    this.crashed('any');
    this.#shardCrashedAt = this.#now();
  }

  restarted(): void {
    if (this.#refusingSince === undefined) this.jumped = false;
  }

  /** @returns whether there was no trouble for so long that everything late has happened */
  isCalm(calm: boolean): boolean {
    const now = this.#now();
    if (!calm) this.#calmSince = now;
    // Until the next checkpoint the disk may not know of what happened meanwhile.
    if (now - this.#calmSince > TIMEOUT / 4 + 2 * TICK) this.#refusingSince = undefined;
    return now - this.#calmSince >= 2 * TICK && !this.unnoticed;
  }

  expectReasonFor(code: string): void {
    if (code === 'HEARTBEAT_STORE_REFUSES') expect(this.#refusingSince, code).not.to.equal(undefined);
    else if (code === 'HEARTBEAT_INTERNAL') expect(this.#isRecent(this.#crashedAt.any), code).to.equal(true);
    else if (code === 'HEARTBEAT_NOT_READY')
      expect(this.#isRecent(this.#shardCrashedAt), code).to.equal(true);
    else throw new Error(`refused with ${code}`);
  }

  expectReasonForDeadLetters(letters: number): void {
    if (this.#crashedAt.any === -Infinity) expect(letters, 'dead letters').to.equal(0);
  }

  #isRecent(at: number): boolean {
    return this.#now() - at < 3 * AGAIN;
  }
}
