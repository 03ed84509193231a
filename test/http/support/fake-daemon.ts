import type { LiveSession, UserCommand, UserDevice, UserReply } from '../../../actors/user/user.protocol.js';
import type { EndedSession, Session } from '../../../src/domain/session.js';
import type { UserReach } from '../../../src/domain/access.js';
import type { Overload } from '../../../src/domain/overload.js';
import { instant, type Instant } from '../../../src/domain/time.js';
import { userIdsOf, type UserId } from '../../../src/domain/user-id.js';
import { orderOf, spansOf } from '../../../src/domain/user-order.js';
import { HeartbeatError, type ErrorCode } from '../../../src/errors.js';
import type { EventsApi } from '../../../src/app/events/events-api.js';
import { DependencyChanges } from '../../../src/app/dependencies.js';
import type { AlertsApi, RotasApi, SilencesApi } from '../../../src/app/api/alerts-api.js';
import type { Daemon } from '../../../src/app/api/daemon.js';
import type { StatusPagesApi } from '../../../src/app/api/pages-api.js';
import type { NodesApi, PingsApi } from '../../../src/app/api/nodes-api.js';
import type { OnlineUsers, UsersApi } from '../../../src/app/api/users-api.js';
import type { DaemonFacts, Stats } from '../../../src/app/daemon-facts.js';
import type { HistoryRange } from '../../../src/ports/history-store.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { MemorySignIns } from './memory-sign-ins.js';
import { NO_FACTS } from '../../support/metrics.js';

const TIMEOUT = 7_000;

/** Presence in memory, with faults that a test chooses. Its time stands still unless a test moves `now`. */
export class FakeDaemon implements Daemon, UsersApi {
  readonly users = this;
  ids = userIdsOf('integer');
  /** Nodes have tests of their own. */
  readonly nodes: { -readonly [Name in keyof NodesApi]: NodesApi[Name] } = {
    ask: (_name, _request, answered) =>
      setImmediate(answered, { kind: 'refused', code: 'HEARTBEAT_UNKNOWN_NODE' }),
    heartbeats: (names, answered) =>
      setImmediate(
        answered,
        names.map(() => ({ kind: 'active' })),
      ),
    list: async () => ({ nodes: [], next: undefined }),
    flips: async function* () {},
    uptime: () => Promise.reject(new TypeError('nobody is up')),
    uptimeReport: () => Promise.reject(new TypeError('nobody is up')),
    uptimeReportOf: () => Promise.reject(new TypeError('nobody is up')),
    dependencyChanges: new DependencyChanges(),
  };
  /** So have alerts. */
  alerts: AlertsApi = {
    channels: ['ops', 'chat'],
    list: async function* () {},
    preview: async () => undefined,
    command: ({ answered }) => setImmediate(answered, { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_ALERT' }),
  };
  readonly probes = { resultsOf: () => [] };
  readonly lastBlind = undefined;
  cluster(): undefined {
    return undefined;
  }

  /** And status pages. */
  readonly statusPages: StatusPagesApi = {
    pages: [],
    incidentsOf: () => [],
    requestIncident: (_request, answered) =>
      setImmediate(answered, { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_INCIDENT' }),
    requestPage: (_request, answered) =>
      setImmediate(answered, { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_STATUS_PAGE' }),
  };
  /** And silences. */
  readonly silences: SilencesApi = {
    list: () => [],
    get: () => undefined,
    usesLink: () => false,
    command: ({ answered }) => setImmediate(answered, { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_SILENCE' }),
    of: () => [],
    maintenance: () => [],
    maintenanceOf: () => undefined,
    intervalsOf: () => Promise.resolve([]),
  };
  readonly rotas: RotasApi = {
    all: [],
    overrides: () => [],
    command: ({ answered }) =>
      setImmediate(answered, { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_OVERRIDE' }),
  };
  /** A gateway under test gives it its own clock. */
  signIns = new MemorySignIns(new SimulatedClock());
  /** And pings. */
  readonly pings: PingsApi = {
    bodyLimit: 10_000,
    uuidOf: () => '00000000-0000-4000-8000-000000000000',
    withUuid: async () => undefined,
    withSlug: () => [],
    kept: async function* () {},
    body: async () => undefined,
  };
  /** And events. */
  readonly events: EventsApi = {
    readers: 0,
    subscribe: () => {
      throw new HeartbeatError('HEARTBEAT_NOT_READY', 'nothing happens');
    },
  };
  /** The pieces of a backup, or what it fails with before the first. */
  /** Undefined where there is no backup. */
  backupPieces: readonly (string | Promise<string> | Error)[] | undefined = ['{"heartbeat":"history"}\n'];
  backup() {
    return this.backupPieces && this.#piecesOf(this.backupPieces);
  }
  async *#piecesOf(pieces: readonly (string | Promise<string> | Error)[]) {
    for (const piece of pieces) {
      if (piece instanceof Error) throw piece;
      yield await piece;
    }
  }
  configurationDiff = async () => ({ file: undefined, problems: [], changes: [], nodes: [] });
  serving = true;
  reasons: string[] = [];
  /** Why it cannot store. */
  storeReasons: string[] = [];
  /** The reported overloads. */
  readonly overloads: Overload[] = [];
  /** Called for every request. */
  whenAsked: () => void = () => undefined;
  now = 1_700_000_000_250;
  /** If set, the answer to every request. */
  reply: UserReply | undefined;
  /** If set, every request throws this. */
  fault: Error | undefined;
  /** If set, reading a history throws this after so many chunks. */
  historyFault: { readonly error: Error; readonly after: number } | undefined;
  chunkSize = 100;
  readonly asked: { readonly kind: UserCommand['kind']; readonly user: UserId }[] = [];
  /** Sessions yielded by `history`, over all reads. */
  pulled = 0;
  /** Finished reads, whoever ended them. */
  readingsEnded = 0;
  readonly #live = new Map<UserId, LiveSession>();
  readonly #ended = new Map<UserId, EndedSession[]>();
  #held: (() => void)[] | undefined;

  ask(kind: UserCommand['kind'], user: UserId, answered: (reply: UserReply) => void): void {
    if (this.fault !== undefined) throw this.fault;
    this.asked.push({ kind, user });
    this.whenAsked();
    const reply = this.reply ?? this.#decide(kind, user);
    if (this.#held === undefined) setImmediate(answered, reply);
    else this.#held.push(() => answered(reply));
  }

  askMany(
    kind: 'heal' | 'checkup' | 'describe',
    users: readonly (UserId | UserDevice)[],
    answered: (replies: readonly UserReply[]) => void,
  ): void {
    const replies: UserReply[] = [];
    for (const item of users) {
      this.ask(kind, typeof item === 'string' ? item : item.user, (reply) => {
        replies.push(reply);
        if (replies.length === users.length) answered(replies);
      });
    }
  }

  async *history(user: UserId, range: HistoryRange): AsyncGenerator<readonly Session[]> {
    const found = this.#sessions(user).filter((session) => isWithin(session, range));
    if (range.order === 'desc') found.reverse();
    try {
      for (let chunk = 0; chunk * this.chunkSize < found.length; chunk++) {
        this.#mayFail(chunk);
        const sessions = found.slice(chunk * this.chunkSize, (chunk + 1) * this.chunkSize);
        this.pulled += sessions.length;
        yield sessions;
      }
      this.#mayFail(Infinity);
    } finally {
      this.readingsEnded += 1;
    }
  }

  async lastSession(user: UserId): Promise<EndedSession | undefined> {
    this.#mayFail(0);
    return this.#ended.get(user)?.at(-1);
  }

  async online(after: UserId | undefined, limit: number, reach?: UserReach): Promise<OnlineUsers> {
    const compare = orderOf(this.ids.kind);
    const spans = spansOf(reach);
    const found = [...this.#live]
      .map(([id, session]) => ({ id, session }))
      .filter(({ id }) => after === undefined || compare(id, after) > 0)
      .filter(({ id }) => spans.some(({ from, holds }) => compare(id, from ?? id) >= 0 && holds(id)))
      .sort((one, other) => compare(one.id, other.id));
    const users = found.slice(0, limit);
    return { users, next: found.length > limit ? users.at(-1)?.id : undefined };
  }

  get count(): number {
    return this.#live.size;
  }

  /** Deferred requests that have not been handled yet. */
  deferred = 0;
  /** Called with each of them. */
  whenDeferred: () => void = () => undefined;

  defer(): (handle: () => void) => void {
    this.deferred += 1;
    this.whenDeferred();
    return (handle) => {
      this.deferred -= 1;
      handle();
    };
  }

  overloaded(overload: Overload): void {
    this.overloads.push(overload);
  }

  unready(): readonly string[] {
    return this.reasons;
  }

  notStoring(): readonly string[] {
    return [...this.reasons, ...this.storeReasons];
  }

  async facts(): Promise<DaemonFacts> {
    return NO_FACTS;
  }

  connected = { sockets: 0, eventReaders: 0 };

  stats(): Stats {
    const nodes = { registered: 0, active: 0, inactive: 0, failed: 0, paused: 0 };
    const { sockets, eventReaders } = this.connected;
    return { users: { online: this.count }, devices: this.count, nodes, sockets, eventReaders };
  }

  async supervision(): Promise<object> {
    return { tree: { name: 'root', note: 'naïve – ☃' } };
  }

  /** Holds all answers until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  get held(): number {
    return this.#held?.length ?? 0;
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const answer of held) answer();
  }

  refuseWith(code: ErrorCode): void {
    this.reply = { kind: 'refused', code };
  }

  addEnded(user: UserId, sessions: readonly Session[]): void {
    const added = sessions.map((session) => ({ ...session, lastSeen: session.onlineAt }));
    this.#ended.set(user, [...(this.#ended.get(user) ?? []), ...added]);
  }

  #decide(kind: UserCommand['kind'], user: UserId): UserReply {
    switch (kind) {
      case 'heal':
        return this.#heal(user);
      case 'goodbye':
        return this.#goodbye(user);
      case 'checkup':
        return { kind: this.#live.has(user) ? 'online' : 'offline' };
      case 'describe':
        return { kind: 'described', session: this.#live.get(user) };
      case 'erase':
        this.#live.delete(user);
        this.#ended.delete(user);
        return { kind: 'erased' };
    }
  }

  #heal(user: UserId): UserReply {
    const now = instant(this.now);
    const onlineAt = this.#live.get(user)?.onlineAt ?? now;
    const times = { lastSeen: now, deadline: instant(now + TIMEOUT) };
    const device = { name: undefined, since: onlineAt, ...times, meta: undefined };
    this.#live.set(user, { onlineAt, ...times, devices: [device] });
    return { kind: 'online' };
  }

  #goodbye(user: UserId): UserReply {
    const live = this.#live.get(user);
    this.#live.delete(user);
    if (live !== undefined) this.addEnded(user, [{ onlineAt: live.onlineAt, offlineAt: instant(this.now) }]);
    return { kind: 'offline' };
  }

  #sessions(user: UserId): Session[] {
    const live = this.#live.get(user);
    const going = live === undefined ? [] : [{ onlineAt: live.onlineAt, offlineAt: live.deadline }];
    return [...(this.#ended.get(user) ?? []), ...going];
  }

  #mayFail(chunk: number): void {
    if (this.historyFault !== undefined && chunk >= this.historyFault.after) throw this.historyFault.error;
  }
}

function isWithin({ onlineAt, offlineAt }: Session, { from, before, after, order }: HistoryRange): boolean {
  if (from !== undefined && offlineAt < from) return false;
  if (before !== undefined && onlineAt >= before) return false;
  if (after === undefined) return true;
  return order === 'asc' ? onlineAt > after : onlineAt < after;
}

/** So many sessions, one after another. */
export function sessionsInARow(
  count: number,
  start = 1_600_000_000_000,
): { onlineAt: Instant; offlineAt: Instant }[] {
  return Array.from({ length: count }, (_, at) => ({
    onlineAt: instant(start + at * 20_000),
    offlineAt: instant(start + at * 20_000 + 9_999),
  }));
}
