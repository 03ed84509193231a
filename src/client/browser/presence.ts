import type { Client } from './client.js';
import type { User, UserId } from './types.js';

/** Some users, at one moment. */
export interface Presence {
  /** Those who are online. */
  readonly online: readonly User[];
  /** Whether this may be out of date: there is no connection, or not all users are known yet. */
  readonly stale: boolean;
  /** @returns undefined as long as nothing is known of this user, and for one who is not watched */
  readonly get: (id: UserId) => User | undefined;
  readonly isOnline: (id: UserId) => boolean;
}

/** Before anything is known. */
export const NOBODY: Presence = { online: [], stale: true, get: () => undefined, isOnline: () => false };

/**
 * Watches users.
 *
 * @param show called with how they are, now and whenever that changes
 * @returns stops watching
 */
export function observePresence(
  heartbeat: Pick<Client, 'watch' | 'on'>,
  ids: Iterable<UserId>,
  show: (presence: Presence) => void,
): () => void {
  const watch = heartbeat.watch(ids);
  let isChanging = false;
  let isOver = false;

  function look(): void {
    const users = new Map(watch.ids.map((id) => [id, watch.get(id)]));
    const get = (id: UserId): User | undefined => users.get(String(id));
    const isOnline = (id: UserId): boolean => get(id)?.status === 'online';
    show({ online: watch.list(), stale: watch.stale, get, isOnline });
  }
  /** Many changes may come together. */
  function changed(): void {
    if (isChanging) return;
    isChanging = true;
    queueMicrotask(() => {
      isChanging = false;
      if (!isOver) look();
    });
  }

  for (const change of ['join', 'leave', 'update', 'sync'] as const) watch.on(change, changed);
  // It becomes stale with the connection.
  const stopListening = heartbeat.on('status', changed);
  look();
  return () => {
    isOver = true;
    stopListening();
    watch.close();
  };
}
