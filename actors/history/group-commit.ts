import type { EndedSession } from '../../src/domain/session.js';
import type { Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import { HeartbeatError } from '../../src/errors.js';
import type { Clock } from '../../src/ports/clock.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import type { Logger } from '../../src/ports/logger.js';
import type { Backlog, Queued } from './backlog.js';
import { alertsIn, commitOf, usersToLookUp, type Commit } from './commit.js';
import type { CommitMeter } from './commit-meter.js';
import type { SettlingDeps } from './history.protocol.js';

/** The most changes in one batch: enough for a mass expiry, and few enough that other work is not held up. */
const BATCH = 10_000;

/** The last stored sessions of users who open a session no later than the latest stored end. */
type LastSessions = ReadonlyMap<UserId, EndedSession | undefined>;

/** A step of a batch that is done. */
export type CommitStep =
  | { readonly kind: 'looked_up'; readonly last: LastSessions }
  /** Of an erasure, a part may be left. */
  | { readonly kind: 'written'; readonly isWhole: boolean };

export interface GroupCommitDeps extends SettlingDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: HistoryStore;
  readonly meter: CommitMeter;
}

/**
 * Group commit: everything that arrives while one batch is being written is the next batch. One batch at a time is
 * taken from the backlog, completed by what must be looked up, written, and settled once it is on disk.
 */
export class GroupCommit {
  readonly #backlog: Backlog;
  readonly #deps: GroupCommitDeps;
  #taken: readonly Queued[] = [];
  #commit: Commit | undefined;
  #latestEnd = Infinity;
  #began: Moment;

  constructor(backlog: Backlog, deps: GroupCommitDeps) {
    this.#backlog = backlog;
    this.#deps = deps;
    this.#began = deps.clock.now();
  }

  /** @param latestEnd no stored session ends later */
  start(latestEnd: number): void {
    this.#latestEnd = latestEnd;
  }

  /** Entries of the batch under way. */
  get taken(): number {
    return this.#taken.length;
  }

  /** Begins the next batch, or the one again that crashed its actor. @returns undefined if nothing waits */
  begin(): Promise<CommitStep> | undefined {
    if (this.#taken.length === 0) this.#taken = this.#backlog.take(BATCH);
    if (this.#taken.length === 0) return undefined;
    const users = usersToLookUp(this.#taken, this.#latestEnd);
    return users.length === 0 ? this.write(new Map()) : this.#lookUp(users);
  }

  async #lookUp(users: readonly UserId[]): Promise<CommitStep> {
    const found = users.map(async (user) => [user, await this.#lastSession(user)] as const);
    return { kind: 'looked_up', last: new Map(await Promise.all(found)) };
  }

  async #lastSession(user: UserId): Promise<EndedSession | undefined> {
    try {
      return await this.#deps.store.lastSession(user);
    } catch (error) {
      // The store reports a single damaged session itself, and it keeps nobody from coming online.
      if (error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_CORRUPT') return undefined;
      throw error;
    }
  }

  write(last: LastSessions): Promise<CommitStep> {
    const commit = commitOf(this.#taken, last, this.#latestEnd);
    this.#commit = commit;
    this.#began = this.#deps.clock.now();
    const { store } = this.#deps;
    const [first] = commit.entries;
    const work =
      first?.kind === 'erase' ? store.erase(first.user) : store.write(commit.records).then(() => true);
    return work.then((isWhole) => ({ kind: 'written', isWhole }));
  }

  /** @param isWhole nothing is left of an erasure; the rest of another one comes after the next batch */
  written(isWhole: boolean): void {
    const commit = this.#commit;
    if (commit === undefined) return;
    const [first] = this.#taken;
    this.#commit = undefined;
    this.#taken = [];
    if (!isWhole && first !== undefined) {
      this.#backlog.putBack(first);
      return;
    }
    this.#latestEnd = commit.latestEnd;
    for (const entry of commit.entries) {
      if (entry.kind === 'end') this.#backlog.stored(entry.user, entry.session);
      else if (entry.kind === 'undo') this.#backlog.undone(entry);
      else this.#backlog.storedFlip(entry);
    }
    this.#deps.meter.measure(this.#deps.clock.now() - this.#began, commit.entries.length);
    this.#deps.settle(commit.settlements);
    this.#deps.settleNodes(commit.nodes);
    this.#deps.settleRequests(commit.requests);
    this.#deps.alertsCommitted(alertsIn(commit.records), true);
  }

  /** The batch was refused. @returns it, so that it is answered and written again */
  refused(): Commit {
    const commit = this.#commit ?? commitOf(this.#taken, new Map(), this.#latestEnd);
    this.#commit = undefined;
    this.#taken = [];
    return commit;
  }
}
