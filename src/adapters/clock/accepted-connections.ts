import { subscribe } from 'node:diagnostics_channel';

let accepted = 0;

subscribe('net.server.socket', () => {
  accepted++;
});

/** Connections accepted so far by all servers of this process. */
export function acceptedConnections(): number {
  return accepted;
}
