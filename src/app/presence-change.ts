import type { UserChange } from '../../actors/user/user.protocol.js';
import type { Instant } from '../domain/time.js';
import type { UserId } from '../domain/user-id.js';

/** A user who came online or went offline, and when. */
export interface PresenceChange {
  readonly user: UserId;
  readonly status: 'online' | 'offline';
  readonly at: Instant;
}

/** Listens to changes of users, and passes on those of their status. @param now the wall clock */
export function statusOnly(
  changed: (change: PresenceChange) => void,
  now: () => Instant,
): (change: UserChange) => void {
  return (change) => {
    const { user } = change;
    if (change.kind === 'online') changed({ user, status: 'online', at: change.session.onlineAt });
    else if (change.kind === 'offline')
      changed({ user, status: 'offline', at: change.ended?.offlineAt ?? now() });
    else if (change.kind === 'erased' && change.wasOnline)
      changed({ user, status: 'offline', at: change.at });
  };
}
