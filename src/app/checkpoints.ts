import { millis, type Millis } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Cast } from './assemble.js';

/** The watermark is written this often, or four times in a session timeout if that is more often. */
const USERS: Millis = 1000;

/** What goes to disk from time to time. The nodes begin by themselves, while there are any. */
export class Checkpoints {
  readonly #cast: Pick<Cast, 'shards' | 'nodes'>;
  readonly #clock: Clock;
  readonly #interval: Millis;
  #cancel: Cancel | undefined;

  /** @param sessionTimeout in seconds */
  constructor(cast: Pick<Cast, 'shards' | 'nodes'>, clock: Clock, sessionTimeout: number) {
    this.#cast = cast;
    this.#clock = clock;
    this.#interval = Math.min(USERS, millis(sessionTimeout) / 4);
  }

  start(): void {
    this.#cancel = this.#clock.after(this.#interval, () => {
      this.#cast.shards.checkpoint();
      this.start();
    });
  }

  /** The last one, of a daemon that had come to run. */
  takeLast(): void {
    if (this.#cancel === undefined) return;
    this.#cast.shards.checkpoint();
    this.#cast.nodes.checkpoint();
  }

  stop(): void {
    this.#cancel?.();
    this.#cast.nodes.stopCheckpoints();
  }
}
