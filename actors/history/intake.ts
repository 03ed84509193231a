import type { Flip } from '../../src/domain/node.js';
import { HeartbeatError, type ErrorCode } from '../../src/errors.js';
import type { Logger } from '../../src/ports/logger.js';
import type { Backlog, Queued } from './backlog.js';
import { alertsIn, healedBy, isAwaited, isOfNode, refusalOf, settledStatus, type Commit } from './commit.js';
import { withoutPing } from './node-records.js';
import { isOfRequest, undoingRequest } from './request-records.js';
import type {
  HistoryEntry,
  NodeSettlement,
  RequestSettlement,
  Settlement,
  SettlingDeps,
  StatusEntry,
  StoreState,
} from './history.protocol.js';

export interface IntakeDeps extends SettlingDeps {
  readonly logger: Logger;
}

/**
 * Takes entries into the backlog. While the store refuses writes, it refuses those that somebody waits for, and keeps
 * the others.
 */
export class Intake {
  readonly #backlog: Backlog;
  readonly #options: { readonly queue: number };
  readonly #deps: IntakeDeps;
  /** Submissions on their way through the mailbox, and the entries in them. */
  readonly #arriving = { submissions: 0, entries: 0 };
  #state: StoreState = 'open';
  #isAbandoned = false;
  /** The error code for refused entries. */
  #code: ErrorCode = 'HEARTBEAT_STORE_REFUSES';

  /** @param options with how many entries may wait: it may change */
  constructor(backlog: Backlog, options: { readonly queue: number }, deps: IntakeDeps) {
    this.#backlog = backlog;
    this.#options = options;
    this.#deps = deps;
  }

  get state(): StoreState {
    return this.#state;
  }

  /** Nothing is taken in any more. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Another process may own the store: requests that wait are refused, and nothing is kept. */
  abandon({ entries }: Commit): void {
    this.#isAbandoned = true;
    const dropped = [...entries];
    this.#backlog.restore([], (entry) => {
      dropped.push(entry);
      return false;
    });
    this.refuse(dropped.filter(isAwaited), 'HEARTBEAT_NOT_READY');
  }

  accept(entry: HistoryEntry): void {
    if (this.#isAbandoned) {
      this.refuse([entry], 'HEARTBEAT_NOT_READY');
    } else if (entry.kind === 'alerts' && this.#state === 'refusing') {
      this.#backlog.push(entry);
      this.#deps.alertsCommitted(entry.records, false);
    } else if (entry.kind === 'flush' && !this.#backlog.isBehind(entry.user)) {
      this.#deps.settle([{ shard: entry.shard, user: entry.user, stored: true, onlineAt: undefined }]);
    } else if (entry.kind === 'status') {
      this.#acceptStatus(entry);
    } else if (!isAwaited(entry)) {
      this.#backlog.push(entry);
    } else if (this.#state === 'refusing') {
      this.refuse([entry], this.#code);
    } else {
      this.#backlog.push(entry);
    }
  }

  /** No request waits for a full disk: heartbeats continue, and the alerts of flips are delivered. */
  #acceptStatus(entry: StatusEntry): void {
    if (this.#state !== 'refusing') {
      this.#backlog.push(entry);
      return;
    }
    // Without a flip, the status comes with the next checkpoint.
    if (entry.flip !== undefined) this.#keepFlip(entry, entry.flip);
    this.#deps.alertsCommitted(entry.alerts, false);
    this.#deps.settleNodes([settledStatus(entry)]);
  }

  /** A flip is kept in any case. The status that it led to comes with the next checkpoint. */
  #keepFlip(entry: StatusEntry, { node, from, to }: Flip): void {
    if (this.#backlog.length < this.#options.queue)
      this.#backlog.push({ kind: 'late', entry: withoutPing(entry) });
    else this.#deps.logger.error('flip dropped: too many wait for the disk', { node, from, to });
  }

  /** Past the bound, entries that somebody waits for are refused before they are queued. @returns the others */
  admit(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
    const room = this.#options.queue - this.pending;
    const admitted = entries.length <= room ? entries : this.#turnAway(entries, room);
    if (admitted.length > 0) this.#arriving.submissions++;
    this.#arriving.entries += admitted.length;
    return admitted;
  }

  /** Admitted entries have come through the mailbox. */
  arrived(entries: readonly HistoryEntry[]): void {
    this.#arriving.submissions--;
    this.#arriving.entries -= entries.length;
  }

  /** Entries that wait for the disk, and those on their way. */
  get pending(): number {
    return this.#backlog.length + this.#arriving.entries;
  }

  /** Whether admitted entries are on their way. */
  get isExpecting(): boolean {
    return this.#arriving.submissions > 0;
  }

  #turnAway(entries: readonly HistoryEntry[], room: number): readonly HistoryEntry[] {
    let left = room;
    const refused: HistoryEntry[] = [];
    const admitted = entries.filter((entry) => {
      if (left-- > 0 || !isAwaited(entry)) return true;
      refused.push(entry);
      return false;
    });
    this.refuse(refused, 'HEARTBEAT_OVERLOADED');
    return admitted;
  }

  refuse(entries: readonly HistoryEntry[], code: ErrorCode): void {
    for (const entry of entries) if (entry.kind === 'resume') this.#keep(healedBy(entry));
    const settlements: Settlement[] = [];
    const nodes: NodeSettlement[] = [];
    const requests: RequestSettlement[] = [];
    for (const entry of entries) {
      if (entry.kind === 'status') {
        nodes.push(settledStatus(entry));
        this.#deps.alertsCommitted(entry.alerts, false);
      }
      if (!isAwaited(entry)) continue;
      if (isOfRequest(entry)) {
        const isSignOut = entry.kind === 'sign_in' && entry.signIn === undefined;
        if (isSignOut) for (const record of undoingRequest(entry)) this.#keep({ kind: 'undo', record });
        requests.push({ entry, stored: false, code });
        continue;
      }
      const { shard } = entry;
      if (isOfNode(entry)) nodes.push({ shard, node: entry.node, stored: false, code });
      else settlements.push({ shard, user: entry.user, stored: false, code });
    }
    this.#deps.settle(settlements);
    this.#deps.settleNodes(nodes);
    this.#deps.settleRequests(requests);
  }

  #keep(entry: Queued): void {
    if (!this.#isAbandoned) this.#backlog.push(entry);
  }

  /** The disk is full, or worse. Every waiting request is answered. */
  storeRefuses(commit: Commit, error: unknown): void {
    const isDamaged = error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_CORRUPT';
    this.#code = isDamaged ? error.code : 'HEARTBEAT_STORE_REFUSES';
    const { retry, settlements, nodes, requests } = refusalOf(commit, this.#code);
    if (this.#state === 'open') {
      const event = isDamaged ? 'store is damaged and takes no writes' : 'store refuses writes';
      this.#deps.logger.error(event, { error });
    }
    this.#state = 'refusing';
    const dropped: Queued[] = [];
    this.#backlog.restore(retry, (entry) => {
      if (isAwaited(entry)) dropped.push(entry);
      return !isAwaited(entry);
    });
    this.#deps.settle(settlements);
    this.#deps.alertsCommitted([...alertsIn(commit.records), ...this.#backlog.alerts()], false);
    this.#deps.settleNodes([...nodes, ...this.#backlog.letStatusesWait().map(settledStatus)]);
    this.#deps.settleRequests(requests);
    this.refuse(dropped.filter(isAwaited), this.#code);
  }

  storeReopened(): void {
    this.#state = 'open';
    this.#deps.logger.info('store takes writes again', { waiting: this.#backlog.length });
  }
}
