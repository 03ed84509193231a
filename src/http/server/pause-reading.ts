import type { Socket } from 'node:net';

declare module 'net' {
  interface Socket {
    /** Node's own: what reads requests from a connection, as long as it is open. */
    parser?: { resume(): void } | null;
  }
}

/**
 * Has a connection read no more. Node does so itself while answers are not read (`_paused`), and goes on whenever one of
 * them has been sent: it is told that the connection is paused for as long as we want it to be.
 *
 * @returns has it read again; to be called once
 */
export function pauseReading(socket: Socket): () => void {
  let byNode: unknown = Reflect.get(socket, '_paused');
  Object.defineProperty(socket, '_paused', {
    configurable: true,
    enumerable: true,
    get: () => true,
    set: (paused: unknown) => {
      byNode = paused;
    },
  });
  socket.pause();
  return () => {
    Object.defineProperty(socket, '_paused', {
      configurable: true,
      enumerable: true,
      writable: true,
      value: byNode,
    });
    if (byNode === true || socket.destroyed) return;
    socket.parser?.resume();
    socket.resume();
  };
}
