import type { Ledger, NodeChange } from '../world/ledger.js';
import { firstAfter } from './search.js';

/** The end of a pause that ended by itself, as a request that ends it. */
type PauseEnd = NodeChange & { readonly kind: 'resume' };

/** The ends of pauses that nobody else changed, if the wall clock was not set meanwhile. */
export function pauseEndsIn(ledger: Ledger, events: readonly NodeChange[]): readonly PauseEnd[] {
  return events
    .flatMap((event, index): PauseEnd[] => {
      const { kind, until, answer, lead, at } = event;
      if (kind !== 'pause' || until === undefined || answer !== 'done') return [];
      const end = until - lead;
      const isChanged = events
        .slice(index + 1)
        .some((other) => other.at <= end && (other.kind === 'pause' || other.kind === 'resume'));
      if (isChanged || ledger.hasJumped(at, end)) return [];
      return [{ ...event, kind: 'resume', at: end, earliest: end }];
    })
    .sort((a, b) => a.at - b.at);
}

/** The requests that certainly started a timeout. */
export class Begins {
  readonly #events: readonly NodeChange[];
  /** The last one, after each request. */
  readonly #last: (NodeChange | undefined)[] = [];
  readonly #pauseEnds: readonly PauseEnd[];

  /**
   * @param events in order
   * @param pauseEnds in order
   */
  constructor(events: readonly NodeChange[], pauseEnds: readonly PauseEnd[]) {
    this.#events = events;
    this.#pauseEnds = pauseEnds;
    let isPaused = false;
    let pauseEnd = Infinity;
    let last: NodeChange | undefined;
    for (const event of events) {
      const { kind, answer } = event;
      // It may have ended a pause.
      if (kind === 'resume' && answer === undefined) isPaused = false;
      if (answer === 'done') {
        // Without a pause, a resume changes nothing.
        const endsPause = kind === 'resume' && isPaused && event.at < pauseEnd;
        if (kind === 'heartbeat' || kind === 'put' || endsPause) last = event;
        if (kind === 'pause') [isPaused, pauseEnd] = [true, (event.until ?? Infinity) - event.lead];
        else if (kind === 'resume') isPaused = false;
      }
      this.#last.push(last);
    }
  }

  /** The last one up to this moment. */
  last(by: number): NodeChange | undefined {
    const asked = this.#last[firstAfter(this.#events, ({ at }) => at > by) - 1];
    const ended = this.#pauseEnds[firstAfter(this.#pauseEnds, ({ at }) => at > by) - 1];
    return ended !== undefined && ended.at > (asked?.at ?? -Infinity) ? ended : asked;
  }
}
