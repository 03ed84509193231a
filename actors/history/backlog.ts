import Denque from 'denque';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { EndedSession } from '../../src/domain/session.js';
import type { Flip } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Instant } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { HistoryEntry, StatusEntry } from './history.protocol.js';
import { withoutPing } from './node-records.js';

/** An entry, or what remains of one that was refused after it may have reached the disk. */
export type Queued =
  | HistoryEntry
  | { readonly kind: 'undo'; readonly record: HistoryRecord }
  /** A node's status that was settled although the disk refused it; it is stored later. */
  | { readonly kind: 'late'; readonly entry: StatusEntry };

/** The session, its entry in the index of ends, and its entry in the index of open sessions. */
const CHANGES_OF_AN_END = 3;
/** The alert, and its entry in the index of its state. */
const CHANGES_OF_AN_ALERT = 3;
/** The job, the ping, its entry in the index by time, and those of the one that it replaces. */
const CHANGES_OF_A_PING = 5;
/** The node's status, the flip, and its entry in the index by time. */
const CHANGES_OF_A_FLIP = 3;
/** One record of about 2,000 bytes. */
const CHANGES_OF_PROBE_RESULTS = 3;

/**
 * Entries waiting for the disk, in order. Keeps ended sessions by user, so that a history shows them before they are on
 * disk.
 */
export class Backlog {
  #entries = new Denque<Queued>();
  readonly #ended = new Map<UserId, EndedSession[]>();
  /** Users with a refused change that may be on disk, and has to be undone there. */
  readonly #doubtful = new Set<UserId>();
  /** By node and instant: a flapping node may have very many while the disk refuses writes. */
  readonly #flips = new Map<NodeName, Map<Instant, Flip>>();
  /** An erasure in front has just done a part of its work. */
  #isOthersTurn = false;

  get length(): number {
    return this.#entries.length;
  }

  push(entry: Queued): void {
    // A later watermark replaces an earlier one, if nothing is between them. So does a later observed time.
    const says = entry.kind === 'watermark' || entry.kind === 'observed_time';
    if (says && this.#entries.peekBack()?.kind === entry.kind) this.#entries.pop();
    this.#entries.push(entry);
    if (entry.kind === 'end') append(this.#ended, entry.user, entry.session);
    const flip = flipOf(entry);
    if (flip !== undefined) this.#noteFlip(flip);
  }

  /**
   * The next entries for one batch. An erasure is a batch of its own.
   *
   * @param work about how many changes in the store a batch may make
   */
  take(work: number): Queued[] {
    const taken = this.#takeNext(work);
    // An empty deque keeps its memory.
    if (this.#entries.isEmpty()) this.#entries = new Denque();
    return taken;
  }

  #takeNext(work: number): Queued[] {
    const first = this.#entries.peekFront();
    if (first?.kind !== 'erase') return this.#takeUntil(({ kind }) => kind === 'erase', work);
    this.#entries.shift();
    const isOthersTurn = this.#isOthersTurn;
    this.#isOthersTurn = false;
    const others = isOthersTurn ? this.#takeUntil((entry) => isBehindErasureOf(first.user, entry), work) : [];
    if (others.length === 0) return [first];
    this.#entries.unshift(first);
    return others;
  }

  #takeUntil(mustWait: (entry: Queued) => boolean, work: number): Queued[] {
    const taken: Queued[] = [];
    let room = work;
    for (let next = this.#entries.peekFront(); next !== undefined; next = this.#entries.peekFront()) {
      room -= weightOf(next);
      if ((taken.length > 0 && room < 0) || mustWait(next)) break;
      taken.push(next);
      this.#entries.shift();
    }
    return taken;
  }

  /** An erasure goes on after the next batch. Nothing of its user comes before that. */
  putBack(erasure: Queued): void {
    this.#entries.unshift(erasure);
    this.#isOthersTurn = true;
  }

  /** Puts unwritten entries back in front, and drops those of the rest that `keep` rejects. */
  restore(unwritten: readonly Queued[], keep: (entry: Queued) => boolean): void {
    this.#entries = new Denque([...unwritten, ...this.#entries.toArray().filter(keep)]);
    for (const entry of unwritten) {
      const user = undoneFor(entry);
      if (user !== undefined) this.#doubtful.add(user);
    }
  }

  /** Waiting entries by kind, for the log. */
  counts(): { readonly sessions: number; readonly flips: number; readonly alerts: number } {
    const entries = this.#entries.toArray();
    return {
      sessions: entries.filter(({ kind }) => kind === 'end').length,
      flips: entries.filter((entry) => flipOf(entry) !== undefined).length,
      alerts: entries.reduce((sum, entry) => sum + alertsOf(entry).length, 0),
    };
  }

  /** Waiting alerts, those of flips included. */
  alerts(): readonly AlertRecord[] {
    return this.#entries.toArray().flatMap((entry) => (entry.kind === 'late' ? [] : alertsOf(entry)));
  }

  /** The disk refuses writes: requests no longer wait for these statuses. @returns those to settle now */
  letStatusesWait(): readonly StatusEntry[] {
    const statuses: StatusEntry[] = [];
    const entries = this.#entries.toArray().map((entry): Queued => {
      if (entry.kind !== 'status') return entry;
      statuses.push(entry);
      return { kind: 'late', entry: withoutPing(entry) };
    });
    this.#entries = new Denque(entries);
    return statuses;
  }

  /** The end of this session is on disk. */
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

  /** Whether the disk may show the user as online although they are not, until what waits is stored. */
  isBehind(user: UserId): boolean {
    return this.#ended.has(user) || this.#doubtful.has(user);
  }

  /** A refused change of a user is undone on disk. */
  undone(entry: Queued): void {
    const user = undoneFor(entry);
    if (user !== undefined) this.#doubtful.delete(user);
  }

  /** Everything in the entry is on disk. */
  storedFlip(entry: Queued): void {
    const flip = flipOf(entry);
    if (flip === undefined) return;
    const { node, at } = flip;
    const flips = this.#flips.get(node);
    flips?.delete(at);
    if (flips?.size === 0) this.#flips.delete(node);
  }

  #noteFlip(flip: Flip): void {
    const flips = this.#flips.get(flip.node);
    if (flips === undefined) this.#flips.set(flip.node, new Map([[flip.at, flip]]));
    else flips.set(flip.at, flip);
  }

  /** The node's flips that are not on disk yet, oldest first. */
  flipsOf(node: NodeName): readonly Flip[] {
    return [...(this.#flips.get(node)?.values() ?? [])];
  }
}

/** Whether an entry has to wait for the end of an erasure, which would remove it, or is another one. */
function isBehindErasureOf(user: UserId, entry: Queued): boolean {
  return entry.kind === 'erase' || ('user' in entry ? entry.user : undoneFor(entry)) === user;
}

function undoneFor(entry: Queued): UserId | undefined {
  return entry.kind === 'undo' && 'user' in entry.record ? entry.record.user : undefined;
}

function alertsOf(entry: Queued): readonly AlertRecord[] {
  if (entry.kind === 'alerts') return entry.records;
  if (entry.kind === 'late') return entry.entry.alerts;
  return entry.kind === 'status' ? entry.alerts : [];
}

function flipOf(entry: Queued): Flip | undefined {
  if (entry.kind === 'late') return entry.entry.flip;
  return entry.kind === 'status' ? entry.flip : undefined;
}

function append<Id, Item>(all: Map<Id, Item[]>, id: Id, item: Item): void {
  const before = all.get(id);
  if (before === undefined) all.set(id, [item]);
  else before.push(item);
}

/** A ping that is kept, and about one change for each 1,000 bytes of its body. */
function weightOfPing({ pinged }: StatusEntry): number {
  return pinged?.ping === undefined ? 0 : CHANGES_OF_A_PING + pinged.ping.body.length / 1_000;
}

/** Roughly how many changes the entry makes in the store. */
function weightOf(entry: Queued): number {
  if (entry.kind === 'end' || entry.kind === 'close') return CHANGES_OF_AN_END;
  if (entry.kind === 'statuses') return entry.nodes.length;
  if (entry.kind === 'ping_uuids') return entry.uuids.length;
  if (entry.kind === 'uptime_days') return entry.nodes.reduce((sum, { days }) => sum + days.length, 1);
  if (entry.kind === 'probe_results')
    return CHANGES_OF_PROBE_RESULTS * entry.kept.length + entry.forgotten.length;
  if (entry.kind === 'alerts')
    return CHANGES_OF_AN_ALERT * entry.records.length + (entry.unnotified?.length ?? 0);
  if (entry.kind === 'status')
    return CHANGES_OF_A_FLIP + CHANGES_OF_AN_ALERT * entry.alerts.length + weightOfPing(entry);
  return entry.kind === 'late' ? weightOf(entry.entry) : 1;
}
