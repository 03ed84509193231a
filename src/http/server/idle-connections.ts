import type { Socket } from 'node:net';
import type { Millis } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';

/** All connections are checked this often, or four times in the idle timeout if that is shorter. */
const LONGEST_ROUND: Millis = 1000;
const SHORTEST_ROUND: Millis = 10;

declare module 'net' {
  interface Socket {
    /** Ours: the round in which its idle time ends; 0 while it has a request. */
    idleUntil?: number;
  }
}

/**
 * Ends connections that are idle for too long. Node uses a timer for each, made after every answer and cleared before
 * every request: 1 µs of a request that takes 25. Here a connection keeps the round in which its time ends, and one
 * timer checks them all. It may be a round late, never early. See decision 100.
 */
export class IdleConnections {
  readonly #clock: Clock;
  readonly #sockets = new Set<Socket>();
  #interval: Millis = LONGEST_ROUND;
  #round = 1;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, idle: Millis) {
    this.#clock = clock;
    this.allow(idle);
  }

  /** @param idle how long a connection may be idle, from its next answer on; those idle now may end sooner */
  allow(idle: Millis): void {
    this.#interval = Math.min(LONGEST_ROUND, Math.max(SHORTEST_ROUND, idle / 4));
  }

  /** Watches a connection, instead of Node's own timers. */
  watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.idleUntil = 0;
    socket.setTimeout = (idle) => {
      socket.idleUntil = idle === 0 ? 0 : this.#round + Math.ceil(idle / this.#interval) + 1;
      return socket;
    };
    socket.once('close', () => this.#sockets.delete(socket));
  }

  start(): void {
    this.#cancel = this.#clock.after(this.#interval, () => {
      this.#round++;
      for (const socket of this.#sockets) {
        const { idleUntil = 0 } = socket;
        if (idleUntil === 0 || idleUntil > this.#round) continue;
        socket.idleUntil = 0;
        socket.emit('timeout');
      }
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }
}
