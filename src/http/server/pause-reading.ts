import type { Socket } from 'node:net';

declare module 'net' {
  interface Socket {
    /** Node's own: reads requests from a connection while it is open. */
    parser?: { resume(): void } | null;
  }
}

/**
 * Stops reading a connection. Node itself pauses reading while answers are not read (`_paused`), and resumes after each
 * answer. So `_paused` says `true` for as long as we want.
 *
 * @returns resumes reading; call it once
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
