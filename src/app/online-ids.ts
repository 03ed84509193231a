import TinyQueue from 'tinyqueue';
import type { Settlement } from '../../actors/history/history.protocol.js';
import type { LocalUserShards } from '../../actors/user/user-shards.js';
import type { UserReach } from '../domain/access.js';
import { isHigh, orderOf, spansOf, type Compare } from '../domain/user-order.js';
import type { UserId, UserIdKind } from '../domain/user-id.js';
import { HeartbeatError } from '../errors.js';
import type { Cancel, Clock } from '../ports/clock.js';

/** So many ids are sorted at once, in about 2 ms. */
const RUN = 2048;
/** A list is used for a millisecond for each of so many users: making lists takes a tenth of a core, or a sixth. */
const PER_MILLISECOND = 100;

type Run = readonly UserId[];

/** The users of one run of a partition. */
type Shards = Pick<LocalUserShards, 'size' | 'sessions'>;

interface Partition {
  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` while it is away */
  readonly answering: { readonly users: Shards };
}

/**
 * The ids of everybody who had a session when the list was made or has opened one since, in sorted runs. Some have no
 * session any more, and an id may be in several runs.
 */
class SessionList {
  /** Whose users they are. */
  readonly of: readonly Shards[];
  readonly #kind: UserIdKind;
  readonly #runs: Run[] = [];
  /** Whether some id has to be compared with care. Runs without any are the same in either order. */
  #hasHigh = false;
  /** Of those who came online since, the last ones. It is sorted, and never changed. */
  #recent: Run = [];
  readonly #opened: UserId[] = [];

  constructor(of: readonly Shards[], kind: UserIdKind) {
    this.of = of;
    this.#kind = kind;
  }

  get compare(): Compare {
    return orderOf(this.#kind, !this.#hasHigh);
  }

  add(run: UserId[]): void {
    this.#runs.push(this.#sorted(run));
  }

  opened(user: UserId): void {
    this.#opened.push(user);
  }

  /** All runs as they are now. */
  get runs(): readonly Run[] {
    while (this.#opened.length > 0) {
      const run = this.#sorted([...this.#recent, ...this.#opened.splice(0, RUN)]);
      if (run.length >= RUN) this.#runs.push(run);
      this.#recent = run.length >= RUN ? [] : run;
    }
    return [...this.#runs, this.#recent];
  }

  #sorted(run: UserId[]): Run {
    if (this.#kind === 'text') this.#hasHigh ||= run.some(isHigh);
    return run.sort(this.compare);
  }
}

/**
 * The ids of users with a session, in order. Up to `RUN` users are listed anew each time. Of more a list is made in
 * steps, between which the event loop has its turn, and then shared for a while by all who page through it. Users who come
 * online meanwhile are added to it, so it misses nobody. Without a reader there is no list. See decision 130.
 */
export class OnlineIds {
  readonly #kind: UserIdKind;
  readonly #partitions: () => readonly Partition[];
  readonly #clock: Pick<Clock, 'after' | 'soon'>;
  #list: SessionList | undefined;
  #made: Promise<void> | undefined;
  #cancel: Cancel | undefined;
  #isStopped = false;

  constructor(
    kind: UserIdKind,
    partitions: () => readonly Partition[],
    clock: Pick<Clock, 'after' | 'soon'>,
  ) {
    this.#kind = kind;
    this.#partitions = partitions;
    this.#clock = clock;
  }

  /**
   * The ids behind `after` that are within reach, each once.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while a partition is away
   */
  async from(after: UserId | undefined, reach: UserReach | undefined): Promise<Generator<UserId, undefined>> {
    const list = await this.#current();
    // Before the order: those who came meanwhile are in them.
    const { runs } = list;
    return within(runs, list.compare, after, reach);
  }

  /** Called with everything that has been stored, before the users' actors learn of it. */
  settled(settlements: readonly Settlement[]): void {
    if (this.#list === undefined) return;
    // Only a settlement that opens a session has an instant.
    for (const settlement of settlements)
      if (settlement.stored && settlement.onlineAt !== undefined) this.#list.opened(settlement.user);
  }

  /** Lets the event loop have its turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.soon(resolve);
    });
  }

  async #current(): Promise<SessionList> {
    const here = this.#here();
    if (this.#list !== undefined && isSame(this.#list.of, here)) {
      const list = this.#list;
      await this.#made;
      return list;
    }
    const list = new SessionList(here, this.#kind);
    const size = here.reduce((sum, users) => sum + users.size, 0);
    const making = this.#make(list);
    if (size > RUN) this.#share(list, making, size);
    await making;
    return list;
  }

  #share(list: SessionList, making: Promise<void>, size: number): void {
    this.#list = list;
    this.#made = making;
    const forget = (): void => {
      if (this.#list === list) this.#list = this.#made = undefined;
    };
    making.then(() => {
      if (this.#isStopped) return;
      this.#cancel?.();
      this.#cancel = this.#clock.after(size / PER_MILLISECOND, forget);
    }, forget);
  }

  /** No timer keeps the process alive. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  async #make(list: SessionList): Promise<void> {
    let run: UserId[] = [];
    for (const users of list.of) {
      for (const user of users.sessions()) {
        run.push(user);
        if (run.length < RUN) continue;
        list.add(run);
        run = [];
        await this.turn();
      }
    }
    list.add(run);
    if (!isSame(list.of, this.#here()))
      throw new HeartbeatError('HEARTBEAT_NOT_READY', 'a partition was taken over meanwhile');
  }

  #here(): readonly Shards[] {
    return this.#partitions().map(({ answering }) => answering.users);
  }
}

function isSame(ones: readonly unknown[], others: readonly unknown[]): boolean {
  return ones.every((one, at) => one === others[at]);
}

function* within(
  runs: readonly Run[],
  compare: Compare,
  after: UserId | undefined,
  reach: UserReach | undefined,
): Generator<UserId, undefined> {
  for (const { from, holds } of spansOf(reach)) {
    const isBehind = (id: UserId): boolean =>
      (after === undefined || compare(id, after) > 0) && (from === undefined || compare(id, from) >= 0);
    for (const id of merged(runs, compare, isBehind)) {
      if (!holds(id)) break;
      yield id;
    }
  }
}

/** The ids of all runs in order, from the first one that `isBehind`; each once. */
function* merged(
  runs: readonly Run[],
  compare: Compare,
  isBehind: (id: UserId) => boolean,
): Generator<UserId> {
  const places = runs.flatMap((run) => {
    const at = firstIn(run, isBehind);
    const id = run[at];
    return id === undefined ? [] : [{ run, at, id }];
  });
  const queue = new TinyQueue(places, (one, other) => compare(one.id, other.id));
  let last: UserId | undefined;
  for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
    if (place.id !== last) yield place.id;
    last = place.id;
    const id = place.run[++place.at];
    if (id === undefined) continue;
    place.id = id;
    queue.push(place);
  }
}

/** The index of the first id for which it holds; it holds for all behind that. */
function firstIn(run: Run, holds: (id: UserId) => boolean): number {
  let [from, to] = [0, run.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const id = run[middle];
    if (id === undefined || holds(id)) to = middle;
    else from = middle + 1;
  }
  return from;
}
