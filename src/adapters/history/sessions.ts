import type { EndedSession, OpenSession } from '../../domain/session.js';
import type { UserId } from '../../domain/user-id.js';
import type { HistoryRange } from '../../ports/history-store.js';
import type { KeyRange, OrderedStore } from '../../ports/ordered-store.js';
import { entries, entriesIn, firstEntry } from './sealed-store.js';
import {
  healedFrom,
  healedUsers,
  openFrom,
  openSessions,
  sessionBound,
  sessionFrom,
  sessionsOf,
} from './session-codec.js';

/** As many sessions as most pages have, and one more that shows whether any are left. */
const PAGE = 128;
/** Open sessions read at a time: a start reads all of them. */
const OPEN = 2_000;

export async function* storedOpenSessions(store: OrderedStore): AsyncGenerator<readonly OpenSession[]> {
  for await (const chunk of entriesIn(store, openSessions, { first: OPEN })) {
    yield chunk.map(([key, value]) => openFrom(key, value));
  }
}

export async function* storedHealed(
  store: OrderedStore,
): AsyncGenerator<{ readonly generation: number; readonly users: readonly UserId[] }> {
  for await (const chunk of entriesIn(store, healedUsers)) {
    for (const [key, value] of chunk) yield healedFrom(key, value);
  }
}

export async function lastSessionOf(store: OrderedStore, user: UserId): Promise<EndedSession | undefined> {
  const last = await firstEntry(store, sessionsOf(user), { reverse: true });
  return last === undefined ? undefined : sessionFrom(...last);
}

export async function* sessionsWithin(
  store: OrderedStore,
  user: UserId,
  range: HistoryRange,
): AsyncGenerator<readonly EndedSession[]> {
  const keys = await keysWithin(store, user, range);
  const reading = { reverse: range.order === 'desc', first: PAGE, most: 4 * PAGE };
  for await (const chunk of entries(store, keys, reading)) {
    yield chunk.map(([key, value]) => sessionFrom(key, value));
  }
}

/** Sessions do not overlap, so of those that began before `from` only the last can end at or after it. */
async function keysWithin(store: OrderedStore, user: UserId, range: HistoryRange): Promise<KeyRange> {
  const { from = -Infinity, before = Infinity, after, order } = range;
  let gte = sessionBound(user, from);
  let lt = sessionBound(user, before);
  if (from !== -Infinity) {
    const earlier = await firstEntry(store, { gte: sessionsOf(user).gte, lt: gte }, { reverse: true });
    if (earlier !== undefined && sessionFrom(...earlier).offlineAt >= from) [gte] = earlier;
  }
  if (after !== undefined && order === 'desc') lt = first(lt, sessionBound(user, after));
  if (after !== undefined && order === 'asc') gte = last(gte, sessionBound(user, after + 1));
  return { gte, lt };
}

function first(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) < 0 ? a : b;
}

function last(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) > 0 ? a : b;
}
