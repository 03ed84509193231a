import type { HistoryEntry, Settlement } from '../../actors/history/history.protocol.js';
import { instant, type Instant } from '../domain/time.js';
import type { UserId } from '../domain/user-id.js';

/** A user who came online or went offline, and when. */
export interface PresenceChange {
  readonly user: UserId;
  readonly status: 'online' | 'offline';
  readonly at: Instant;
}

/**
 * Reports who comes online and goes offline, from what passes between the users' actors and history: openings and
 * goodbyes once they are on disk, silences when they are decided. Made only if somebody listens.
 */
export class PresenceWatch {
  readonly #changed: (change: PresenceChange) => void;
  readonly #now: () => Instant;
  /** Users who are leaving, and since when. */
  readonly #leaving = new Map<UserId, Instant>();

  constructor(changed: (change: PresenceChange) => void, now: () => Instant) {
    this.#changed = changed;
    this.#now = now;
  }

  submitted(entries: readonly HistoryEntry[]): void {
    for (const entry of entries) {
      if (entry.kind === 'end')
        this.#changed({ user: entry.user, status: 'offline', at: entry.session.offlineAt });
      else if (entry.kind === 'close') this.#leaving.set(entry.user, entry.session.offlineAt);
      else if (entry.kind === 'erase' && entry.onlineAt !== undefined)
        this.#leaving.set(entry.user, this.#now());
    }
  }

  settled(settlements: readonly Settlement[]): void {
    for (const settlement of settlements) {
      const { user } = settlement;
      const leftAt = this.#leaving.get(user);
      this.#leaving.delete(user);
      if (!settlement.stored) continue;
      if (settlement.onlineAt !== undefined)
        this.#changed({ user, status: 'online', at: instant(settlement.onlineAt) });
      else if (leftAt !== undefined) this.#changed({ user, status: 'offline', at: leftAt });
    }
  }
}
