import { assertNever } from '../../src/domain/assert-never.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { EndedSession } from '../../src/domain/session.js';
import type { Flip } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { toMillis, type Moment, type Millis, type Seconds } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import { HeartbeatError, type ErrorCode } from '../../src/errors.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { HistoryStore, StoreSummary } from '../../src/ports/history-store.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import { restartDelay } from '../supervisor/backoff.js';
import type { ExitSignal, RunningChild, SupervisorPolicy } from '../supervisor/child-spec.js';
import { SupervisedActor, type Behaviour } from '../supervisor/supervised-actor.js';
import { Backlog, type Queued } from './backlog.js';
import {
  alertsIn,
  commitOf,
  healedBy,
  isAwaited,
  isOfNode,
  refusalOf,
  settledStanding,
  usersToLookUp,
  type Commit,
} from './commit.js';
import { CommitMeter } from './commit-meter.js';
import type {
  StandingEntry,
  HistoryEntry,
  NodeSettlement,
  Settlement,
  StoreState,
} from './history.protocol.js';
import { Pruning, type Retentions } from './pruning.js';

/** The most changes in one batch: enough for a mass expiry, and few enough that other work is not held up. */
const BATCH = 10_000;
/** The delay between attempts to reopen a store that refused a write. */
const REOPEN = { min: 1, max: 30 };

export interface HistoryOptions extends Retentions {
  /** From one pruning to the next. */
  readonly pruneEvery: Seconds;
  /** A commit that takes longer is logged. */
  readonly slowCommit: Seconds;
  /** How many entries may wait for the disk before openings are refused. */
  readonly queue: number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
}

export interface HistoryDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: HistoryStore;
  settle(settlements: readonly Settlement[]): void;
  settleNodes(settlements: readonly NodeSettlement[]): void;
  /** Alerts are on disk, or cannot be at present. */
  alertsCommitted(records: readonly AlertRecord[], stored: boolean): void;
  /** The disk takes writes again. */
  reopened(): void;
}

type HistoryMessage =
  | { readonly kind: 'submit'; readonly entries: readonly HistoryEntry[] }
  | { readonly kind: 'catch_up'; readonly caughtUp: () => void }
  /** Starts the next write. A message of its own, so that a crash in it repeats nothing else. */
  | { readonly kind: 'next' }
  /** The last stored sessions of users who open a session no later than the latest stored end. */
  | { readonly kind: 'looked_up'; readonly last: ReadonlyMap<UserId, EndedSession | undefined> }
  | { readonly kind: 'written' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'prune_due' }
  | { readonly kind: 'pruned' }
  | { readonly kind: 'reopen_due' }
  | { readonly kind: 'reopened' }
  | { readonly kind: 'still_refusing'; readonly error: unknown };

/**
 * The only writer of the store. It does group commit: everything that arrives during one batch is the next. While the
 * store refuses writes, entries that somebody waits for are refused, and ends are kept until it accepts them.
 */
export class History implements Behaviour<HistoryMessage> {
  readonly name = 'history';
  readonly #options: HistoryOptions;
  readonly #deps: HistoryDeps;
  readonly #backlog = new Backlog();
  readonly #actor: SupervisedActor<HistoryMessage>;
  #summary: StoreSummary | undefined;
  #state: StoreState = 'open';
  /** The error code for refused entries. */
  #refusal: ErrorCode = 'HEARTBEAT_STORE_REFUSES';
  /** Something asynchronous is under way. Its result comes as a message. */
  #busy = false;
  #nextTold = false;
  /** Submissions on their way through the mailbox, and the entries in them. */
  readonly #arriving = { submissions: 0, entries: 0 };
  #taken: readonly Queued[] = [];
  #commit: Commit | undefined;
  #latestEnd = Infinity;
  #refusals = 0;
  readonly #pruning: Pruning;
  #prunedLast = false;
  readonly #timers = new Map<'prune_due' | 'reopen_due', Cancel>();
  #idle: (() => void) | undefined;
  #began: Moment;
  readonly meter: CommitMeter;

  constructor(options: HistoryOptions, deps: HistoryDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#actor = new SupervisedActor(this, options.restarts, deps);
    this.#pruning = new Pruning(options, deps.store);
    this.meter = new CommitMeter(toMillis(options.slowCommit), deps.logger);
    this.#began = deps.clock.now();
  }

  get state(): StoreState {
    return this.#state;
  }

  /** Entries waiting for the disk. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** What the store contained when it was opened. */
  get summary(): StoreSummary {
    if (this.#summary === undefined) throw new TypeError('history has not started');
    return this.#summary;
  }

  /** Opens the store. After a crash, work that was under way continues. */
  async start(exitSignal: ExitSignal, place: Place): Promise<RunningChild> {
    const { store } = this.#deps;
    if (this.#summary === undefined) {
      this.#summary = await store.open();
      this.#latestEnd = this.#summary.latestEnd ?? -Infinity;
      this.#later('prune_due', toMillis(this.#options.pruneEvery));
    }
    this.#actor.start(exitSignal, place);
    return { stop: () => this.#stop(), inspect: () => this.#actor.inspect() };
  }

  /** Writes what is left, unless the disk refuses it. */
  async #stop(): Promise<void> {
    this.#actor.down();
    await this.caughtUp();
    await this.#untilIdle();
    if (this.#state === 'refusing') await this.#tryOnceMore();
    const { length } = this.#backlog;
    if (length > 0)
      this.#deps.logger.error('stopping with entries the store refused: they are lost', {
        entries: length,
        ...this.#backlog.counts(),
      });
    await this.#actor.stop();
  }

  /** The disk may have room by now, and there is no next attempt to wait for. See decision 74. */
  async #tryOnceMore(): Promise<void> {
    this.#reopen();
    await this.#untilIdle();
    // Whatever others submit once the store is open again.
    await this.caughtUp();
    await this.#untilIdle();
  }

  #untilIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle = resolve;
      this.#settleIdle();
    });
  }

  /** No more timers: the daemon is ending. */
  close(): Promise<void> {
    for (const cancel of this.#timers.values()) cancel();
    return this.#deps.store.close();
  }

  submit(entries: readonly HistoryEntry[]): void {
    if (this.#summary === undefined) return;
    const room = this.#options.queue - this.#backlog.length - this.#arriving.entries;
    const admitted = entries.length <= room ? entries : this.#turnAway(entries, room);
    if (admitted.length === 0) return;
    this.#arriving.submissions++;
    this.#arriving.entries += admitted.length;
    this.#actor.tell({ kind: 'submit', entries: admitted });
  }

  /** Past the bound, entries that somebody waits for are refused before they are queued. @returns the others */
  #turnAway(entries: readonly HistoryEntry[], room: number): readonly HistoryEntry[] {
    let left = room;
    const refused: HistoryEntry[] = [];
    const admitted = entries.filter((entry) => {
      if (left-- > 0 || !isAwaited(entry)) return true;
      refused.push(entry);
      return false;
    });
    this.#refuse(refused, 'HEARTBEAT_OVERLOADED');
    return admitted;
  }

  #arrived(entries: readonly HistoryEntry[]): void {
    this.#arriving.submissions--;
    this.#arriving.entries -= entries.length;
  }

  /** Resolves once everything submitted before has been taken in; at once if nothing is on its way. */
  caughtUp(): Promise<void> {
    if (this.#arriving.submissions === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#actor.tell({ kind: 'catch_up', caughtUp: resolve });
    });
  }

  /** The user's ended sessions that are not on disk yet, oldest first. */
  unstored(user: UserId): readonly EndedSession[] {
    return this.#backlog.endedOf(user);
  }

  /** The node's flips that are not on disk yet, oldest first. */
  unstoredFlips(node: NodeName): readonly Flip[] {
    return this.#backlog.flipsOf(node);
  }

  handled(message: HistoryMessage): void {
    if (message.kind !== 'next') this.#next();
    this.#settleIdle();
  }

  #next(): void {
    if (this.#nextTold || this.#busy || this.#state === 'refusing') return;
    this.#nextTold = true;
    this.#actor.tell({ kind: 'next' });
  }

  discard(message: HistoryMessage, error: Error): void {
    if (message.kind === 'submit') {
      this.#arrived(message.entries);
      this.#refuse(message.entries, 'HEARTBEAT_INTERNAL');
    }
    if (message.kind === 'next') this.#refused(error);
  }

  handle(message: HistoryMessage): void {
    switch (message.kind) {
      case 'submit':
        for (const entry of message.entries) this.#accept(entry);
        this.#arrived(message.entries);
        return;
      case 'catch_up':
        message.caughtUp();
        return;
      case 'next':
        this.#startNext();
        this.#nextTold = false;
        return;
      case 'looked_up':
        this.#busy = false;
        this.#write(commitOf(this.#taken, message.last, this.#latestEnd));
        return;
      case 'written':
        this.#busy = false;
        this.#written();
        return;
      case 'failed':
        this.#busy = false;
        this.#refused(message.error);
        return;
      case 'prune_due':
        this.#pruning.want();
        this.#later('prune_due', toMillis(this.#options.pruneEvery));
        return;
      case 'pruned':
        this.#busy = false;
        return;
      case 'reopen_due':
        this.#reopen();
        return;
      case 'reopened':
        this.#busy = false;
        this.#state = 'open';
        this.#deps.logger.info('store takes writes again', { waiting: this.#backlog.length });
        this.#deps.reopened();
        return;
      case 'still_refusing':
        this.#busy = false;
        this.#deps.logger.warn('store still refuses writes', { error: message.error });
        this.#reopenLater();
        return;
      default:
        assertNever(message);
    }
  }

  #accept(entry: HistoryEntry): void {
    if (entry.kind === 'alerts' && this.#state === 'refusing') {
      this.#backlog.push(entry);
      this.#deps.alertsCommitted(entry.records, false);
    } else if (entry.kind === 'flush' && this.#backlog.endedOf(entry.user).length === 0) {
      this.#deps.settle([{ shard: entry.shard, user: entry.user, stored: true, onlineAt: undefined }]);
    } else if (entry.kind === 'standing') {
      this.#acceptStanding(entry);
    } else if (!isAwaited(entry)) {
      this.#backlog.push(entry);
    } else if (this.#state === 'refusing') {
      this.#refuse([entry], this.#refusal);
    } else {
      this.#backlog.push(entry);
    }
  }

  /** No request waits for a full disk: heartbeats continue, and the alerts of flips are delivered. */
  #acceptStanding(entry: StandingEntry): void {
    if (this.#state !== 'refusing') {
      this.#backlog.push(entry);
      return;
    }
    // Without a flip, the status comes with the next checkpoint.
    if (entry.flip !== undefined) this.#keepFlip(entry, entry.flip);
    this.#deps.alertsCommitted(entry.alerts, false);
    this.#deps.settleNodes([settledStanding(entry)]);
  }

  /** A flip is kept in any case. The status that it led to comes with the next checkpoint. */
  #keepFlip(entry: StandingEntry, { node, from, to }: Flip): void {
    if (this.#backlog.length < this.#options.queue) this.#backlog.push({ kind: 'late', entry });
    else this.#deps.logger.error('flip dropped: too many wait for the disk', { node, from, to });
  }

  #refuse(entries: readonly HistoryEntry[], code: ErrorCode): void {
    for (const entry of entries) if (entry.kind === 'resume') this.#backlog.push(healedBy(entry));
    const settlements: Settlement[] = [];
    const nodes: NodeSettlement[] = [];
    for (const entry of entries) {
      if (entry.kind === 'standing') {
        nodes.push(settledStanding(entry));
        this.#deps.alertsCommitted(entry.alerts, false);
      }
      if (!isAwaited(entry)) continue;
      const { shard } = entry;
      if (isOfNode(entry)) nodes.push({ shard, node: entry.node, stored: false, code });
      else settlements.push({ shard, user: entry.user, stored: false, code });
    }
    this.#deps.settle(settlements);
    this.#deps.settleNodes(nodes);
  }

  #startNext(): void {
    if (this.#busy || this.#state === 'refusing') return;
    if (this.#pruning.isWanted && (this.#backlog.length === 0 || !this.#prunedLast)) {
      this.#prune();
      return;
    }
    this.#prunedLast = false;
    if (this.#taken.length === 0) this.#taken = this.#backlog.take(BATCH);
    if (this.#taken.length === 0) return;
    const users = usersToLookUp(this.#taken, this.#latestEnd);
    if (users.length === 0) this.#write(commitOf(this.#taken, new Map(), this.#latestEnd));
    else this.#lookUp(users);
  }

  #lookUp(users: readonly UserId[]): void {
    const { store } = this.#deps;
    this.#begin(
      Promise.all(users.map(async (user) => [user, await this.#lastOf(user, store)] as const)),
      (found) => ({ kind: 'looked_up', last: new Map(found) }),
    );
  }

  async #lastOf(user: UserId, store: HistoryStore): Promise<EndedSession | undefined> {
    try {
      return await store.lastSession(user);
    } catch (error) {
      // The store reports a single damaged session itself, and it keeps nobody from coming online.
      if (error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_CORRUPT') return undefined;
      throw error;
    }
  }

  #write(commit: Commit): void {
    this.#commit = commit;
    const { store } = this.#deps;
    const [first] = commit.entries;
    const work = first?.kind === 'erase' ? store.erase(first.user) : store.write(commit.records);
    this.#begin(work, () => ({ kind: 'written' }));
  }

  #prune(): void {
    this.#prunedLast = true;
    this.#begin(this.#pruning.prune(this.#deps.clock.wall()), () => ({ kind: 'pruned' }));
  }

  #begin<Outcome>(work: Promise<Outcome>, done: (outcome: Outcome) => HistoryMessage): void {
    this.#busy = true;
    this.#began = this.#deps.clock.now();
    work.then(
      (outcome) => this.#actor.tell(done(outcome)),
      (error: unknown) => this.#actor.tell({ kind: 'failed', error }),
    );
  }

  #written(): void {
    const commit = this.#commit;
    if (commit === undefined) return;
    this.#commit = undefined;
    this.#taken = [];
    this.#latestEnd = commit.latestEnd;
    for (const entry of commit.entries) {
      if (entry.kind === 'end') this.#backlog.stored(entry.user, entry.session);
      else this.#backlog.storedFlip(entry);
    }
    this.#refusals = 0;
    this.meter.measure(this.#deps.clock.now() - this.#began, commit.entries.length);
    this.#deps.settle(commit.settlements);
    this.#deps.settleNodes(commit.nodes);
    this.#deps.alertsCommitted(alertsIn(commit.records), true);
  }

  /** The disk is full, or worse. Every waiting request is answered. */
  #refused(error: unknown): void {
    const commit = this.#commit ?? commitOf(this.#taken, new Map(), this.#latestEnd);
    this.#commit = undefined;
    this.#taken = [];
    this.#nextTold = false;
    const isDamaged = error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_CORRUPT';
    this.#refusal = isDamaged ? error.code : 'HEARTBEAT_STORE_REFUSES';
    const { retry, settlements, nodes } = refusalOf(commit, this.#refusal);
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
    this.#deps.settleNodes([...nodes, ...this.#backlog.letStandingsWait().map(settledStanding)]);
    this.#refuse(dropped.filter(isAwaited), this.#refusal);
    this.#reopenLater();
  }

  #reopenLater(): void {
    this.#refusals++;
    this.#later('reopen_due', restartDelay(this.#refusals + 1, REOPEN));
  }

  #reopen(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#deps.store.reopen().then(
      () => this.#actor.tell({ kind: 'reopened' }),
      (error: unknown) => this.#actor.tell({ kind: 'still_refusing', error }),
    );
  }

  #later(kind: 'prune_due' | 'reopen_due', delay: Millis): void {
    this.#timers.get(kind)?.();
    const cancel = this.#deps.clock.after(delay, () => {
      this.#actor.tell({ kind });
    });
    this.#timers.set(kind, cancel);
  }

  #settleIdle(): void {
    const waiting = this.#backlog.length + this.#taken.length;
    if (this.#busy || (waiting > 0 && this.#state === 'open')) return;
    this.#idle?.();
    this.#idle = undefined;
  }

  inspect(): object {
    return {
      state: this.#state,
      waiting: this.#backlog.length,
      mailbox: this.#actor.waiting,
      ...this.meter.inspect(),
    };
  }
}
