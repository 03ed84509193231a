import type { Flip, NodeState } from '../../../src/domain/node.js';
import { BrokenPromise, type Ledger, type NodeChange } from '../world/ledger.js';
import type { AdaptiveTimeout } from '../../../src/domain/timeout.js';
import type { Settings } from '../world/settings.js';
import { adaptiveTimeout } from './adaptive.js';
import { clockOf } from './clock-text.js';
import { firstAfter } from './search.js';

/** How much before the standstill the daemon's blind interval may begin. */
const BEFORE = 120;
/** The longest delay until an event is on disk. */
const LAG = 1000;
/** The greatest age of what a ready daemon last stored. */
const STARTING = 60;

type Rules = Pick<Settings, 'nodeTimeout' | 'maxRetries' | 'grace'>;

/** A flip with its possible moments: the reading of the wall clock may have had several leads. */
interface Placed {
  readonly flip: Flip;
  readonly moments: readonly number[];
  /** Whether its instant only says that it came after the previous flip. */
  readonly isClamped: boolean;
}

/** The rounding error of adaptive timeouts. */
const ROUNDING = 10;

/** A timeout as far as an outside observer can know it. */
interface KnownTimeout {
  readonly least: number;
  /** Undefined if the heartbeat history may have been interrupted. */
  readonly exact: number | undefined;
  /** The tolerance of a deadline for each timeout. */
  readonly rounding: number;
}

/** Milliseconds in which many events may come, such as those that waited during a standstill. */
const BURST = 100;

/** Checks the stored flips of nodes against the promises, by requests and answers. */
export class LivenessOracle {
  readonly #ledger: Ledger;
  readonly #rules: Rules;

  constructor(ledger: Ledger, rules: Rules) {
    this.#ledger = ledger;
    this.#rules = rules;
  }

  /** @param state what the daemon shows after a long silence; undefined for an unknown node */
  history(node: string, flips: readonly Flip[], state: NodeState | undefined, now: number): void {
    const complain = (what: string, at = now): never => {
      throw new BrokenPromise(`${node}: ${what}.`, at, node);
    };
    const events = this.#known(node);
    flips.forEach((flip, index) => {
      const before = flips[index - 1];
      if (flip.from !== (before?.to ?? 'active') && (events !== undefined || index > 0))
        complain(
          `the flip to ${flip.to} of ${instantOf(flip.at)} says '${flip.from}' before it, and that was not so`,
        );
      if (before !== undefined && flip.at <= before.at)
        complain('two flips are out of order, or stored twice');
    });
    if (state !== undefined && flips.length > 0 && flips.at(-1)?.to !== state)
      complain(`is ${state}, and the last flip was to ${flips.at(-1)?.to ?? ''}`);
    if (events === undefined || events.length === 0) return;
    const begins = new Begins(events);
    const leads = this.#leads(events);
    const placed = flips.map((flip, index) => place(flip, flips[index - 1], leads));
    const timeoutAfter = (event: NodeChange): KnownTimeout => this.#timeout(node, event, events, placed);
    for (const each of placed)
      if (each.flip.cause === 'silence') this.#notEarly(each, begins, timeoutAfter, complain);
    if (this.#ledger.hasJumped(events[0]?.at ?? now, now)) return;
    this.#causes(placed, events, complain);
    this.#states(placed, events, complain);
    this.#notLate(node, placed, events, timeoutAfter, now, complain);
    this.#end(state, events, complain);
  }

  /** The requests since the node was last deleted; undefined if it is unknown whether it was. */
  #known(node: string): readonly NodeChange[] | undefined {
    const events = this.#ledger.nodes.get(node) ?? [];
    const last = events.findLastIndex(
      ({ kind, answer, code }) =>
        kind === 'forget' && code !== 'HEARTBEAT_UNKNOWN_NODE' && answer !== undefined,
    );
    const unknown = events.findLastIndex(({ kind, answer }) => kind === 'forget' && answer === undefined);
    if (unknown > last || (last >= 0 && events[last]?.answer === 'refused')) return undefined;
    return events.slice(last + 1).filter(isOfLiveness);
  }

  /** All leads of the wall clock since the first request. */
  #leads([first]: readonly NodeChange[]): readonly number[] {
    return first === undefined ? [] : this.#ledger.leads(first.lead, first.at, Infinity);
  }

  /** A recovery has a heartbeat at its moment, and a reported failure has a report. */
  #causes(placed: readonly Placed[], events: readonly NodeChange[], complain: (what: string) => never): void {
    const known = new Set(events.map(({ kind, at }) => `${kind} ${String(at)}`));
    for (const { flip, moments, isClamped } of placed) {
      if (flip.cause === 'silence' || isClamped) continue;
      const kind = flip.cause === 'heartbeat' ? 'heartbeat' : 'fail';
      const isCaused = moments.some(
        (at) =>
          known.has(`${kind} ${String(at)}`) ||
          // A report that registers the node comes after the registration.
          (kind === 'fail' && known.has(`${kind} ${String(at - 1)}`)),
      );
      if (!isCaused) complain(`no ${kind} led to the flip to ${flip.to} of ${instantOf(flip.at)}`);
    }
  }

  #shortest(node: string): number {
    return Math.min(this.#rules.nodeTimeout, this.#ledger.wanted.get(node)?.timeout?.min ?? Infinity);
  }

  /** The timeout that starts with this request. */
  #timeout(
    node: string,
    event: NodeChange,
    events: readonly NodeChange[],
    placed: readonly Placed[],
  ): KnownTimeout {
    const { nodeTimeout } = this.#rules;
    const wanted = this.#ledger.wanted.get(node);
    if (wanted?.timeout === undefined) return { least: nodeTimeout, exact: nodeTimeout, rounding: 0 };
    const exact = this.#learnt(node, wanted.timeout, event, events, placed);
    const rounding = exact === nodeTimeout ? 0 : ROUNDING;
    return { least: exact ?? this.#shortest(node), exact, rounding };
  }

  /** Undefined if the heartbeat history may have been interrupted. */
  #learnt(
    node: string,
    adaptive: AdaptiveTimeout,
    event: NodeChange,
    events: readonly NodeChange[],
    placed: readonly Placed[],
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

  /** No node fails before its deadline. */
  #notEarly(
    { flip, moments, isClamped }: Placed,
    begins: Begins,
    timeoutAfter: (event: NodeChange) => KnownTimeout,
    complain: (what: string, at: number) => never,
  ): void {
    if (isClamped) return;
    const { maxRetries } = this.#rules;
    const isInTime = moments.some((at) => {
      const last = begins.last(at);
      if (last === undefined) return true;
      // A pause keeps the earlier misses.
      const misses = flip.to === 'failed' && last.kind !== 'resume' ? maxRetries + 1 : 1;
      const { least, rounding } = timeoutAfter(last);
      return at >= this.#deadline(last, misses * (least - rounding));
    });
    if (isInTime) return;
    const at = moments.at(-1) ?? 0;
    const last = begins.last(at);
    const since = last === undefined ? '' : ` the ${last.kind} of ${clockOf(last.at)} was confirmed, and`;
    complain(`${flip.to} before its time:${since} it is ${flip.to} as of ${clockOf(at)}`, at + 5000);
  }

  /** The earliest deadline after this silence. */
  #deadline({ at }: NodeChange, silence: number): number {
    let deadline = at + silence;
    for (const { kind, from, to } of this.#ledger.disturbances) {
      if (to <= at || from >= deadline) continue;
      const isLost = kind === 'restart' && this.#ledger.wasTroubled(Math.max(at, from - LAG), from);
      deadline = isLost ? Math.min(deadline, to - STARTING) : deadline + to - Math.max(from, at) - STARTING;
    }
    return deadline;
  }

  /** Confirmed requests had their effect: a node is active after a heartbeat, and failed after a report. */
  #states(
    placed: readonly Placed[],
    events: readonly NodeChange[],
    complain: (what: string, at: number) => never,
  ): void {
    for (const [index, event] of events.entries()) {
      if (event.answer !== 'done' || (event.kind !== 'heartbeat' && event.kind !== 'fail')) continue;
      // A report that registers the node comes after the registration. Flips that come at once are a millisecond apart.
      const first = firstAfter(events, ({ at }) => at >= event.at);
      const burst = first - firstAfter(events, ({ at }) => at >= event.at - BURST);
      const by = event.at + burst + (event.kind === 'fail' ? 1 : 0);
      const hasOthers = first !== index || (events[index + 1]?.at ?? Infinity) <= by;
      if (hasOthers || this.#isLost(event)) continue;
      const last = placed[firstAfter(placed, ({ moments }) => (moments[0] ?? 0) > by) - 1];
      const state = last?.flip.to ?? 'active';
      const expected = event.kind === 'heartbeat' ? 'active' : 'failed';
      if (state !== expected)
        complain(
          `the ${event.kind} of ${clockOf(event.at)} was confirmed, and no flip to ${expected} is stored`,
          event.at + 5000,
        );
    }
  }

  /** What was acknowledged while the disk refused writes need not survive a kill. */
  #isLost({ at, answeredAt = at }: NodeChange): boolean {
    return this.#ledger.diedInTrouble(at) || this.#ledger.diedInTrouble(answeredAt);
  }

  /** Without disturbances, a miss is exactly at its deadline. */
  #notLate(
    node: string,
    placed: readonly Placed[],
    events: readonly NodeChange[],
    timeoutAfter: (event: NodeChange) => KnownTimeout,
    now: number,
    complain: (what: string, at: number) => never,
  ): void {
    const { maxRetries } = this.#rules;
    const isPaused = events.some(({ kind }) => kind === 'pause');
    events.forEach((event, index) => {
      if (event.kind !== 'heartbeat' || event.answer !== 'done') return;
      const next = events[index + 1];
      if (isPaused || event.at === events[index - 1]?.at) return;
      if (next !== undefined && next.earliest - event.at < this.#shortest(node)) return;
      const { exact, rounding } = timeoutAfter(event);
      if (exact === undefined) return;
      for (const misses of maxRetries === 0 ? [1] : [1, maxRetries + 1]) {
        const due = event.at + misses * exact;
        const off = misses * rounding;
        if ((next?.earliest ?? now) <= due + off || due > now - 1000) continue;
        const isDisturbed =
          this.#ledger.disturbances.some(({ from, to }) => from - BEFORE <= due && to >= event.at) ||
          this.#ledger.wasTroubled(event.at - 2000, due + 2000) ||
          this.#ledger.hasRestarted(event.at, due + 2000);
        if (isDisturbed) continue;
        const to = misses === maxRetries + 1 ? 'failed' : 'inactive';
        const isThere = placed.some(
          ({ flip, moments }) => flip.to === to && moments.some((at) => Math.abs(at - due) <= off),
        );
        if (!isThere)
          complain(`is silent since ${clockOf(event.at)}, and not ${to} as of ${clockOf(due)}`, due + 5000);
      }
    });
  }

  /** A node that has long been silent has failed. */
  #end(state: NodeState | undefined, events: readonly NodeChange[], complain: (what: string) => never): void {
    const last = events.findLast(({ answer }) => answer === 'done');
    const isUnsure = events.some(
      ({ kind, answer }) => kind === 'pause' || kind === 'resume' || answer !== 'done',
    );
    if (last === undefined || isUnsure) return;
    if (state !== 'failed') complain(`has long been silent, and is ${state ?? 'unknown'}`);
  }
}

/** Acknowledgements and changed settings move no deadline. */
function isOfLiveness({ kind, answer, created }: NodeChange): boolean {
  if (kind === 'put') return created || answer === undefined;
  return kind !== 'acknowledge' && kind !== 'unacknowledge';
}

/** The requests that certainly started a timeout. */
class Begins {
  readonly #events: readonly NodeChange[];
  /** The last one, after each request. */
  readonly #last: (NodeChange | undefined)[] = [];

  /** @param events in order */
  constructor(events: readonly NodeChange[]) {
    this.#events = events;
    let isPaused = false;
    let last: NodeChange | undefined;
    for (const event of events) {
      const { kind, answer } = event;
      // It may have ended a pause.
      if (kind === 'resume' && answer === undefined) isPaused = false;
      if (answer === 'done') {
        // Without a pause, a resume changes nothing.
        if (kind === 'heartbeat' || kind === 'put' || (kind === 'resume' && isPaused)) last = event;
        if (kind === 'pause') isPaused = true;
        else if (kind === 'resume') isPaused = false;
      }
      this.#last.push(last);
    }
  }

  /** The last one up to this moment. */
  last(by: number): NodeChange | undefined {
    return this.#last[firstAfter(this.#events, ({ at }) => at > by) - 1];
  }
}

function place(flip: Flip, before: Flip | undefined, leads: readonly number[]): Placed {
  return {
    flip,
    moments: leads.map((lead) => flip.at - lead),
    // The first flip may come right after the registration.
    isClamped: before === undefined ? leads.length > 1 : flip.at === before.at + 1,
  };
}

function instantOf(at: number): string {
  return new Date(at).toISOString();
}
