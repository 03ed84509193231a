import type { NodeChange } from '../world/ledger.js';
import type { PauseEnd } from './pauses.js';
import { firstAfter } from './search.js';

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
