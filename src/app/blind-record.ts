import type { BlindInterval } from '../domain/blindness.js';
import { toSeconds, type Moment } from '../domain/time.js';
import { wallAt, type Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Actors } from './assemble.js';
import { BlindTotals } from './facts.js';

export const RECENT_BLIND_INTERVALS = 20;

/** Blind intervals: gives the time back to everybody, and keeps the intervals to show them. */
export class BlindRecord {
  readonly #actors: Pick<Actors, 'history' | 'shards' | 'nodes'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly totals = new BlindTotals();
  #recent: BlindInterval[] = [];

  constructor(actors: Pick<Actors, 'history' | 'shards' | 'nodes'>, clock: Clock, logger: Logger) {
    this.#actors = actors;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @param stored newest first */
  resume(stored: readonly BlindInterval[]): void {
    this.#recent = [...stored].reverse();
  }

  notice(from: Moment, to: Moment): void {
    const { shards, nodes, history } = this.#actors;
    shards.blind(from, to);
    nodes.wake(from, to);
    const [fromWall, toWall] = [wallAt(this.#clock, from), wallAt(this.#clock, to)];
    const interval = { from: fromWall, to: toWall, cause: 'stalled' } as const;
    history.submit([{ kind: 'blind', interval }]);
    this.keep(interval);
    this.#logger.warn('was blind', {
      from: toSeconds(interval.from),
      to: toSeconds(interval.to),
      blind_seconds: toSeconds(to - from),
    });
  }

  keep(interval: BlindInterval): void {
    this.totals.add(interval);
    this.#recent.push(interval);
    if (this.#recent.length > RECENT_BLIND_INTERVALS) this.#recent.shift();
  }

  /** The last ones, oldest first. */
  get recent(): readonly BlindInterval[] {
    return this.#recent;
  }
}
