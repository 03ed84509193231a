import type { UserIdKind } from '../domain/user-id.js';
import { HeartbeatError } from '../errors.js';
import type { PartitionRun } from './partition-run.js';

/**
 * Refuses to read ids as integers where they may be texts, also if none of them is one yet. A store that may have texts
 * from now on is marked before anything else is stored in it.
 *
 * @throws HeartbeatError `HEARTBEAT_WRONG_USER_IDS`
 */
export async function checkUserIdKind(
  opened: readonly Pick<PartitionRun, 'store' | 'summary'>[],
  kind: UserIdKind,
): Promise<void> {
  for (const { store, summary } of opened) {
    if (summary.hasTextIds === (kind === 'text')) continue;
    if (kind === 'integer')
      throw new HeartbeatError(
        'HEARTBEAT_WRONG_USER_IDS',
        'ids of users are texts in this history, and integers by the configuration: set user_ids to text',
      );
    await store.write([{ kind: 'text_ids' }]);
  }
}
