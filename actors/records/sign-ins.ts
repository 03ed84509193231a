import TinyQueue from 'tinyqueue';
import type { RequestSettlement, SignInEntry } from '../history/history.protocol.js';
import { PendingEntries } from '../shards/pending-entries.js';
import { identityOf, type SignIn } from '../../src/domain/sign-in.js';
import type { Instant, Millis } from '../../src/domain/time.js';
import { HeartbeatError } from '../../src/errors.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';

/** Sign-ins are looked through this often at least, since the wall clock may be set. */
const ROUND: Millis = 3_600_000;

/** What decides about sign-ins besides their time. It may change while the daemon runs. */
export interface SignInRules {
  /** Whether one may go on: its key may have been removed. */
  keeps: (signIn: SignIn) => boolean;
  /** Called for each one that ends before its time. */
  ended: (signIn: SignIn) => void;
}

interface SignInsDeps {
  readonly clock: Pick<Clock, 'wall' | 'after'>;
  readonly rules: SignInRules;
  /** The most that are kept. */
  most(): number;
  /** Has history store the entry. That of one sign-in comes back as `settled`: at once if it is refused. */
  submit(entry: SignInEntry | { kind: 'sign_ins'; signIns: readonly SignIn[]; forgotten: string[] }): void;
}

/** The sign-ins of browsers, as they are stored. Their number is bounded, and those that have ended are removed. */
export class SignIns {
  readonly #deps: SignInsDeps;
  /** By hash, oldest first. */
  readonly #all = new Map<string, SignIn>();
  readonly #pending: PendingEntries<SignInEntry>;
  #cancel: Cancel | undefined;
  /** None ends before this. */
  #next = Infinity;

  constructor(deps: SignInsDeps) {
    this.#deps = deps;
    this.#pending = new PendingEntries((entry) => deps.submit(entry));
  }

  /** Those of the last run, in any order. */
  recover(signIns: readonly SignIn[]): void {
    for (const signIn of signIns) this.#all.set(signIn.hash, signIn);
  }

  /** All have been recovered. */
  resume(): void {
    const oldestFirst = [...this.#all.values()].sort((a, b) => a.at - b.at);
    this.#all.clear();
    this.recover(oldestFirst);
    this.review();
  }

  get size(): number {
    return this.#all.size;
  }

  find(hash: string): SignIn | undefined {
    const found = this.#all.get(hash);
    return found === undefined || hasEnded(found, this.#deps.clock.wall()) ? undefined : found;
  }

  /**
   * Resolves once it is on disk, and counts from then on. Beyond the limit, the oldest of whoever has most of them ends.
   *
   * @throws HeartbeatError if it cannot be stored
   */
  async begin(signIn: SignIn): Promise<void> {
    await this.#stored({ kind: 'sign_in', hash: signIn.hash, signIn });
    this.#all.set(signIn.hash, signIn);
    this.#forget(this.#dropSurplus());
    if (signIn.expires < this.#next) this.#arm(signIn.expires, this.#deps.clock.wall());
  }

  /**
   * Ends one at once. Resolves when that is on disk.
   *
   * @throws HeartbeatError if it cannot be stored now: it is stored later
   */
  async end(hash: string): Promise<void> {
    const signIn = this.#all.get(hash);
    if (signIn === undefined) return;
    this.#drop(signIn);
    await this.#stored({ kind: 'sign_in', hash, signIn: undefined });
  }

  /** Ends all that have had their time, that the rules do not keep, and that are too many. */
  review(): void {
    const now = this.#deps.clock.wall();
    const over = [...this.#all.values()].filter(
      (each) => hasEnded(each, now) || !this.#deps.rules.keeps(each),
    );
    for (const each of over) this.#drop(each);
    this.#forget([...over, ...this.#dropSurplus()]);
    this.#later(now);
  }

  #forget(dropped: readonly SignIn[]): void {
    const forgotten = dropped.map(({ hash }) => hash);
    if (forgotten.length > 0) this.#deps.submit({ kind: 'sign_ins', signIns: [], forgotten });
  }

  #dropSurplus(): SignIn[] {
    const count = this.#all.size - this.#deps.most();
    const surplus = count > 0 ? oldestOfMost(this.#all.values(), count) : [];
    for (const each of surplus) this.#drop(each);
    return surplus;
  }

  #drop(signIn: SignIn): void {
    this.#all.delete(signIn.hash);
    this.#deps.rules.ended(signIn);
  }

  #later(now: Instant): void {
    let next = Infinity;
    for (const { expires } of this.#all.values()) if (expires < next) next = expires;
    this.#arm(next, now);
  }

  #arm(next: number, now: Instant): void {
    this.stopTimer();
    this.#next = next;
    if (next === Infinity) return;
    this.#cancel = this.#deps.clock.after(Math.min(Math.max(next - now, 1), ROUND), () => {
      this.review();
    });
  }

  #stored(entry: SignInEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.submit(entry, (refused) => {
        if (refused === undefined) resolve();
        else reject(new HeartbeatError(refused, 'the sign-in cannot be stored now'));
      });
    });
  }

  settled(settlements: readonly RequestSettlement[]): void {
    // A sign-in counts once whoever waits for it goes on.
    this.#pending.settled(settlements, () => undefined);
  }

  stopTimer(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Nothing is kept here any more. */
  stop(): void {
    this.stopTimer();
    this.#pending.refuseAll('HEARTBEAT_NOT_READY');
  }
}

function hasEnded({ expires }: SignIn, now: Instant): boolean {
  return now >= expires;
}

/**
 * Who signs in again and again ends nobody else's: each time the oldest of whoever has most of what is left.
 *
 * @param signIns oldest first
 */
function oldestOfMost(signIns: Iterable<SignIn>, count: number): SignIn[] {
  const byWho = new Map<string, SignIn[]>();
  for (const signIn of signIns) {
    const who = identityOf(signIn.who);
    const own = byWho.get(who);
    if (own === undefined) byWho.set(who, [signIn]);
    else own.push(signIn);
  }
  const queue = new TinyQueue(
    Array.from(byWho.values(), (own) => ({ own, taken: 0 })),
    (one, other) => leftOf(other) - leftOf(one),
  );
  const oldest: SignIn[] = [];
  while (oldest.length < count) {
    const most = queue.pop();
    const next = most?.own[most.taken];
    if (most === undefined || next === undefined) break;
    oldest.push(next);
    queue.push({ own: most.own, taken: most.taken + 1 });
  }
  return oldest;
}

function leftOf({ own, taken }: { readonly own: readonly SignIn[]; readonly taken: number }): number {
  return own.length - taken;
}
