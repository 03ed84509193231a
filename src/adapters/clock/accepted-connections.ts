import { subscribe } from 'node:diagnostics_channel';

let accepted = 0;

subscribe('net.server.socket', () => {
  accepted++;
});

/** Connections that all the servers of this process have accepted so far. */
export function acceptedConnections(): number {
  return accepted;
}
