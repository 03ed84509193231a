import type { Flip, NodeState } from '../../../src/domain/node.js';
import { BrokenPromise, type Ledger, type NodeChange } from '../world/ledger.js';
import { Begins } from './begins.js';
import { clockOf } from './clock-text.js';
import { isPausedAt, pauseEndsIn } from './pauses.js';
import { place, type Placed } from './placed-flip.js';
import { firstAfter } from './search.js';
import { Timings, type KnownNode, type TimingRules } from './timings.js';

/** How much before the standstill the daemon's blind interval may begin. */
const BEFORE = 120;
/** How long the end of a pause may take to be noticed and stored. */
const PAUSE_ENDS = 200;
/** Milliseconds in which many events may come, such as those that waited during a standstill. */
const BURST = 100;

/** Checks the stored flips of nodes against the promises, by requests and answers. */
export class LivenessOracle {
  readonly #ledger: Ledger;
  readonly #timings: Timings;

  constructor(ledger: Ledger, rules: TimingRules) {
    this.#ledger = ledger;
    this.#timings = new Timings(ledger, rules);
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
    const pauseEnds = pauseEndsIn(this.#ledger, events);
    const begins = new Begins(events, pauseEnds);
    const leads = this.#leads(events);
    const placed = flips.map((flip, index) => place(flip, flips[index - 1], leads));
    const known = { node, events, placed };
    for (const each of placed)
      if (each.flip.cause === 'silence') this.#notEarly(each, begins, known, complain);
    if (this.#ledger.hasJumped(events[0]?.at ?? now, now)) return;
    this.#causes(placed, events, complain);
    this.#states(placed, events, complain);
    this.#notLate(known, now, complain);
    for (const end of pauseEnds) this.#pauseIsOver(end, known, now, complain);
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

  /** No node is late or fails before its deadline. */
  #notEarly(
    { flip, moments, isClamped }: Placed,
    begins: Begins,
    known: KnownNode,
    complain: (what: string, at: number) => never,
  ): void {
    if (isClamped || flip.to === 'active') return;
    const { to } = flip;
    if (moments.every((at) => isPausedAt(this.#ledger, known.events, at)))
      complain(`${to} as of ${clockOf(moments[0] ?? 0)}, within a pause`, (moments[0] ?? 0) + 5000);
    const isInTime = moments.some((at) => {
      const last = begins.last(at);
      return last === undefined || at >= this.#timings.earliest(known, last, to);
    });
    if (isInTime) return;
    const at = moments.at(-1) ?? 0;
    const last = begins.last(at);
    const since = last === undefined ? '' : ` the ${last.kind} of ${clockOf(last.at)} was confirmed, and`;
    complain(`${to} before its time:${since} it is ${to} as of ${clockOf(at)}`, at + 5000);
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
  #notLate(known: KnownNode, now: number, complain: (what: string, at: number) => never): void {
    const { node, events, placed } = known;
    const isPaused = events.some(({ kind }) => kind === 'pause');
    const shortest = this.#timings.shortest(node);
    const states = this.#timings.statesOf(node);
    events.forEach((event, index) => {
      if (event.kind !== 'heartbeat' || event.answer !== 'done') return;
      const next = events[index + 1];
      if (isPaused || event.at === events[index - 1]?.at) return;
      if (next !== undefined && next.earliest - event.at < shortest) return;
      for (const to of states) {
        const { exact, tolerance } = this.#timings.silence(known, event, to);
        if (exact === undefined) return;
        const due = event.at + exact;
        if ((next?.earliest ?? now) <= due + tolerance || due > now - 1000) continue;
        const isDisturbed =
          this.#ledger.disturbances.some(
            ({ from, to: until }) => from - BEFORE <= due && until >= event.at,
          ) ||
          this.#ledger.wasTroubled(event.at - 2000, due + 2000) ||
          this.#ledger.hasRestarted(event.at, due + 2000);
        if (isDisturbed) continue;
        const isThere = placed.some(
          ({ flip, moments }) => flip.to === to && moments.some((at) => Math.abs(at - due) <= tolerance),
        );
        if (!isThere)
          complain(`is silent since ${clockOf(event.at)}, and not ${to} as of ${clockOf(due)}`, due + 5000);
      }
    });
  }

  /** Without disturbances, a pause that ends by itself does not last longer. */
  #pauseIsOver(
    end: NodeChange,
    { node, events, placed }: KnownNode,
    now: number,
    complain: (what: string, at: number) => never,
  ): void {
    const longest = this.#timings.longest(node);
    const by = end.at + longest + PAUSE_ENDS;
    const isQuiet = !events.some(({ at, earliest }) => earliest <= by && at >= end.at - PAUSE_ENDS);
    const isCalm =
      !this.#ledger.disturbances.some(({ from, to }) => from - BEFORE <= by && to >= end.at - PAUSE_ENDS) &&
      !this.#ledger.wasTroubled(end.at - 2000, by) &&
      !this.#ledger.hasRestarted(end.at, by);
    if (longest === Infinity || !isQuiet || !isCalm || by > now - 1000) return;
    const last = placed[firstAfter(placed, ({ moments }) => (moments[0] ?? 0) > by) - 1];
    if (last?.flip.to !== 'failed')
      complain(
        `its pause was over at ${clockOf(end.at)}, and it has not failed by ${clockOf(by)}`,
        by + 5000,
      );
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

function instantOf(at: number): string {
  return new Date(at).toISOString();
}
