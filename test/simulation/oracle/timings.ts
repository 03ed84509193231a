import { isCron, type CronSchedule, type Schedule } from '../../../src/domain/schedule.js';
import type { AdaptiveTimeout } from '../../../src/domain/timeout.js';
import type { Ledger, NodeChange } from '../world/ledger.js';
import type { Settings } from '../world/settings.js';
import { adaptiveTimeout } from './adaptive.js';
import type { Placed } from './placed-flip.js';

/** The longest delay until an event is on disk. */
const LAG = 1000;
/** The greatest age of what a ready daemon last stored. */
const STARTING = 60;
/** The rounding error of adaptive timeouts. */
const ROUNDING = 10;
/** The expression of all cron schedules means each minute. */
const MINUTE = 60_000;
/** The daemon need not notice that the wall clock was set by less. */
const NOTICED = 1000;

export type TimingRules = Pick<Settings, 'nodeTimeout' | 'maxRetries' | 'grace'>;

/** What is known of a node since it was last registered. */
export interface KnownNode {
  readonly node: string;
  /** The requests that may move a deadline. */
  readonly events: readonly NodeChange[];
  readonly placed: readonly Placed[];
}

/** What comes of a silence. */
export type Missed = 'inactive' | 'failed';

/** How long a node may be silent without disturbances, as far as an outside observer can know it. */
interface KnownSilence {
  readonly least: number;
  /** Undefined if it is not known. */
  readonly exact: number | undefined;
  /** The greatest error of `exact`. */
  readonly tolerance: number;
}

/** Timeouts and schedules of nodes, computed from the outside. */
export class Timings {
  readonly #ledger: Ledger;
  readonly #rules: TimingRules;

  constructor(ledger: Ledger, rules: TimingRules) {
    this.#ledger = ledger;
    this.#rules = rules;
  }

  /** The shortest silence that can have consequences. */
  shortest(node: string): number {
    const { timeout, schedule } = this.#ledger.wanted.get(node) ?? {};
    const own = schedule === undefined ? timeout?.min : isCron(schedule) ? 0 : schedule.every;
    return Math.min(this.#rules.nodeTimeout, own ?? Infinity);
  }

  /** The longest silence until a node fails; infinite if that depends on more than its settings. */
  longest(node: string): number {
    const { timeout, schedule } = this.#ledger.wanted.get(node) ?? {};
    if (timeout !== undefined || schedule !== undefined) return Infinity;
    return (this.#rules.maxRetries + 1) * this.#rules.nodeTimeout;
  }

  /** The states that a silent node gets, in order. */
  statesOf(node: string): readonly Missed[] {
    const isLateFirst = this.#ledger.wanted.get(node)?.schedule !== undefined || this.#rules.maxRetries > 0;
    return isLateFirst ? ['inactive', 'failed'] : ['failed'];
  }

  /** The silence that begins with this request, until the node is late or fails. */
  silence(known: KnownNode, event: NodeChange, to: Missed): KnownSilence {
    const { nodeTimeout, maxRetries } = this.#rules;
    const { timeout, schedule } = this.#ledger.wanted.get(known.node) ?? {};
    // A pause keeps the earlier misses.
    const misses = to === 'failed' && event.kind !== 'resume' ? maxRetries + 1 : 1;
    if (schedule !== undefined) {
      const own = this.#dueOf(schedule, event) - event.at + (to === 'failed' ? schedule.grace : 0);
      if (this.#isScheduled(known, event)) return { least: own, exact: own, tolerance: 0 };
      return { least: Math.min(own, misses * nodeTimeout), exact: undefined, tolerance: 0 };
    }
    const exact = timeout === undefined ? nodeTimeout : this.#learnt(known, timeout, event);
    const tolerance = exact === nodeTimeout ? 0 : misses * ROUNDING;
    const least = misses * (exact ?? this.shortest(known.node)) - tolerance;
    return { least, exact: exact === undefined ? undefined : misses * exact, tolerance };
  }

  /** The earliest moment at which the node may be late or fail, whatever disturbed the daemon. */
  earliest(known: KnownNode, event: NodeChange, to: Missed): number {
    const { schedule } = this.#ledger.wanted.get(known.node) ?? {};
    if (schedule === undefined || !isCron(schedule))
      return this.#deadline(event, this.silence(known, event, to).least);
    const byClock = this.#byClock(schedule, event, to);
    if (this.#isScheduled(known, event)) return byClock;
    const { nodeTimeout } = this.#rules;
    return Math.min(byClock, this.#deadline(event, nodeTimeout));
  }

  /** When a heartbeat is expected after a request, if nobody sets the clock. */
  #dueOf(schedule: Schedule, { at, lead }: NodeChange): number {
    return isCron(schedule) ? dueAfter(at, lead) : at + schedule.every;
  }

  /** Whether the node certainly has its schedule at this request. */
  #isScheduled({ node, events: [first] }: KnownNode, { kind, at }: NodeChange): boolean {
    if (kind === 'put') return true;
    return (this.#ledger.nodes.get(node) ?? []).some(
      (other) =>
        other.kind === 'put' &&
        other.answer === 'done' &&
        other.at >= (first?.at ?? Infinity) &&
        (other.answeredAt ?? Infinity) < at,
    );
  }

  /** The earliest deadline of something that lasts so long from a moment on. */
  deadlineAfter(at: number, length: number): number {
    return this.#deadline({ at }, length);
  }

  /** The earliest deadline after a silence. */
  #deadline({ at }: Pick<NodeChange, 'at'>, silence: number): number {
    let deadline = at + silence;
    for (const { kind, from, to } of this.#ledger.disturbances) {
      if (to <= at || from >= deadline) continue;
      if (this.#isLost(kind, from, at)) deadline = Math.min(deadline, to - STARTING);
      else deadline += to - Math.max(from, at) - STARTING;
    }
    return deadline;
  }

  /** Whether a kill lost what happened at this time. */
  #isLost(kind: 'blind' | 'restart', from: number, at: number): boolean {
    return kind === 'restart' && this.#ledger.wasTroubled(Math.max(at, from - LAG), from);
  }

  /** The earliest deadline by the wall clock: docs/decisions/0171 has the rules. */
  #byClock({ grace }: CronSchedule, event: NodeChange, to: Missed): number {
    const leads = this.#ledger.leads(event.lead, event.at, Infinity);
    const isSet = leads.length > 1;
    // Of an earlier run, only the instant is known.
    if (isSet && this.#ledger.hasRestarted(event.at, Infinity)) return -Infinity;
    const due = Math.min(...leads.map((lead) => dueAfter(event.at, lead)));
    if (isSet) return due - NOTICED + (to === 'failed' ? grace : 0);
    const late = this.#late(grace, event.at, due);
    return to === 'failed' ? this.#deadline({ ...event, at: late }, grace) : late;
  }

  /** After a blind interval at the time at which it was due, a node gets some time; and each further one is added. */
  #late(grace: number, since: number, due: number): number {
    let late = due;
    let isFirst = true;
    for (const { kind, from, to } of this.#ledger.disturbances) {
      if (to <= since || from >= late) continue;
      if (this.#isLost(kind, from, since)) late = Math.min(late, to - STARTING);
      if (this.#isLost(kind, from, since) || to - STARTING <= due) continue;
      if (isFirst) late = Math.max(late, to - STARTING + Math.min(grace, this.#rules.grace));
      else late += to - from - STARTING;
      isFirst = false;
    }
    return late;
  }

  /** The adaptive timeout after a request; undefined if the heartbeat history may have been interrupted. */
  #learnt(
    { node, events, placed }: KnownNode,
    adaptive: AdaptiveTimeout,
    event: NodeChange,
  ): number | undefined {
    const all = this.#ledger.nodes.get(node) ?? [];
    const [first] = events;
    if (first === undefined || event.kind !== 'heartbeat' || this.#ledger.hasCrashed) return undefined;
    const since = all.slice(all.indexOf(first), all.indexOf(event) + 1);
    const isDisturbed =
      this.#ledger.hasRestarted(first.at, event.at) ||
      this.#ledger.wasTroubled(first.at, event.at) ||
      since.some(
        ({ kind, answer }) => answer !== 'done' && kind !== 'acknowledge' && kind !== 'unacknowledge',
      ) ||
      since.some(({ kind }) => kind === 'pause' || kind === 'resume');
    if (isDisturbed) return undefined;
    const put = since.find(({ kind }) => kind === 'put');
    const { nodeTimeout, maxRetries } = this.#rules;
    const isFixed = (other: NodeChange): boolean =>
      other.kind !== 'put' || other.at < event.at || other.at > event.at + (maxRetries + 1) * nodeTimeout;
    if (put === undefined) return all.every(isFixed) ? nodeTimeout : undefined;
    const { answeredAt = Infinity } = put;
    if (event.at <= answeredAt) return undefined;
    const learntFrom = put.created ? put.at : answeredAt;
    const heartbeats: (number | undefined)[] = [];
    let heardAt = first.at;
    for (const { kind, at } of since) {
      const isAfterStall = this.#ledger.stoodStill(heardAt, at);
      if (kind === 'heartbeat') heardAt = at;
      if (at < learntFrom || (kind !== 'heartbeat' && kind !== 'fail')) continue;
      // A heartbeat at the time of the answer may have been handled before it.
      if (kind === 'heartbeat' && !put.created && at === answeredAt) return undefined;
      if (kind === 'heartbeat') heartbeats.push(isAfterStall ? undefined : at);
      else if (placed.some(({ flip, moments }) => flip.cause === 'report' && moments.includes(at)))
        heartbeats.push(undefined);
      else return undefined;
    }
    return adaptiveTimeout(adaptive, heartbeats);
  }
}

/** The next minute of the wall clock after a moment. */
function dueAfter(at: number, lead: number): number {
  return (Math.floor((at + lead) / MINUTE) + 1) * MINUTE - lead;
}
