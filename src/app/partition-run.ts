import { History } from '../../actors/history/history.actor.js';
import { HistoryReader } from '../../actors/history/history-reader.js';
import type { ExitSignal, RunningChild } from '../../actors/supervisor/child-spec.js';
import type { PartitionParts } from '../../actors/tree.js';
import { LocalUserShards } from '../../actors/user/user-shards.js';
import { decide } from '../../actors/user/user.machine.js';
import type { BlindInterval } from '../domain/blindness.js';
import { moment, type Millis, type Moment } from '../domain/time.js';
import { HeartbeatError } from '../errors.js';
import type { HistoryStore, StoreSummary } from '../ports/history-store.js';
import type { Place } from '../runtime/actor-system.js';
import { longReads, type LongReads } from './long-reads.js';
import { settlementsFor } from './settlements.js';
import { historyOptions, usersOptions } from './options.js';
import { RunRecovery } from './run-recovery.js';
import type { Shared } from './shared.js';
import type { Room } from './startup-memory.js';
import type { Watch } from './watch.js';

/** The longest that a hand-over waits for requests that it has received. */
const PATIENCE: Millis = 5000;
/** Nothing has come from an actor or from the disk for this long. */
const QUIET: Millis = 5;

/** What one partition keeps, and where. */
interface Slice {
  readonly id: string;
  readonly store: HistoryStore;
  /** The number of shards of users. */
  readonly shards: number;
}

/**
 * One run of a partition, from its start to its hand-over or the end of the process: one history, its slice of the
 * store, and the shards that it keeps. Restarts after crashes belong to the same run. The next run begins with nothing
 * but what is stored.
 */
export class PartitionRun {
  readonly id: string;
  readonly store: HistoryStore;
  readonly history: History;
  readonly users: LocalUserShards;
  readonly watch: Watch | undefined;
  readonly reads: LongReads;
  /** Reads the sessions of its users. */
  readonly sessions: HistoryReader;
  readonly #shared: Shared;
  readonly #recovery: RunRecovery;
  #hasResumed = false;
  #heardUntil = moment(Infinity);
  #isEnding = false;
  #isLeaving = false;
  /** Another process may own it. */
  isLost = false;
  #started: ((failure: Error | undefined) => void) | undefined;

  constructor({ id, store, shards }: Slice, shared: Shared, room: Room, watch: Watch | undefined) {
    this.id = id;
    this.store = store;
    this.watch = watch;
    this.#shared = shared;
    const { system, clock, logger, config, limits, memory, counts, meter, ports } = shared;
    const { online, changes, hearing } = shared;
    const deps = { system, clock, logger };
    this.history = new History(
      historyOptions(config, limits, () => shared.pending() - this.history.pending),
      {
        ...deps,
        store,
        meter,
        ...settlementsFor(this, online),
      },
    );
    this.users = new LocalUserShards(usersOptions(config, limits, shards, ports.decideUser ?? decide), {
      ...deps,
      hearing,
      counts,
      changes: changes.users,
      hasRoom: () => shared.hasRoom(),
      hasMemory: () => memory.admitsUser(),
      submit: (entries) => {
        this.history.submit(entries);
      },
    });
    this.reads = longReads(store, (read) => shared.turns(() => this.#whileHere(read)));
    this.sessions = new HistoryReader(
      { ...this.reads, lastSession: (user) => this.#whileHere(() => store.lastSession(user)) },
      (user) => this.history.unstored(user),
    );
    this.#recovery = new RunRecovery(this, shared, room);
  }

  /** What its supervisor starts and stops. */
  get parts(): PartitionParts {
    const { watch } = this;
    return {
      id: this.id,
      started: () => {
        this.#settleStart(undefined);
      },
      history: (exitSignal, place) => this.#startHistory(exitSignal, place),
      users: this.users.count === 0 ? undefined : this.users.all,
      watch: watch && {
        outbox: (exitSignal, place) => watch.notifier.start(exitSignal, place),
        channels: watch.channels,
        nodes: watch.nodes.all,
        probes: (exitSignal, place) => watch.probes.start(exitSignal, place),
      },
    };
  }

  async #startHistory(exitSignal: ExitSignal, place: Place): Promise<RunningChild> {
    const child = await this.history.start(exitSignal, place).catch((error: unknown) => {
      const failure = error instanceof Error ? error : new Error(String(error));
      this.#settleStart(failure);
      throw failure;
    });
    return {
      inspect: () => child.inspect(),
      stop: async () => {
        if (this.#isEnding && this.#hasResumed && !this.isLost) {
          this.checkpoint();
          this.watch?.nodes.checkpoint();
        }
        this.flush();
        await child.stop();
      },
    };
  }

  /** Resolves once all of its parts have been started, and rejects if its store cannot be opened. */
  started(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#started = (failure) => {
        if (failure === undefined) resolve();
        else reject(failure);
      };
    });
  }

  #settleStart(failure: Error | undefined): void {
    this.#started?.(failure);
    this.#started = undefined;
  }

  /** Restores all users and nodes of the last run. Call `resume` once their requests can be received. */
  recover(): Promise<void> {
    return this.#recovery.recover();
  }

  /**
   * Lets time continue for all restored users and nodes. The time in which the daemon did not run does not count.
   *
   * @returns the interval in which it did not run, if any
   */
  resume(): BlindInterval | undefined {
    const interval = this.#recovery.resume();
    this.#hasResumed = true;
    return interval;
  }

  /** What its store contained when it was opened. */
  get summary(): StoreSummary {
    return this.history.summary;
  }

  /** How many users and nodes have an actor. */
  get size(): number {
    return this.users.size + (this.watch?.nodes.size ?? 0);
  }

  /** Whether its users and nodes can be asked: it has recovered, and does not stop. */
  get isAnswering(): boolean {
    return this.#hasResumed && !this.#isLeaving;
  }

  /**
   * Deadlines after the last moment at which anybody was heard wait for the next start, and those of a recovery for its
   * end.
   */
  advance(horizon: Moment): void {
    if (!this.#hasResumed) return;
    const until = horizon < this.#heardUntil ? horizon : this.#heardUntil;
    this.users.advance(until);
    this.watch?.nodes.advance(until);
  }

  /** The daemon was blind during an interval: gives the time back to all users and nodes. */
  blind(from: Moment, to: Moment, interval: BlindInterval): void {
    // The end of its recovery gives time to all of them.
    if (!this.#hasResumed) return;
    this.history.submit([{ kind: 'blind', interval }]);
    // From there on no time counts that could be given back.
    const until = to < this.#heardUntil ? to : this.#heardUntil;
    if (from >= until) return;
    this.users.blind(from, until);
    this.watch?.nodes.wake(from, until);
  }

  /** Nothing is stored before all of the last run has been restored. */
  checkpoint(): void {
    if (!this.#hasResumed) return;
    this.users.checkpoint();
    this.watch?.nodes.followWallClock();
  }

  /** Passes everything buffered for history on at once. */
  flush(): void {
    this.users.flush();
    this.watch?.nodes.flush();
  }

  /** Resolves once everything that actors have submitted has reached history, so that a read misses nothing. */
  settled(): Promise<void> {
    this.flush();
    return this.history.caughtUp();
  }

  /** New requests are refused from now on, so nobody's silence counts. Those received before are still answered. */
  refuseNew(at: Moment): void {
    if (at < this.#heardUntil) this.#heardUntil = at;
    this.users.refuseNew(at);
    this.watch?.nodes.refuseNew(at);
  }

  /** No request is received from now on. */
  stopListening(at: Moment): void {
    this.refuseNew(at);
    this.users.stopListening(at);
  }

  /**
   * From now on nobody is answered here. What is being read for somebody is refused.
   *
   * @returns once every request that was received before has been answered
   */
  async leave(): Promise<void> {
    const { clock } = this.#shared;
    this.#isLeaving = true;
    this.stopListening(clock.now());
    const end = clock.now() + PATIENCE;
    do {
      await this.settled();
      await new Promise<void>((resolve) => clock.after(QUIET, resolve));
    } while (!this.isLost && this.#isBusy && clock.now() < end);
  }

  /** Another process may own it: nothing is answered or stored any more, not even what was asked before. */
  abandon(): void {
    this.isLost = true;
    this.#isLeaving = true;
    for (const shard of [...this.users.all, ...(this.watch?.nodes.all ?? [])]) shard.abandon();
    this.history.abandon();
    this.end();
  }

  /** Whether an actor has something to handle, or waits for the disk. */
  get #isBusy(): boolean {
    const { history, users, watch } = this;
    const waiting = users.waiting + (watch === undefined ? 0 : watch.nodes.waiting + watch.notifier.waiting);
    return waiting > 0 || (history.unsettled > 0 && history.state === 'open');
  }

  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` if it is given away before the read ends */
  async #whileHere<Result>(read: () => Promise<Result>): Promise<Result> {
    const outcome = read();
    await outcome.catch(() => undefined);
    if (this.#isLeaving) throw notHere(this.id);
    return outcome;
  }

  /** From now on, a shard that stops is not restarted, and a start under way has failed. */
  end(): void {
    this.#isEnding = true;
    this.#settleStart(notHere(this.id));
    this.users.end();
    this.watch?.nodes.end();
    this.watch?.signIns.stop();
  }

  /** All of its parts have stopped. */
  async close(): Promise<void> {
    this.watch?.nodes.stopCheckpoints();
    try {
      await this.watch?.channels.release();
    } finally {
      await this.history.close();
    }
  }

  /** Stops the actors that the end has left running: for a process that goes on without them. */
  async dismiss(): Promise<void> {
    await Promise.all([this.users.dismiss(), this.watch?.nodes.dismiss()]);
  }
}

export function notHere(partition: string): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_NOT_READY', `partition ${partition} is not here at present`);
}
