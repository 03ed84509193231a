import type { NodeQuota } from '../domain/access.js';
import type { FlipCause, NodeState } from '../domain/node.js';
import type { PingKind } from '../domain/ping.js';
import type { BlindCause, BlindInterval } from '../domain/blindness.js';
import type { SilenceState } from '../domain/silence.js';
import type { Instant, Millis } from '../domain/time.js';
import type { DiskUse } from '../ports/history-store.js';
import type { Distribution, MetricFamily } from '../ports/metrics.js';

/** Everything the daemon has counted since it started, and its state. Read when it is scraped. */
export interface DaemonFacts {
  readonly ready: boolean;
  readonly users: {
    readonly online: number;
    readonly heals: number;
    readonly checkups: number;
    readonly openings: number;
    /** Sessions found at the start that resumed. */
    readonly recoveries: number;
    readonly goodbyes: number;
    readonly erasures: number;
    /** For sessions that ended in silence: seconds from the deadline until it was noticed. */
    readonly expiries: Distribution;
  };
  readonly nodes: {
    readonly states: Readonly<Record<NodeState, number>>;
    readonly paused: number;
    /** Nodes that count towards the quota of a key. */
    readonly registeredBy: (key: string) => number;
    readonly heartbeats: number;
    /** Pings of their jobs, by what they said. */
    readonly pings: Readonly<Record<PingKind, number>>;
    /** Nodes whose job has started and not ended. */
    readonly running: number;
    readonly flips: Readonly<Record<NodeState, Readonly<Record<FlipCause, number>>>>;
    readonly misses: Distribution;
  };
  readonly actors: {
    readonly running: number;
    /** All shards of one tree are one place. */
    readonly places: readonly {
      readonly path: string;
      readonly waiting: number;
      readonly restarts: number;
    }[];
    readonly deadLetters: number;
    readonly mailboxFull: number;
  };
  readonly store: {
    readonly refusing: boolean;
    /** How often damage was found. */
    readonly damages: number;
    /** Whether it is this daemon's in a database that others can reach; undefined where nobody else can. */
    readonly isOwned: boolean | undefined;
    /** Whether its files are missing. */
    readonly isMissing: boolean;
    /** Entries waiting for the disk. */
    readonly waiting: number;
    /** In seconds. */
    readonly commitTimes: Distribution;
    /** Entries. */
    readonly commitSizes: Distribution;
    readonly slowCommits: number;
    /** Undefined while it is not open. */
    readonly bytes: number | undefined;
    /** Bytes that are left on its disk; undefined for a disk of another machine. */
    readonly free: number | undefined;
    /** Undefined in the first hour, and while it does not grow. */
    readonly daysLeft: number | undefined;
    readonly sessions: number;
  };
  readonly alerts: {
    readonly open: number;
    /** Open alerts that a silence holds. */
    readonly silenced: number;
    readonly channels: readonly ChannelFacts[];
  };
  /** By channels that send events of users, or have sent some. */
  readonly userEvents: readonly UserEventFacts[];
  readonly events: {
    readonly readers: number;
    /** Pairs of a user and a reader that watches it by name. */
    readonly watched: number;
    /** Readers dropped because they read too slowly. */
    readonly slow: number;
  };
  readonly probes: {
    /** Nodes that are probed. */
    readonly nodes: number;
    readonly underWay: number;
    /** Probes that are due and wait for others. */
    readonly waiting: number;
    /** Whether no node is probed although some should be: the prober ends again and again, or cannot begin. */
    readonly isFailing: boolean;
    readonly passed: number;
    readonly failed: number;
  };
  readonly silences: Readonly<Record<SilenceState, number>>;
  readonly memory: {
    /** The fullest memory that has a limit: 1 is full. */
    readonly used: number;
    readonly short: boolean;
    readonly shed: { readonly openings: number; readonly registrations: number };
  };
  readonly blind: Readonly<Record<BlindCause, { readonly intervals: number; readonly seconds: number }>>;
  /** In seconds. */
  readonly eventLoopDelay: Distribution;
  /** Seconds from a tick until what was due was acted on. */
  readonly ticksOverdue: Distribution;
  /** Ticks that stopped waiting for connections to be accepted. */
  readonly readingsCut: number;
  /** How often the wall clock was set. */
  readonly wallSteps: number;
  /** Undefined for a daemon that stands alone. */
  readonly cluster: ClusterFacts | undefined;
  /** Metrics of the process, and of what runs beside the daemon. */
  readonly others: readonly MetricFamily[];
}

/** What a daemon knows of the cluster that it is a member of. */
export interface ClusterFacts {
  /** Of this daemon. */
  readonly name: string;
  readonly members: readonly {
    readonly name: string;
    readonly advertise: string;
    /** It may get partitions. */
    readonly isReady: boolean;
    /** For how long it may answer, unless it renews its lease. Undefined for others, which know it alone. */
    readonly leaseLeft: Millis | undefined;
  }[];
  readonly partitions: readonly {
    readonly name: string;
    /** Undefined while nobody owns it. */
    readonly owner: string | undefined;
    readonly epoch: number | undefined;
    /** Whether its owner may be another one by now: this daemon could not renew its lease in time. */
    readonly isInDoubt: boolean;
    /** Whether this daemon answers for it. */
    readonly isHere: boolean;
  }[];
}

/** How many of everything there are now. */
export interface Stats extends ConnectedClients {
  readonly users: { readonly online: number };
  /** A user whose devices are not told apart counts as one device. */
  readonly devices: number;
  /** Paused nodes count in their state, too. */
  readonly nodes: Readonly<Record<NodeState | 'registered' | 'paused', number>>;
}

/** How many clients stay connected to hear of changes. Whoever serves them knows. */
export interface ConnectedClients {
  readonly sockets: number;
  /** Readers of a stream of events. */
  readonly eventReaders: number;
}

/** The data for `GET /supervision`. An `object` is what a part reports itself. */
export interface SupervisionFacts {
  /** Why the daemon is not ready, a phrase each; empty if it is. */
  readonly unready: readonly string[];
  /** Undefined for a daemon that stands alone. */
  readonly cluster: ClusterFacts | undefined;
  readonly phase: string;
  readonly startedAt: Instant;
  readonly uptime: Millis;
  readonly users: { readonly online: number; readonly shards: number };
  readonly nodes: object;
  /** Running actors. */
  readonly actors: number;
  readonly store: {
    readonly history: object;
    /** Undefined while it is not open. */
    readonly bytes: number | undefined;
    /** Bytes that are left on its disk. */
    readonly free: DiskUse['free'];
    /** About how many bytes each kind of record takes. */
    readonly kinds: DiskUse['kinds'];
    /** Undefined in the first hour, and while it does not grow. */
    readonly daysLeft: number | undefined;
    readonly sessions: number;
    readonly isOwned: boolean | undefined;
    readonly trouble: string | undefined;
  };
  readonly mailboxFull: number;
  readonly memory: object;
  readonly deadLetters: {
    readonly total: number;
    readonly recent: readonly (object & { readonly at: Instant })[];
  };
  /** The last ones, oldest first. */
  readonly blindIntervals: readonly BlindInterval[];
  readonly process: object;
  readonly tree: object;
}

interface ChannelFacts {
  readonly name: string;
  /** Its state; undefined once it is no longer configured. Its counts stay. */
  readonly now: { readonly waiting: number; readonly breaker: (typeof BREAKER_STATES)[number] } | undefined;
  readonly delivered: number;
  readonly failed: number;
  readonly dead: number;
  readonly cancelled: number;
  readonly folded: number;
}

interface UserEventFacts {
  readonly name: string;
  /** Undefined if it asks for none any more. Its counts stay. */
  readonly waiting: number | undefined;
  readonly sent: number;
  readonly dropped: number;
  /** Attempts that failed. */
  readonly failed: number;
}

export const BREAKER_STATES = ['closed', 'half_open', 'open'] as const;

/** What the sockets have counted since the gateway started. */
export interface SocketsReport {
  readonly open: number;
  readonly opened: number;
  /** Requests for a socket. */
  readonly refused: number;
  /** Frames of clients, and of the daemon; pings and pongs are not among them. */
  readonly received: number;
  readonly sent: number;
  readonly pings: number;
  /** Pongs that were heals, and others. */
  readonly pongs: number;
  readonly ignored_pongs: number;
  /** By reason. */
  readonly closed: Readonly<Record<string, number>>;
}

/** What the gateway counts; `GET /supervision` shows it too. */
export interface GatewayReport {
  readonly connections: number;
  readonly in_flight: number;
  /** Requests that wait for others of their own connection. */
  readonly pipelined: number;
  /** Bytes of large answers and streams of events that wait for their clients. */
  readonly unsent_bytes: number;
  readonly sockets: SocketsReport;
  /** By status. */
  readonly responses: Readonly<Record<string, number>>;
  readonly refused: {
    readonly overloaded: number;
    readonly dropped_connections: number;
    readonly answer_timeouts: number;
    /** Requests for large answers, while too many bytes of them wait for their clients. */
    readonly large_answers: number;
    /** Connections that were cut off because their client did not read a large answer. */
    readonly unread_answers: number;
    readonly malformed: number;
    readonly unauthorized: number;
    readonly rate_limited: number;
    /** Pings of jobs beyond so many a second of one node. */
    readonly dropped_pings: number;
  };
}

/** What its metrics are made of. */
export interface GatewayFacts extends GatewayReport {
  /** Of the keys that are configured now. */
  readonly quotas?: readonly NodeQuota[];
}
