import type { Daemon } from '../../app/api/daemon.js';
import { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Resources } from '../resources.js';
import { isEverythingPermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';
import type { RawHeaders } from '../server/json-answer.js';

export const BACKUP_TYPE = 'application/x-ndjson';

const NONE = 'there is no backup of a history that is in memory, or divided into partitions';

const HEAD: RawHeaders = [
  'content-type',
  BACKUP_TYPE,
  'cache-control',
  'no-store',
  // Otherwise nginx collects an answer before it passes it on.
  'x-accel-buffering',
  'no',
];

/** A backup of the store, as fast as the client reads and no faster. One is made at a time, since it reads everything. */
export function addBackup(resources: Resources, daemon: Daemon, clock: Pick<Clock, 'soon'>): void {
  let isUnderWay = false;
  resources.add('/store/backup', {
    get: {
      needs: 'admin',
      isLong: true,
      handle: async (exchange, { method }) => {
        if (!isEverythingPermitted(exchange)) return;
        if (isUnderWay) {
          exchange.refuse('HEARTBEAT_RATE_LIMITED', {
            message: 'another backup is under way',
            retryAfter: 60,
          });
          return;
        }
        isUnderWay = true;
        try {
          const pieces = daemon.backup();
          if (pieces === undefined) exchange.refuse('HEARTBEAT_NOT_FOUND', { message: NONE });
          else if (method === 'HEAD') exchange.answer(200, HEAD, '');
          else await answer(exchange, pieces, clock);
        } catch (error) {
          if (exchange.streaming || !(error instanceof HeartbeatError)) throw error;
          // Whoever may read everything may know why it cannot be read.
          exchange.refuse(error.code, { message: error.message, cause: error });
        } finally {
          isUnderWay = false;
        }
      },
    },
  });
}

async function answer(
  exchange: Exchange,
  pieces: AsyncIterable<string>,
  clock: Pick<Clock, 'soon'>,
): Promise<void> {
  for await (const piece of pieces) {
    // Begun with the first piece: what cannot be read at all is an error with a status of its own.
    if (!exchange.streaming && !exchange.begin(200, HEAD)) return;
    if (!(await exchange.write(piece))) return;
    await new Promise<void>((resolve) => {
      clock.soon(resolve);
    });
  }
  exchange.end('');
}
