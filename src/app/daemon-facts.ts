import type { FlipCause, NodeState } from '../domain/node.js';
import type { BlindCause } from '../domain/blindness.js';
import type { Distribution, MetricFamily } from '../ports/metrics.js';

/** What the daemon has counted since it started, and how it stands: read when it is scraped, and not before. */
export interface DaemonFacts {
  readonly ready: boolean;
  readonly users: {
    readonly online: number;
    readonly heals: number;
    readonly checkups: number;
    readonly openings: number;
    /** Sessions found at the start that went on. */
    readonly recoveries: number;
    readonly goodbyes: number;
    readonly erasures: number;
    /** Of sessions that ended in silence: seconds from the deadline until it was noticed. */
    readonly expiries: Distribution;
  };
  readonly nodes: {
    readonly states: Readonly<Record<NodeState, number>>;
    readonly paused: number;
    /** Those that count towards the quota of a key. */
    readonly registeredBy: (key: string) => number;
    readonly heartbeats: number;
    readonly flips: Readonly<Record<NodeState, Readonly<Record<FlipCause, number>>>>;
    readonly misses: Distribution;
  };
  readonly actors: {
    readonly running: number;
    /** The shards of one tree are one place. */
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
    /** How often damage was met. */
    readonly damages: number;
    /** Its files are not where they belong any more. */
    readonly isMissing: boolean;
    /** Entries that wait for the disk. */
    readonly waiting: number;
    /** Seconds. */
    readonly commitTimes: Distribution;
    /** Entries. */
    readonly commitSizes: Distribution;
    readonly slowCommits: number;
    /** Undefined while it is not open. */
    readonly bytes: number | undefined;
    readonly sessions: number;
  };
  readonly alerts: {
    readonly open: number;
    readonly channels: readonly ChannelFacts[];
  };
  readonly memory: {
    /** The largest part that is used of any memory that has a limit: 1 is all of it. */
    readonly used: number;
    readonly short: boolean;
    readonly shed: { readonly openings: number; readonly registrations: number };
  };
  readonly blind: Readonly<Record<BlindCause, { readonly intervals: number; readonly seconds: number }>>;
  /** Seconds. */
  readonly eventLoopDelay: Distribution;
  /** Seconds from a tick until what was due was acted on. */
  readonly ticksOverdue: Distribution;
  /** Ticks that did not wait for all connections to be accepted. */
  readonly readingsCut: number;
  /** How often the wall clock was set. */
  readonly wallSteps: number;
  /** Of the process, and of what runs beside the daemon. */
  readonly others: readonly MetricFamily[];
}

interface ChannelFacts {
  readonly name: string;
  /** How it stands; undefined once it is not configured any more. What was counted of it stays. */
  readonly now: { readonly waiting: number; readonly breaker: (typeof BREAKER_STATES)[number] } | undefined;
  readonly delivered: number;
  readonly failed: number;
  readonly dead: number;
  readonly cancelled: number;
  readonly folded: number;
}

export const BREAKER_STATES = ['closed', 'half_open', 'open'] as const;
