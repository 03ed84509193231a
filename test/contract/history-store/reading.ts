import type { EndedSession, OpenSession } from '../../../src/domain/session.js';
import { instant } from '../../../src/domain/time.js';
import { isInteger, parseUserId, type UserId } from '../../../src/domain/user-id.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { HistoryRange, HistoryStore } from '../../../src/ports/history-store.js';

export function user(id: number | string | bigint): UserId {
  const parsed = parseUserId(String(id));
  if (parsed === undefined) throw new TypeError(`${String(id)} is no user id`);
  return parsed;
}

export const opened = (id: UserId, onlineAt: number): HistoryRecord => ({
  kind: 'opened',
  user: id,
  onlineAt: instant(onlineAt),
});

export const unopened = (id: UserId): HistoryRecord => ({ kind: 'unopened', user: id });

export const ended = (id: UserId, onlineAt: number, offlineAt: number): HistoryRecord => ({
  kind: 'ended',
  user: id,
  ...session(onlineAt, offlineAt),
});

export const unended = (id: UserId, onlineAt: number, offlineAt: number): HistoryRecord => ({
  kind: 'unended',
  user: id,
  onlineAt: instant(onlineAt),
  offlineAt: instant(offlineAt),
});

/** By default last seen halfway. */
export function session(
  onlineAt: number,
  offlineAt: number,
  lastSeen = (onlineAt + offlineAt) / 2,
): EndedSession {
  return { onlineAt: instant(onlineAt), offlineAt: instant(offlineAt), lastSeen: instant(lastSeen) };
}

export async function collect<T>(chunks: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return all;
}

export function historyOf(
  store: HistoryStore,
  id: UserId,
  range: Partial<HistoryRange> = {},
): Promise<EndedSession[]> {
  return collect(store.sessions(id, { order: 'asc', ...range }));
}

/** The starts of the sessions in a range, which identify them. */
export async function attemptIntents(
  store: HistoryStore,
  id: UserId,
  range: { from?: number; before?: number; after?: number; order?: 'asc' | 'desc' } = {},
): Promise<number[]> {
  const { from, before, after, order = 'asc' } = range;
  const at = (given: number | undefined) => (given === undefined ? undefined : instant(given));
  const sessions = await historyOf(store, id, {
    from: at(from),
    before: at(before),
    after: at(after),
    order,
  });
  return sessions.map(({ onlineAt }) => onlineAt);
}

/** Who is online, in no order. */
/** Integers in their order, before texts in theirs. */
export function byUser(a: { readonly user: UserId }, b: { readonly user: UserId }): number {
  const [one, other] = [isInteger(a.user), isInteger(b.user)];
  if (one !== other) return one ? -1 : 1;
  return (one ? BigInt(a.user) < BigInt(b.user) : a.user < b.user) ? -1 : 1;
}

export async function openIn(store: HistoryStore): Promise<OpenSession[]> {
  const all = await collect(store.openSessions());
  return all.sort(byUser);
}

export async function healedIn(
  store: HistoryStore,
): Promise<{ generation: number; users: readonly UserId[] }[]> {
  const all: { generation: number; users: readonly UserId[] }[] = [];
  for await (const { generation, users } of store.healedSince())
    if (users.length > 0) all.push({ generation, users });
  return all;
}
