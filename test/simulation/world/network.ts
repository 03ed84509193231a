import type { App } from '../../../src/app.js';
import type { Daemon, Reading } from '../machine/daemon.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';

/** What the daemon answers: a reply of the library, or what it is in HTTP. */
export interface Answer {
  readonly kind: string;
  /** Of a refusal. */
  readonly code?: string;
  /** It registered the node. */
  readonly created?: boolean;
}

/** What a client hears in the end. */
type Heard = Answer | 'lost';

export interface Call {
  /** Nothing delays it. */
  readonly isDirect?: boolean;
  /** The daemon reads it: asks the daemon, and returns what notes the answer. */
  readonly ask: (app: App, read: Reading, answer: (reply: Answer) => void) => void;
  readonly heard: (reply: Heard) => void;
}

/** After this time a client gives up waiting. */
const PATIENCE = 5000;

/** The way between clients and a daemon: it delays and cuts. */
export class Network {
  readonly #loop: Loop;
  readonly #random: Random;
  readonly #daemon: Daemon;
  /** Milliseconds that it takes besides, at the most. */
  delay = 0;
  /** Clients that are cut off. */
  readonly cut = new Set<string>();

  constructor(loop: Loop, random: Random, daemon: Daemon) {
    this.#loop = loop;
    this.#random = random;
    this.#daemon = daemon;
  }

  send(client: string, { isDirect = false, ask, heard }: Call): void {
    let isHeard = false;
    const hear = (reply: Heard): void => {
      if (isHeard) return;
      isHeard = true;
      giveUp();
      heard(reply);
    };
    const giveUp = this.#loop.after(PATIENCE, () => {
      hear('lost');
    });
    const arrive = (): void => {
      if (this.cut.has(client)) return;
      this.#daemon.receive({
        lost: () => {
          hear('lost');
        },
        handle: (app, read) => {
          const counts = this.#daemon.answering();
          ask(app, read, (reply) => {
            if (!counts()) return;
            this.#loop.after(this.#latency(isDirect), () => {
              if (!this.cut.has(client)) hear(reply);
            });
          });
        },
      });
    };
    if (isDirect) arrive();
    else this.#loop.after(this.#latency(false), arrive);
  }

  #latency(isDirect: boolean): number {
    return isDirect ? 0 : this.#random.int(0, 15) + (this.delay > 0 ? this.#random.int(0, this.delay) : 0);
  }
}
