import { assertNever } from '../../src/domain/assert-never.js';
import type { EndedSession } from '../../src/domain/session.js';
import type { Flip } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { StoreSummary } from '../../src/ports/history-store.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { ExitSignal, RunningChild, SupervisorPolicy } from '../supervisor/child-spec.js';
import { SupervisedActor, type Behaviour } from '../supervisor/supervised-actor.js';
import { Backlog } from './backlog.js';
import { GroupCommit, type CommitStep, type GroupCommitDeps } from './group-commit.js';
import type { HistoryEntry, StoreState } from './history.protocol.js';
import { Intake } from './intake.js';
import { Pruning, type Pruned, type PruningOptions } from './pruning.js';
import { Reopening, type ReopenOutcome } from './reopening.js';

export interface HistoryOptions extends PruningOptions {
  /** How many entries may wait for the disk before openings are refused. */
  readonly queue: number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
}

export interface HistoryDeps extends GroupCommitDeps {
  readonly system: ActorSystem;
  /** The disk takes writes again. */
  reopened(): void;
}

type HistoryMessage =
  | { readonly kind: 'submit'; readonly entries: readonly HistoryEntry[] }
  | { readonly kind: 'catch_up'; readonly caughtUp: () => void }
  /** Starts the next write. A message of its own, so that a crash in it repeats nothing else. */
  | { readonly kind: 'next' }
  | CommitStep
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'prune_due' }
  | Pruned
  | { readonly kind: 'reopen_due' }
  | { readonly kind: 'reached' }
  | ReopenOutcome;

/**
 * The only writer of the store: `Intake` takes entries in, `GroupCommit` writes them, `Pruning` deletes what is old. One
 * of them works at a time. A store that refused a write is opened again, with a back-off.
 */
export class History implements Behaviour<HistoryMessage> {
  readonly name = 'history';
  readonly #deps: HistoryDeps;
  readonly #backlog = new Backlog();
  readonly #actor: SupervisedActor<HistoryMessage>;
  #summary: StoreSummary | undefined;
  readonly #intake: Intake;
  readonly #commit: GroupCommit;
  /** Something asynchronous is under way. Its result comes as a message. */
  #busy = false;
  #isNextQueued = false;
  readonly #pruning: Pruning;
  readonly #reopening: Reopening;
  #idle: (() => void) | undefined;

  constructor(options: HistoryOptions, deps: HistoryDeps) {
    this.#deps = deps;
    this.#actor = new SupervisedActor(this, options.restarts, deps);
    this.#pruning = new Pruning(options, deps, () => {
      this.#actor.tell({ kind: 'prune_due' });
    });
    this.#reopening = new Reopening(deps, () => {
      this.#actor.tell({ kind: 'reopen_due' });
    });
    this.#intake = new Intake(this.#backlog, options, deps);
    this.#commit = new GroupCommit(this.#backlog, deps);
  }

  get state(): StoreState {
    return this.#intake.state;
  }

  /** Entries that wait for the disk, and those on their way here. */
  get pending(): number {
    return this.#intake.pending;
  }

  /** Entries waiting for the disk. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** Entries that nobody knows yet to be stored. */
  get unsettled(): number {
    return this.pending + this.#commit.taken;
  }

  /** What the store contained when it was opened. */
  get summary(): StoreSummary {
    if (this.#summary === undefined) throw new TypeError('history has not started');
    return this.#summary;
  }

  /** Opens the store. After a crash, work that was under way continues. */
  async start(exitSignal: ExitSignal, place: Place): Promise<RunningChild> {
    if (this.#summary === undefined) {
      this.#summary = await this.#deps.store.open();
      this.#commit.start(this.#summary.latestEnd ?? -Infinity);
      this.#pruning.later();
    }
    this.#actor.start(exitSignal, place);
    return {
      stop: () => this.#stop(),
      inspect: () => ({ mailbox: this.#actor.waiting, ...this.#actor.inspect() }),
    };
  }

  /** Writes what is left, unless the disk refuses it. */
  async #stop(): Promise<void> {
    this.#actor.down();
    await this.#untilIdle();
    if (this.state === 'refusing' && !this.#intake.isAbandoned) await this.#tryOnceMore();
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
    if (!this.#busy) this.#run(this.#reopening.attempt());
    await this.#untilIdle();
    // Whatever others submit once the store is open again.
    await this.#untilIdle();
  }

  async #untilIdle(): Promise<void> {
    await this.caughtUp();
    return new Promise((resolve) => {
      this.#idle = resolve;
      this.#settleIdle();
    });
  }

  /** No more timers: the daemon is ending. */
  close(): Promise<void> {
    this.#pruning.stop();
    this.#reopening.cancel();
    return this.#deps.store.close();
  }

  /** Another process may own the store: nothing is written any more, nor tried again. Requests that wait are refused. */
  abandon(): void {
    this.#intake.abandon(this.#commit.refused());
    this.#settleIdle();
  }

  submit(entries: readonly HistoryEntry[]): void {
    if (this.#summary === undefined) return;
    if (this.#intake.isAbandoned) return this.#intake.refuse(entries, 'HEARTBEAT_NOT_READY');
    const admitted = this.#intake.admit(entries);
    if (admitted.length > 0) this.#actor.tell({ kind: 'submit', entries: admitted });
  }

  /** The store may take writes again: it is tried at once, whatever is left of the back-off. */
  storeReached(): void {
    if (this.state === 'refusing') this.#actor.tell({ kind: 'reached' });
  }

  /** Resolves once everything submitted before has been taken in; at once if nothing is on its way. */
  caughtUp(): Promise<void> {
    if (!this.#intake.isExpecting) return Promise.resolve();
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
    if (this.#isNextQueued || this.#busy || this.state === 'refusing') return;
    this.#isNextQueued = true;
    this.#actor.tell({ kind: 'next' });
  }

  discard(message: HistoryMessage, error: Error): void {
    if (message.kind === 'submit') {
      this.#intake.arrived(message.entries);
      this.#intake.refuse(message.entries, 'HEARTBEAT_INTERNAL');
    }
    if (message.kind === 'next') this.#refused(error);
  }

  handle(message: HistoryMessage): void {
    if (this.#intake.isAbandoned && message.kind !== 'submit' && message.kind !== 'catch_up') return;
    switch (message.kind) {
      case 'submit':
        for (const entry of message.entries) this.#intake.accept(entry);
        this.#intake.arrived(message.entries);
        return;
      case 'catch_up':
        message.caughtUp();
        return;
      case 'next':
        this.#startNext();
        this.#isNextQueued = false;
        return;
      case 'looked_up':
        this.#busy = false;
        this.#run(this.#commit.write(message.last));
        return;
      case 'written':
        this.#busy = false;
        this.#reopening.reset();
        this.#commit.written(message.isWhole);
        return;
      case 'failed':
        this.#busy = false;
        this.#refused(message.error);
        return;
      case 'prune_due':
        this.#pruning.want();
        this.#pruning.later();
        return;
      case 'pruned':
        this.#busy = false;
        return;
      case 'reopen_due':
        if (!this.#busy) this.#run(this.#reopening.attempt());
        return;
      case 'reached':
        if (this.state !== 'refusing') return;
        // An attempt that is under way may fail: it may have begun before.
        this.#reopening.reset();
        if (this.#busy) return;
        this.#reopening.cancel();
        this.#run(this.#reopening.attempt());
        return;
      case 'reopened':
        this.#busy = false;
        this.#intake.storeReopened();
        this.#deps.reopened();
        return;
      case 'still_refusing':
        this.#busy = false;
        this.#deps.logger.warn('store still refuses writes', { error: message.error });
        this.#reopening.later();
        return;
      default:
        assertNever(message);
    }
  }

  #startNext(): void {
    if (this.#busy || this.state === 'refusing') return;
    const work = this.#pruning.isTurn(this.#backlog.length > 0)
      ? this.#pruning.prune()
      : this.#commit.begin();
    if (work !== undefined) this.#run(work);
  }

  #run(work: Promise<HistoryMessage>): void {
    this.#busy = true;
    work.then(
      (done) => this.#actor.tell(done),
      (error: unknown) => this.#actor.tell({ kind: 'failed', error }),
    );
  }

  #refused(error: unknown): void {
    this.#isNextQueued = false;
    this.#intake.storeRefuses(this.#commit.refused(), error);
    this.#reopening.later();
  }

  #settleIdle(): void {
    const waiting = this.#backlog.length + this.#commit.taken;
    if (!this.#intake.isAbandoned && (this.#busy || (waiting > 0 && this.state === 'open'))) return;
    this.#idle?.();
    this.#idle = undefined;
  }

  inspect(): { readonly state: StoreState; readonly waiting: number; readonly mailbox: number } {
    return {
      state: this.state,
      waiting: this.#backlog.length,
      mailbox: this.#actor.waiting,
      ...this.#deps.meter.inspect(),
    };
  }
}
