import type { AlertRecord } from '../domain/alert.js';
import { bytesOf, bytesOfAlert } from '../domain/memory.js';
import { HeartbeatError } from '../errors.js';
import type { MemoryUse } from '../ports/memory.js';

/**
 * A start may fill this much of the heap. Above the share at which openings are refused, or a daemon that just fits could
 * not be started again; and what is read at a start has to fit beside it: with 0.9 of 40 MiB V8 gave up in two of four.
 */
const SHARE = 0.82;

/** What is asked for leaves room to go on: a start that fills more is followed by openings that are refused. */
const COMFORTABLE_SHARE = 0.75;

const MiB = 1024 * 1024;

/** Whether a start can hold what it finds. It counts all of it, so that it can say how much is needed. */
export class StartupMemory {
  #heap: MemoryUse | undefined;
  readonly #found = { users: 0, nodes: 0 };
  readonly #alerts = { count: 0, bytes: 0 };

  /** @param heap as it is before anything was brought back; undefined where memory is somebody else's affair */
  constructor(heap: MemoryUse | undefined) {
    this.#heap = heap;
  }

  /** So many more users who were online. @returns whether they can be brought back, with all before them */
  holdsUsers(count: number): boolean {
    this.#found.users += count;
    return this.#holds;
  }

  /** So many more nodes. @returns whether they can be brought back, with all before them */
  holdsNodes(count: number): boolean {
    this.#found.nodes += count;
    return this.#holds;
  }

  /** So many more alerts that are still to be told. @returns whether they can be brought back, with all before them */
  holdsAlerts(records: readonly AlertRecord[]): boolean {
    this.#alerts.count += records.length;
    for (const record of records) this.#alerts.bytes += bytesOfAlert(record);
    return this.#holds;
  }

  /** The alerts are there. @param heap as it is with them, which is truer than what was reckoned */
  alertsRead(heap: MemoryUse | undefined): void {
    // Where some had no room, all are still reckoned.
    if (!this.#holds) return;
    this.#heap = heap;
    this.#alerts.bytes = 0;
  }

  /** @throws HeartbeatError when not all that was found could be brought back */
  check(): void {
    if (this.#heap === undefined || this.#holds) return;
    const { users, nodes } = this.#found;
    const needed = mebibytes(this.#needed / COMFORTABLE_SHARE);
    throw new HeartbeatError(
      'HEARTBEAT_TOO_LITTLE_MEMORY',
      `the data directory holds ${users} users online, ${nodes} nodes and ${this.#alerts.count} alerts to be told, ` +
        `which need a heap of about ${needed} MiB, ` +
        `and this one has ${mebibytes(this.#heap.limit)} MiB: start with ` +
        `NODE_OPTIONS=--max-old-space-size=${needed}, in a container of twice that`,
    );
  }

  get #holds(): boolean {
    return this.#heap === undefined || this.#needed <= SHARE * this.#heap.limit;
  }

  get #needed(): number {
    return (this.#heap?.live ?? 0) + bytesOf(this.#found) + this.#alerts.bytes;
  }
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / MiB);
}
