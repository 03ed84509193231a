import type { Environment, Socket } from './environment.js';
import { parseFrame, readJson } from './frames.js';
import type { Transport, TransportEvents } from './transport.js';

/** A WebSocket: see docs/socket.md. */
export function openSocket(env: Environment, url: string, events: TransportEvents): Transport {
  let socket: Socket | undefined;
  try {
    socket = env.openSocket(`${url.replace(/^http/, 'ws')}/socket`, 'heartbeat.v1');
    socket.onopen = events.opened;
    socket.onmessage = ({ data }) => {
      const frame = parseFrame(data);
      if (frame) events.received(frame);
    };
    // A daemon that stops spreads its clients over some time.
    socket.onclose = ({ reason }) => events.closed(readJson(reason, (said) => Number(said.retry_after_ms)));
  } catch {
    env.after(0, events.closed);
  }
  return {
    send: (frame) => socket?.send(JSON.stringify(frame)),
    close() {
      if (!socket) return;
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}
