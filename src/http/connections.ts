import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** So many past the limit are let in, to be told why they are sent away; any more are closed without a word. */
const RESERVE = 64;

/** The connections of a server, bounded. */
export class Connections {
  /** Closed unanswered, or answered 503 and closed. */
  refused = 0;
  readonly #limit: number;
  readonly #sockets = new Set<Socket>();
  readonly #surplus = new Set<Duplex>();

  constructor(server: Server, limit: number) {
    this.#limit = limit;
    server.maxConnections = limit + RESERVE;
    server.on('connection', (socket) => this.#add(socket));
    server.on('drop', () => {
      this.refused += 1;
    });
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** Whether a connection is one too many, so that its request is to be refused. */
  isSurplus(socket: Duplex): boolean {
    return this.#surplus.size > 0 && this.#surplus.has(socket);
  }

  /** Ends those that nobody needs, when what was written to them is sent. */
  endUnless(needed: (socket: Duplex) => boolean): void {
    for (const socket of this.#sockets) if (!needed(socket)) socket.destroySoon();
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #add(socket: Socket): void {
    this.#sockets.add(socket);
    if (this.#sockets.size > this.#limit) {
      this.#surplus.add(socket);
      this.refused += 1;
    }
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#surplus.delete(socket);
    });
  }
}
