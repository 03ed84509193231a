import type { ActionLink } from '../../../src/domain/action-link.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Ping } from '../../../src/domain/ping.js';
import type { Schedule } from '../../../src/domain/schedule.js';
import type { AdaptiveTimeout } from '../../../src/domain/timeout.js';
import type { Reading } from '../machine/daemon.js';

/** A client's request as the daemon read it, and its outcome. */
export interface Asked extends Reading {
  /** Undefined if the process died before it answered. */
  answer: 'done' | 'refused' | undefined;
  answeredAt: number | undefined;
  code: string | undefined;
  /** Whether the disk had been refusing writes and storing them nevertheless. */
  mayBeOnDisk: boolean;
}

/** A user's request that changes something. */
export interface UserChange extends Asked {
  readonly kind: 'heal' | 'goodbye' | 'erase';
}

/** A heal of one device, or a goodbye of one or of all. */
export interface DeviceChange extends Asked {
  readonly kind: 'heal' | 'goodbye';
  /** Undefined: the one without a name, or all of them in a goodbye. */
  readonly device: string | undefined;
  /** What a heal said of the device: JSON; null removes it, undefined leaves it. */
  readonly meta: string | null | undefined;
  /** Whether a goodbye ended the session. */
  ended: boolean;
}

export interface NodeChange extends Asked {
  readonly kind:
    | 'heartbeat'
    | 'fail'
    | 'put'
    | 'pause'
    | 'resume'
    | 'forget'
    | 'acknowledge'
    | 'unacknowledge';
  /** When a pause ends by itself, by the wall clock. */
  readonly until?: number | undefined;
  /** Whether it registered the node. */
  created: boolean;
  /** Who acknowledges, if that is not `ann`. */
  readonly by?: string;
}

/** A ping of a job. */
export interface SentPing extends Asked, Pick<Ping, 'kind'> {
  /** Of `exit`. */
  readonly exitStatus?: number;
  /** The run it belongs to. */
  readonly rid?: string;
  /** Its number among those that the daemon has read, and the length of its body. */
  readonly number: number;
}

/** A node with a job that pings. Durations are in milliseconds. */
export interface JobRecord {
  readonly timeout: number;
  /** How long a run may take. */
  readonly grace: number;
  /** When the request was read that registered it, once that is confirmed. */
  registeredAt: number | undefined;
  /** In the order in which the daemon read them. */
  readonly pings: SentPing[];
}

/** A node that the daemon probes. Durations are in milliseconds. */
export interface ProbedRecord {
  readonly timeout: number;
  readonly maxRetries: number;
  /** The time from one probe to the next. */
  readonly every: number;
  /** When the request was read that registered it, once that is confirmed. */
  registeredAt: number | undefined;
  /** What the prober reported, in this order. */
  readonly results: { readonly at: number; readonly passed: boolean }[];
  /** When its server was down. */
  readonly outages: { readonly from: number; to: number }[];
}

/** Somebody presses the button behind a signed link. */
export interface UsedLink extends Asked, Omit<ActionLink, 'expires'> {
  readonly token: string;
  readonly isForged: boolean;
  /** What the page said: `failed` leaves the effect unknown, and `later` means that it still works. */
  says: 'done' | 'used' | 'void' | 'unknown' | 'later' | 'failed' | undefined;
}

/** A request for a silence. Its instants are on the wall clock. */
export interface RequestedSilence extends Asked {
  /** The names of the nodes that it fits. */
  readonly nodes: ReadonlySet<string>;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Known once it is confirmed. */
  id: string | undefined;
  /** The request that ended it. */
  expiry: Asked | undefined;
}

/** A request for an override of the rota. Its instants are on the wall clock. */
export interface RequestedOverride extends Asked {
  readonly person: string;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Known once it is confirmed. */
  id: string | undefined;
  /** The request that ended it. */
  expiry: Asked | undefined;
}

/** A maintenance window. It is open from one instant of the wall clock to another, or for a time from each minute on. */
export interface PlannedSilence {
  readonly nodes: ReadonlySet<string>;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Milliseconds. */
  readonly everyMinute: number | undefined;
  /** When it was in the configuration, on the monotonic clock. */
  readonly configured: { readonly from: number; to: number; readonly isFromStart: boolean }[];
}

/** The settings that a node sends with each `put`. */
export interface WantedSettings {
  readonly dependsOn: NodeName | undefined;
  readonly timeout: AdaptiveTimeout | undefined;
  /** In place of a timeout. */
  readonly schedule: Schedule | undefined;
}

/** A reason to excuse the daemon, and its interval on the monotonic clock. */
export type Disturbance =
  /** The process stood still long enough to be blind. */
  | { readonly kind: 'blind'; readonly from: number; readonly to: number }
  /**
   * From the kill, or the request to stop, until the daemon was ready. `run` is the run that ended. Until `ended` an
   * orderly stop answered what it had received.
   */
  | {
      readonly kind: 'restart';
      readonly from: number;
      readonly ended: number;
      readonly to: number;
      readonly run: number;
    };

export interface Jump {
  readonly at: number;
  readonly by: number;
}

/** One line of the story. */
export interface Line {
  readonly at: number;
  readonly text: string;
  /** The user or node that it concerns; undefined for all. */
  readonly about: string | undefined;
}

/** Everything that was done to the daemon and everything that it answered, as an outside observer sees it. */
export class Ledger {
  readonly users = new Map<string, UserChange[]>();
  /** Of users with several devices. */
  readonly devices = new Map<string, DeviceChange[]>();
  readonly nodes = new Map<string, NodeChange[]>();
  /** The settings by node; most nodes have none. */
  readonly wanted = new Map<string, WantedSettings>();
  readonly jobs = new Map<string, JobRecord>();
  readonly probed = new Map<string, ProbedRecord>();
  /** Requests for silences, in the order in which the daemon read them. */
  readonly silences: RequestedSilence[] = [];
  readonly maintenance: PlannedSilence[] = [];
  /** Uses of links in messages, in the order in which the daemon read them. */
  readonly links: UsedLink[] = [];
  /** Requests for overrides, in the order in which the daemon read them. */
  readonly overrides: RequestedOverride[] = [];
  readonly disturbances: Disturbance[] = [];
  readonly jumps: Jump[] = [];
  /** Intervals in which the disk may lag: from the first slow or refused write until everything is stored. */
  readonly troubles: { readonly from: number; to: number }[] = [];
  /** Whether a message has crashed its actor. */
  hasCrashed = false;
  readonly lines: Line[] = [];
  readonly counts = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  tell(text: string, about?: string): void {
    this.lines.push({ at: this.#now(), text, about });
  }

  /** The process died. If it was standing still, that was not blindness, unless the standstill ends at this moment. */
  died(): void {
    const now = this.#now();
    const last = this.disturbances.at(-1);
    if (last?.kind === 'blind' && last.to > now) this.disturbances.pop();
  }

  /** From now on the disk refuses writes or is slow. */
  troubleBegins(): void {
    if (this.troubles.at(-1)?.to !== Infinity) this.troubles.push({ from: this.#now(), to: Infinity });
  }

  troubleIsOver(): void {
    const last = this.troubles.at(-1);
    if (last?.to === Infinity) last.to = this.#now();
  }

  /** Whether the disk may have lagged at some time in this range. */
  wasTroubled(from: number, to: number): boolean {
    return this.troubles.some((trouble) => trouble.from <= to && trouble.to >= from);
  }

  /** Whether the disk was troubled at this time, and the process died before everything was stored. */
  diedInTrouble(at: number): boolean {
    return this.troubles.some(
      ({ from, to }) =>
        from <= at &&
        to >= at &&
        this.disturbances.some((one) => one.kind === 'restart' && one.from >= at && one.from <= to),
    );
  }

  hasJumped(from: number, to: number): boolean {
    return this.jumps.some(({ at }) => at >= from && at <= to);
  }

  /** Whether the process stood still in some part of this range. */
  wasBlind(from: number, to: number): boolean {
    return this.disturbances.some((one) => one.kind === 'blind' && one.from <= to && one.to >= from);
  }

  /** Whether it went on after standing still at some time in this range. */
  stoodStill(after: number, until: number): boolean {
    return this.disturbances.some(({ kind, to }) => kind === 'blind' && to > after && to <= until);
  }

  hasRestarted(from: number, to: number): boolean {
    return this.disturbances.some((one) => one.kind === 'restart' && one.from <= to && one.to >= from);
  }

  /** All leads of the wall clock in this range. */
  leads(lead: number, from: number, to: number): number[] {
    const leads = [lead];
    for (const { at, by } of this.jumps) if (at >= from && at <= to) leads.push((leads.at(-1) ?? lead) + by);
    return leads;
  }
}

/** A request that the daemon has just read. */
export function asked(read: Reading): Asked {
  return { ...read, answer: undefined, answeredAt: undefined, code: undefined, mayBeOnDisk: false };
}

/** Undefined if a crash leaves the effect unknown. */
export function refusalOf(code: string): 'refused' | undefined {
  return code === 'HEARTBEAT_INTERNAL' ? undefined : 'refused';
}

/** A broken promise of the daemon. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
  readonly about: string | undefined;
  readonly at: number;

  constructor(message: string, at: number, about?: string) {
    super(message);
    this.at = at;
    this.about = about;
  }
}
