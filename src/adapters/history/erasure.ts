import type { UserId } from '../../domain/user-id.js';
import type { ErasedKeys, OrderedStore } from '../../ports/ordered-store.js';
import { metaKey } from './format.js';
import type { Ledger } from './meta.js';
import { entries, entriesIn, hasMany, type Batch } from './sealed-store.js';
import {
  endedKeyOf,
  healedFrom,
  healedUsers,
  healedValue,
  offlineAtOf,
  openKey,
  sessionsOf,
} from './session-codec.js';

export interface Erasure {
  /** Whether nothing is left. */
  readonly isWhole: boolean;
  /** Where the data was; nowhere for an unknown user. */
  readonly keys: readonly ErasedKeys[];
}

/**
 * Adds the erasure of a user to the batch, or a part of it. It leaves no tombstone. The open session is in the last
 * part: one that is refused before leaves the user online.
 *
 * @param most ended sessions to remove
 */
export async function addErasure(
  store: OrderedStore,
  batch: Batch,
  user: UserId,
  ledger: Ledger,
  most: number,
): Promise<Erasure> {
  const open = openKey(user);
  const sessions: Buffer[] = [];
  const ended: Buffer[] = [];
  const healed: Buffer[] = [];
  // A long history is read chunk by chunk, so that others are served in between.
  for await (const chunk of entries(store, sessionsOf(user), { limit: most })) {
    for (const [key, value] of chunk) {
      const end = endedKeyOf(key, offlineAtOf(value));
      batch.del(key).del(end);
      sessions.push(key);
      ended.push(end);
    }
  }
  ledger.sessions -= sessions.length;
  if (sessions.length === most) return { isWhole: false, keys: [sessions, ended] };
  const [isOpen] = await hasMany(store, [open]);
  if (isOpen === true) {
    batch.del(open);
    if (ledger.open !== undefined) ledger.open--;
  }
  for await (const chunk of entriesIn(store, healedUsers)) {
    for (const [key, value] of chunk) {
      const { users } = healedFrom(key, value);
      if (!users.includes(user)) continue;
      batch.put(
        key,
        healedValue(
          key,
          users.filter((other) => other !== user),
        ),
      );
      healed.push(key);
    }
  }
  if (batch.length === 0) return { isWhole: true, keys: [] };
  // The next opening goes on if this process does not finish.
  if (store.scrubbing !== undefined) batch.put(metaKey('erasing'), Buffer.from('true'));
  return { isWhole: true, keys: [[open], sessions, ended, healed] };
}
