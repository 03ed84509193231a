import type { Server } from 'node:http';
import type { Millis } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { EventStreams } from './events/event-streams.js';
import type { Connections } from './server/connections.js';
import type { Exchanges } from './server/exchanges.js';
import type { IdleConnections } from './server/idle-connections.js';
import { pipelineOf } from './server/pipeline.js';
import type { Sockets } from './sockets/sockets.js';

/** How long a stop waits for connections that are not accepted yet: more may come all the time. */
const LAST_READING: Millis = 500;

interface Drained {
  readonly clock: Pick<Clock, 'afterReading' | 'soon'>;
  readonly connections: Connections;
  readonly exchanges: Exchanges;
  readonly idle: IdleConnections;
  readonly sockets: Sockets;
  readonly streams: EventStreams;
}

/**
 * Connection draining, for a graceful shutdown: stops accepting, and answers what is in flight. Resolves when every
 * connection is closed.
 */
export async function drain(server: Server, drained: Drained): Promise<void> {
  const { clock, exchanges, idle, sockets, streams } = drained;
  streams.end();
  // Of pipelined requests only the last may end the connection, or those behind it get no answer.
  for (const { response } of exchanges.latest()) response.shouldKeepAlive = false;
  await new Promise<unknown>((resolve) => clock.afterReading(resolve, LAST_READING));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  endIdle(drained);
  await Promise.all([closed, sockets.close()]);
  exchanges.stop();
  idle.stop();
}

/** Ends idle connections now, and others after their next answer. */
function endIdle(drained: Drained): void {
  const { clock, connections, exchanges, sockets } = drained;
  connections.endUnless((socket) => sockets.has(socket) || pipelineOf(socket).latest !== undefined);
  exchanges.released = () => {
    exchanges.released = undefined;
    clock.soon(() => endIdle(drained));
  };
}
