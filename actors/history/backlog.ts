import type { EndedSession } from '../../src/domain/session.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { HistoryRecord } from '../../src/ports/history-store.js';
import type { HistoryEntry } from './history.protocol.js';

/** An entry, or what is left to do about one that was refused after it may have reached the disk. */
export type Queued = HistoryEntry | { readonly kind: 'undo'; readonly record: HistoryRecord };

/**
 * What waits for the disk, in order, and the ended sessions among it by user, so that they are in a history before
 * they are on disk.
 */
export class Backlog {
  /** Taken from the front by moving `#first`; the array is cut when half of it is spent. */
  #entries: Queued[] = [];
  #first = 0;
  readonly #ended = new Map<UserId, EndedSession[]>();

  get length(): number {
    return this.#entries.length - this.#first;
  }

  push(entry: Queued): void {
    const last = this.#entries.length - 1;
    // A later watermark says all that an earlier one does, if nothing came between them.
    if (entry.kind === 'watermark' && this.length > 0 && this.#entries[last]?.kind === 'watermark') {
      this.#entries[last] = entry;
      return;
    }
    this.#entries.push(entry);
    if (entry.kind === 'end') this.#note(entry.user, entry.session);
  }

  /** The next entries that can be written in one batch: an erasure is one of its own. */
  take(limit: number): Queued[] {
    let end = this.#first;
    const most = this.#entries.length;
    for (let left = limit; left > 0 && end < most; end++) {
      const entry = this.#entries[end];
      if (entry?.kind === 'erase') break;
      left -= entry?.kind === 'alerts' ? entry.records.length : 1;
    }
    if (end === this.#first && end < most) end++;
    const taken = this.#entries.slice(this.#first, end);
    this.#first = end;
    if (this.#first * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }

  /** Puts back what could not be written, before everything else, and drops what `keep` does not want of the rest. */
  restore(unwritten: readonly Queued[], keep: (entry: Queued) => boolean): void {
    this.#entries = [...unwritten, ...this.#entries.slice(this.#first).filter(keep)];
    this.#first = 0;
  }

  /** The alerts that wait. */
  alerts(): HistoryRecord[] {
    return this.#entries.slice(this.#first).flatMap((entry) => (entry.kind === 'alerts' ? [entry] : []));
  }

  /** The end is on disk. */
  stored(user: UserId, session: EndedSession): void {
    const ended = this.#ended.get(user);
    const index = ended?.findIndex(({ onlineAt }) => onlineAt === session.onlineAt) ?? -1;
    if (ended === undefined || index < 0) return;
    if (ended.length === 1) this.#ended.delete(user);
    else ended.splice(index, 1);
  }

  /** The user's ended sessions that are not on disk yet, oldest first. */
  endedOf(user: UserId): readonly EndedSession[] {
    return this.#ended.get(user) ?? [];
  }

  #note(user: UserId, session: EndedSession): void {
    const ended = this.#ended.get(user);
    if (ended === undefined) this.#ended.set(user, [session]);
    else ended.push(session);
  }
}
