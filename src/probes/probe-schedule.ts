import TinyQueue from 'tinyqueue';
import { shardOf } from '../domain/shard.js';
import { type Millis, type Moment, moment } from '../domain/time.js';
import type { Cancel } from '../ports/clock.js';
import type { ProbeClock } from './probe-run.js';

export interface ProbeScheduleDeps {
  readonly clock: ProbeClock;
  /** Runs the probe of this name once. Must not reject. @returns whether that does not count, and it is due again */
  run(name: string): Promise<boolean>;
}

interface Entry {
  readonly name: string;
  readonly every: Millis;
  /** When it is or was due. */
  at: Moment;
  isUnderWay: boolean;
  /** It was removed, or replaced by another. */
  isGone: boolean;
}

const HASHES = 0x1_0000_0000;
/** The share of an interval that is too short between two probes. */
const SOON = 0.1;
/** A longer timer would overflow. */
const LONGEST_WAIT: Millis = 3_600_000;

/**
 * When probes run: each at the same place in its interval, which its name chooses, by the wall clock. So they are
 * spread evenly, also after a restart, which makes the interval between two probes of a node no longer. As Prometheus
 * has it for scrapes (`scrape/target.go`, `offset`).
 */
export class ProbeSchedule {
  readonly #deps: ProbeScheduleDeps;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new TinyQueue<Entry>([], byTime);
  #concurrency: number;
  #underWay = 0;
  /** Those under way whose node has another probe by now, or none. A node is never probed twice at once. */
  readonly #ending = new Set<string>();
  #timer: Cancel | undefined;

  /** @param concurrency how many may run at once */
  constructor(concurrency: number, deps: ProbeScheduleDeps) {
    this.#concurrency = concurrency;
    this.#deps = deps;
  }

  /** Probes that run. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Probes that are due, and wait for others to end. */
  get waiting(): number {
    if (this.#underWay < this.#concurrency) return 0;
    const now = this.#deps.clock.now();
    return this.#queue.data.reduce((count, { at, isGone }) => count + Number(at <= now && !isGone), 0);
  }

  set concurrency(concurrency: number) {
    this.#concurrency = concurrency;
    this.#pump();
  }

  /**
   * Runs a probe again and again from now on.
   *
   * @param isNew whether it is first due at once, and not at its place in the interval
   */
  set(name: string, every: Millis, isNew: boolean): void {
    this.remove(name);
    const now = this.#deps.clock.now();
    const at = isNew ? now : this.#placeAfter(name, every, now, 0);
    const entry: Entry = { name, every, at, isUnderWay: false, isGone: false };
    this.#entries.set(name, entry);
    // Otherwise it waits for the one before to end.
    if (!this.#ending.has(name)) this.#queue.push(entry);
    this.#pump();
  }

  remove(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.isGone = true;
    if (entry.isUnderWay) this.#ending.add(name);
    this.#entries.delete(name);
  }

  /**
   * The next time that is its place in the interval.
   *
   * @param least how far away it must be
   */
  #placeAfter(name: string, every: Millis, now: Moment, least: Millis): Moment {
    const place = (shardOf(name, HASHES) / HASHES) * every;
    const since = (((this.#deps.clock.wall() - place) % every) + every) % every;
    const wait = every - since;
    return moment(now + (wait < least ? wait + every : wait));
  }

  #pump(): void {
    const now = this.#deps.clock.now();
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (next.isGone) this.#queue.pop();
      else if (next.at > now || this.#underWay >= this.#concurrency) break;
      else {
        this.#queue.pop();
        void this.#run(next, now);
      }
    }
    this.#wakeFor(this.#queue.peek(), now);
  }

  #wakeFor(next: Entry | undefined, now: Moment): void {
    this.#timer?.();
    this.#timer = undefined;
    // With all places taken nothing can begin before a run ends.
    if (next === undefined || this.#underWay >= this.#concurrency) return;
    this.#timer = this.#deps.clock.after(Math.min(LONGEST_WAIT, Math.max(0, next.at - now)), () => {
      this.#pump();
    });
  }

  async #run(entry: Entry, now: Moment): Promise<void> {
    const { name, every } = entry;
    this.#underWay++;
    entry.isUnderWay = true;
    // The two clocks differ a little: one that has just begun is not due again.
    entry.at = this.#placeAfter(name, every, now, every * SOON);
    const isDueAgain = await this.#deps.run(name);
    this.#underWay--;
    entry.isUnderWay = false;
    this.#ended(entry, isDueAgain);
    this.#pump();
  }

  #ended(entry: Entry, isDueAgain: boolean): void {
    const { name } = entry;
    if (entry.isGone) {
      this.#ending.delete(name);
      const next = this.#entries.get(name);
      if (next !== undefined) this.#queue.push(next);
      return;
    }
    const now = this.#deps.clock.now();
    if (isDueAgain) entry.at = now;
    // Places in the interval that passed while it ran are left out.
    else if (entry.at < now) entry.at = this.#placeAfter(name, entry.every, now, 0);
    this.#queue.push(entry);
  }
}

function byTime(one: Entry, other: Entry): number {
  return one.at - other.at;
}
