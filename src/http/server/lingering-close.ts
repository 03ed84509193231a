import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Millis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** How long a client may take to read the last answer of its connection. */
const LINGER: Millis = 2000;

/**
 * Ends connections whose client may still be sending in two steps, as RFC 9112 (9.6) has it: our side is closed with
 * the last answer, theirs when they do so, or have had their time. Closed at once, what they sent in vain would reset
 * the connection, and a reset takes the answer away from whoever has not read it yet.
 */
export class LingeringCloses {
  readonly #clock: Clock;
  readonly #out = new Set<Duplex>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nothing that still comes from there matters. */
  isOut(socket: Duplex): boolean {
    return this.#out.size > 0 && this.#out.has(socket);
  }

  /** The last answer is out, or goes out now. */
  follow(socket: Duplex): void {
    if (this.#out.has(socket)) return;
    this.#out.add(socket);
    closeOurSideFirst(socket);
    const cancel = this.#clock.after(LINGER, () => socket.destroy());
    socket.once('close', () => {
      cancel();
      this.#out.delete(socket);
    });
  }

  /** The last answer is this one, which is still being made. */
  awaitOf(response: ServerResponse, socket: Duplex): void {
    closeOurSideFirst(socket);
    response.once('finish', () => this.follow(socket));
  }
}

/** Node has a connection whose last answer is out destroyed: once, it only closes our side instead. */
function closeOurSideFirst(socket: Duplex): void {
  Object.assign(socket, {
    destroySoon: () => {
      Reflect.deleteProperty(socket, 'destroySoon');
      socket.end();
    },
  });
}
