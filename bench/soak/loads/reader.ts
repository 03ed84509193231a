import { createClient } from '../../../src/client/index.js';
import { HeartbeatRequestError } from '../../../src/client/api/request-error.js';
import type { Problems } from '../problems.js';

/** Follows users who are never offline by events, over every end of the daemon. */
export async function readEvents(
  url: string,
  users: readonly number[],
  problems: Problems,
  signal: AbortSignal,
): Promise<number> {
  const client = createClient({ url });
  let count = 0;
  try {
    for await (const event of client.events({ users, signal })) {
      count++;
      if (event.type === 'user.offline')
        problems.add('an event said that a user of a socket is offline', event.user.id);
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof HeartbeatRequestError)) throw error;
  } finally {
    await client.close();
  }
  return count;
}
