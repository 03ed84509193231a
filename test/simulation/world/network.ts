import type { App } from '../../../src/app.js';
import type { Daemon, Reading } from '../machine/daemon.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';

/** An answer of the daemon: a reply of the library, or the same in HTTP. */
export interface Answer {
  readonly kind: string;
  /** The code of a refusal. */
  readonly code?: string;
  /** Whether it registered the node. */
  readonly created?: boolean;
}

/** What a client gets in the end. */
type Heard = Answer | 'lost';

export interface Call {
  /** Whether it is never delayed. */
  readonly isDirect?: boolean;
  /** Called when the daemon reads it. @returns what records the answer */
  readonly ask: (app: App, read: Reading, answer: (reply: Answer) => void) => void;
  readonly heard: (reply: Heard) => void;
}

/** The longest that a client waits for an answer. */
const PATIENCE = 5000;

/** The network between clients and a daemon. It delays requests and loses them. */
export class Network {
  readonly #loop: Loop;
  readonly #random: Random;
  readonly #daemon: Daemon;
  /** The longest additional delay in milliseconds. */
  delay = 0;
  /** Clients without a connection. */
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

  /** Opens one direction of a connection. @param broke called once, if the network breaks it */
  link(client: string, broke: () => void): Link {
    return new Link(this.#loop, () => (this.cut.has(client) ? undefined : this.#latency(false)), broke);
  }

  #latency(isDirect: boolean): number {
    return isDirect ? 0 : this.#random.int(0, 15) + (this.delay > 0 ? this.#random.int(0, this.delay) : 0);
  }
}

/** One direction of a connection: what is sent arrives in its order, until the connection breaks. */
export class Link {
  readonly #loop: Loop;
  /** Undefined while the network is cut. */
  readonly #latency: () => number | undefined;
  readonly #broke: () => void;
  #arrivesAt = 0;
  #isOpen = true;

  constructor(loop: Loop, latency: () => number | undefined, broke: () => void) {
    this.#loop = loop;
    this.#latency = latency;
    this.#broke = broke;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(arrive: () => void): void {
    if (!this.#isOpen) return;
    const { now } = this.#loop;
    this.#arrivesAt = Math.max(this.#arrivesAt, now + (this.#latency() ?? 0));
    this.#loop.after(this.#arrivesAt - now, () => {
      if (!this.#isOpen) return;
      if (this.#latency() === undefined) this.#break();
      else arrive();
    });
  }

  close(): void {
    this.#isOpen = false;
  }

  #break(): void {
    this.#isOpen = false;
    this.#broke();
  }
}
