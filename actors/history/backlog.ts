import type { EndedSession } from '../../src/domain/session.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { HistoryRecord } from '../../src/ports/history-store.js';
import type { HistoryEntry } from './history.protocol.js';

/** An entry, or what is left to do about one that was refused after it may have reached the disk. */
export type Queued = HistoryEntry | { readonly kind: 'undo'; readonly record: HistoryRecord };

/** A session, its place by the instant of its end, and its place among the open ones. */
const CHANGES_OF_AN_END = 3;

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

  /**
   * The next entries that can be written in one batch: an erasure is one of its own.
   *
   * @param work as many as make so many changes in the store, about
   */
  take(work: number): Queued[] {
    let end = this.#first;
    let left = work;
    for (; end < this.#entries.length && left > 0; end++) {
      const { kind } = this.#entries[end] ?? { kind: 'flush' };
      if (kind === 'erase') break;
      left -= kind === 'end' || kind === 'close' ? CHANGES_OF_AN_END : 1;
    }
    if (end === this.#first && end < this.#entries.length) end++;
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
