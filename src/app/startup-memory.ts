import type { AlertRecord } from '../domain/alert.js';
import { bytesOf, bytesOfAlert } from '../domain/memory.js';
import { HeartbeatError } from '../errors.js';
import type { MemoryUse } from '../ports/memory.js';

/**
 * The share of the heap that a start may fill. It is above the share at which openings are refused, or a daemon that
 * just fits could not be restarted; and what is read at a start needs room besides: with 0.9 of 40 MiB, V8 gave up in
 * two of four starts.
 */
const SHARE = 0.82;

/** The recommended share leaves room to go on: after a start that fills more, openings are refused. */
const COMFORTABLE_SHARE = 0.75;

const MiB = 1024 * 1024;

/** What a partition may take of the memory when it is restored. */
export type Room = () => StartupMemory;

/** Whether a start can hold what it finds. It counts everything, so that it can say how much is needed. */
export class StartupMemory {
  #heap: MemoryUse | undefined;
  readonly #place: string;
  readonly #found = { users: 0, nodes: 0 };
  readonly #alerts = { count: 0, bytes: 0 };

  /**
   * @param heap before anything is restored; undefined if memory is not the daemon's to watch
   * @param place where it is found
   */
  constructor(heap: MemoryUse | undefined, place = 'the data directory') {
    this.#heap = heap;
    this.#place = place;
  }

  /** Adds users who were online. @returns whether everything so far can be restored */
  holdsUsers(count: number): boolean {
    this.#found.users += count;
    return this.holdsAll;
  }

  /** Adds nodes. @returns whether everything so far can be restored */
  holdsNodes(count: number): boolean {
    this.#found.nodes += count;
    return this.holdsAll;
  }

  /** Adds open alerts. @returns whether everything so far can be restored */
  holdsAlerts(records: readonly AlertRecord[]): boolean {
    this.#alerts.count += records.length;
    for (const record of records) this.#alerts.bytes += bytesOfAlert(record);
    return this.holdsAll;
  }

  /** The alerts are restored. @param heap with them, which is more exact than the estimate */
  alertsRead(heap: MemoryUse | undefined): void {
    // If some had no room, the estimate for all stays.
    if (!this.holdsAll) return;
    this.#heap = heap;
    this.#alerts.bytes = 0;
  }

  /** @throws HeartbeatError if not everything found could be restored */
  check(): void {
    if (this.#heap === undefined || this.holdsAll) return;
    const { users, nodes } = this.#found;
    const needed = mebibytes(this.#needed / COMFORTABLE_SHARE);
    throw new HeartbeatError(
      'HEARTBEAT_TOO_LITTLE_MEMORY',
      `${this.#place} holds ${users} users online, ${nodes} nodes and ${this.#alerts.count} undelivered alerts, ` +
        `which need a heap of about ${needed} MiB, ` +
        `and this one has ${mebibytes(this.#heap.limit)} MiB: start with ` +
        `NODE_OPTIONS=--max-old-space-size=${needed}, in a container of twice that`,
    );
  }

  /** Whether everything found so far can be restored. */
  get holdsAll(): boolean {
    return this.#heap === undefined || this.#needed <= SHARE * this.#heap.limit;
  }

  get #needed(): number {
    return (this.#heap?.live ?? 0) + bytesOf(this.#found) + this.#alerts.bytes;
  }
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / MiB);
}
