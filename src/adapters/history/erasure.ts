import type { UserId } from '../../domain/user-id.js';
import type { ErasedKeys, OrderedStore } from '../../ports/ordered-store.js';
import { metaKey } from './format.js';
import type { Ledger } from './meta.js';
import { entries, hasMany, type Batch } from './sealed-store.js';
import {
  endedKeyOf,
  healedFrom,
  healedUsers,
  healedValue,
  offlineAtOf,
  openKey,
  sessionsOf,
} from './session-codec.js';

/** Adds the erasure of a user to the batch, and returns where the data was; nowhere for an unknown user. */
export async function addErasure(
  store: OrderedStore,
  batch: Batch,
  user: UserId,
  ledger: Ledger,
): Promise<ErasedKeys[]> {
  const open = openKey(user);
  const sessions: Buffer[] = [];
  const ended: Buffer[] = [];
  const healed: Buffer[] = [];
  const [isOpen] = await hasMany(store, [open]);
  if (isOpen === true) {
    batch.del(open);
    if (ledger.open !== undefined) ledger.open--;
  }
  // A long history is removed chunk by chunk, so that others are served in between.
  for await (const chunk of entries(store, sessionsOf(user))) {
    for (const [key, value] of chunk) {
      const end = endedKeyOf(key, offlineAtOf(value));
      batch.del(key).del(end);
      sessions.push(key);
      ended.push(end);
    }
  }
  for await (const chunk of entries(store, healedUsers)) {
    for (const [key, value] of chunk) {
      const { users } = healedFrom(key, value);
      if (!users.includes(user)) continue;
      batch.put(key, healedValue(users.filter((other) => other !== user)));
      healed.push(key);
    }
  }
  if (batch.length === 0) return [];
  // The next opening goes on if this process does not finish.
  if (store.scrubbing !== undefined) batch.put(metaKey('erasing'), Buffer.from('true'));
  ledger.sessions -= sessions.length;
  return [[open], sessions, ended, healed];
}
