import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Millis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** How long a client may take to read the last answer of its connection. */
const LINGER: Millis = 2000;

/**
 * A lingering close, as in RFC 9112 (9.6), for connections whose client may still be sending: our side is closed with
 * the last answer, the other when the client closes it, or after a time. Closed at once, unread data would reset the
 * connection, and a reset discards an answer that was not read yet. See decision 50.
 */
export class LingeringCloses {
  readonly #clock: Clock;
  readonly #out = new Set<Duplex>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether data from this connection is ignored. */
  isOut(socket: Duplex): boolean {
    return this.#out.size > 0 && this.#out.has(socket);
  }

  /** The last answer has been sent, or is being sent now. */
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

/** Node destroys a connection after its last answer; this replaces that once with closing our side only. */
function closeOurSideFirst(socket: Duplex): void {
  Object.assign(socket, {
    destroySoon: () => {
      Reflect.deleteProperty(socket, 'destroySoon');
      socket.end();
    },
  });
}
