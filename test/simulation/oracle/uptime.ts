import type { Flip, NodeState } from '../../../src/domain/node.js';
import type { Uptime } from '../../../src/domain/uptime.js';
import type { Incident, UptimeReport } from '../../../src/domain/uptime-report.js';
import { BrokenPromise, type Ledger } from '../world/ledger.js';
import { clockOf } from './clock-text.js';
import { leadOf, SLACK } from './failures.js';
import { KnownSilences } from './known-silences.js';

const STATES: readonly NodeState[] = ['active', 'inactive', 'failed'];
/** What a node's time is made up of. Silences overlap with the rest. */
const PARTS = [...STATES, 'paused', 'blind', 'maintenance'] as const;
/** How much longer a blind interval may be than the fault, and how much shorter. */
const LONGER = 3000;
const SHORTER = 500;

interface Span {
  readonly from: number;
  readonly to: number;
}

type Complain = (what: string) => never;

/** A report of one node, and what else is known of it. */
interface Reported {
  readonly node: string;
  readonly report: UptimeReport;
  readonly flips: readonly Flip[];
  readonly complain: Complain;
}

/** Checks reports of uptime: by the stored flips, and by the faults, requests and silences that there were. */
export class UptimeOracle {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** @param flips all of the node before the end of the report */
  judge(node: string, report: UptimeReport, flips: readonly Flip[], now: number): void {
    const complain: Complain = (what) => {
      throw new BrokenPromise(`The uptime of ${node}: ${what}.`, now, node);
    };
    const inRange = flips.filter(({ at }) => at < report.to);
    const reported = { node, report, flips: inRange, complain };
    addsUp(reported);
    incidents(reported);
    // From here on it matters what time it was.
    if (this.#ledger.jumps.length > 0) return;
    states(reported);
    this.#blind(reported);
    this.#pauses(reported);
    // The others may fit matchers, too, by what their names are not.
    if (this.#isMachine(node)) {
      this.#silenced(reported, now);
      if (!this.#isPlanned(node) && report.uptime.maintenance > 0)
        complain(`${String(report.uptime.maintenance)} ms are maintenance, and none was planned`);
    }
    for (const incident of report.incidents) this.#acknowledged(incident, reported);
  }

  #rangeOf({ from, to }: UptimeReport): Span {
    const lead = leadOf(this.#ledger);
    return { from: from - lead, to: to - lead };
  }

  /** Time counts as blind when the daemon did not watch, and only then. */
  #blind({ node, report, complain }: Reported): void {
    const range = this.#rangeOf(report);
    const { blind } = report.uptime;
    const all = this.#ledger.disturbances.map((one) => ({ from: one.from - LONGER, to: one.to + LONGER }));
    const most = lengthOf(all, range);
    if (blind > most)
      complain(
        `it was blind for ${String(blind)} ms, and there were ${String(most)} ms in which it may have been`,
      );
    const isPlain = this.#isMachine(node) && !this.#wasPaused(node) && !this.#isPlanned(node);
    if (this.#ledger.troubles.length > 0) return;
    if (!isPlain) return;
    const least = this.#ledger.disturbances
      .filter((one) => one.from - LONGER > range.from && one.to + LONGER < range.to)
      .filter((one) => this.#isAlone(one))
      .reduce(
        (sum, one) => sum + Math.max(0, one.to - (one.kind === 'restart' ? one.ended : one.from) - SHORTER),
        0,
      );
    if (blind < least)
      complain(`it was blind for ${String(blind)} ms, and the daemon did not watch for ${String(least)} ms`);
  }

  #isAlone(one: Span): boolean {
    return !this.#ledger.disturbances.some(
      (other) => other !== one && other.from - LONGER <= one.to && other.to + LONGER >= one.from,
    );
  }

  #pauses({ node, report, complain }: Reported): void {
    const range = this.#rangeOf(report);
    const { paused } = report.uptime;
    if (!this.#wasPaused(node) && paused > 0)
      complain(`${String(paused)} ms are a pause, and it was never paused`);
    const least = lengthOf(this.#pausesOf(node), range);
    if (paused < least)
      complain(`${String(paused)} ms are pauses, and it was paused for ${String(least)} ms`);
  }

  /** Times in which it was certainly paused. */
  #pausesOf(node: string): readonly Span[] {
    const events = this.#ledger.nodes.get(node) ?? [];
    return events.flatMap(({ kind, answer, answeredAt, until = Infinity, lead }, index): Span[] => {
      if (kind !== 'pause' || answer !== 'done' || answeredAt === undefined) return [];
      const next = events
        .slice(index + 1)
        .find(({ kind: other }) => other !== 'acknowledge' && other !== 'unacknowledge');
      const to = Math.min(next?.earliest ?? Infinity, until - lead);
      // Where the disk did not store it, a kill may have undone it.
      return this.#ledger.wasTroubled(answeredAt - LONGER, to) ? [] : [{ from: answeredAt, to }];
    });
  }

  /** A silence counts once, for as long as it held. */
  #silenced({ node, report, complain }: Reported, now: number): void {
    const range = this.#rangeOf(report);
    const { silenced } = report.uptime;
    const { silences } = this.#ledger;
    const known = new KnownSilences({ silences, maintenance: [] }, leadOf(this.#ledger), now).of(node);
    const certain = known.flatMap((each) => each.certain ?? []);
    const least = lengthOf(certain, range) - SLACK * certain.length;
    const most =
      lengthOf(
        known.map(({ possible }) => possible),
        range,
      ) +
      SLACK * known.length;
    if (silenced < least)
      complain(`${String(silenced)} ms are silenced, and it was silenced for ${String(least)} ms`);
    if (silenced > most)
      complain(`${String(silenced)} ms are silenced, and it can have been no more than ${String(most)} ms`);
  }

  /** An incident says who acknowledged it, if somebody did. */
  #acknowledged({ from, to, acknowledged }: Incident, { node, report, complain }: Reported): void {
    const lead = leadOf(this.#ledger);
    const failure = { from: from - lead, to: Math.min(to ?? Infinity, report.to) - lead };
    const events = this.#ledger.nodes.get(node) ?? [];
    const own = events.filter(
      ({ kind, at, answer, mayBeOnDisk }) =>
        kind === 'acknowledge' &&
        at >= failure.from - SLACK &&
        at <= failure.to + SLACK &&
        (answer !== 'refused' || mayBeOnDisk),
    );
    const when = `the failure of ${clockOf(failure.from)}`;
    if (acknowledged !== undefined) {
      if (own.every(({ by = 'ann' }) => by !== acknowledged.by))
        complain(`${when} was acknowledged by ${acknowledged.by}, who did not ask for that`);
      return;
    }
    const certain = own.find(
      ({ answer, at, answeredAt = Infinity }) =>
        answer === 'done' && at > failure.from + SLACK && answeredAt < failure.to - SLACK,
    );
    if (certain === undefined || this.#ledger.wasTroubled(failure.from - LONGER, failure.to)) return;
    const isTakenBack = events.some(
      ({ kind, answeredAt = Infinity }) => kind === 'unacknowledge' && answeredAt >= certain.at,
    );
    if (!isTakenBack) complain(`${when} was acknowledged at ${clockOf(certain.at)}, which it does not say`);
  }

  #isMachine(node: string): boolean {
    return !this.#ledger.jobs.has(node) && !this.#ledger.probed.has(node);
  }

  #wasPaused(node: string): boolean {
    return this.#ledger.nodes.get(node)?.some(({ kind }) => kind === 'pause') === true;
  }

  #isPlanned(node: string): boolean {
    return this.#ledger.maintenance.some(({ nodes }) => nodes.has(node));
  }
}

/** Every millisecond is in one part, of the whole, of its day and of its month. */
function addsUp({ report, complain }: Reported): void {
  const { from, to, uptime, days, months, incidentCount } = report;
  const sum = PARTS.reduce((total, part) => total + uptime[part], 0);
  if (sum !== to - from) complain(`its parts are ${String(sum)} ms, of ${String(to - from)}`);
  for (const [name, of] of [
    ['days', days],
    ['months', months],
  ] as const) {
    for (const part of Object.keys(uptime) as (keyof Uptime)[]) {
      const total = of.reduce((all, each) => all + each.uptime[part], 0);
      if (total !== uptime[part])
        complain(`its ${name} have ${String(total)} ms that are ${part}, of ${String(uptime[part])}`);
    }
    const began = of.reduce((all, each) => all + each.incidents, 0);
    if (began !== incidentCount)
      complain(`its ${name} have ${String(began)} incidents, of ${String(incidentCount)}`);
  }
}

/** Each failure is one incident, from its flip to the next. */
function incidents({ report, flips, complain }: Reported): void {
  const failures = flips.flatMap(({ to, at }, index) =>
    to === 'failed' ? [{ from: at, to: flips[index + 1]?.at }] : [],
  );
  const listed = report.incidents.map(({ from, to }) => ({
    from,
    to: to === undefined || to >= report.to ? undefined : to,
  }));
  const [expected, found] = [failures.toReversed(), listed].map((each) => JSON.stringify(each));
  if (expected !== found) complain(`its incidents are ${found ?? ''}, and its failures ${expected ?? ''}`);
  if (report.incidentCount !== failures.length)
    complain(`it has ${String(report.incidentCount)} incidents, and ${String(failures.length)} failures`);
}

/** No state has more time than its flips give it. */
function states({ report: { from, to, uptime }, flips, complain }: Reported): void {
  const spent: Record<NodeState, number> = { active: 0, inactive: 0, failed: 0 };
  let [state, since] = [flips[0]?.from ?? 'active', Number(from)];
  for (const flip of flips) {
    spent[state] += flip.at - since;
    [state, since] = [flip.to, flip.at];
  }
  spent[state] += to - since;
  for (const each of STATES)
    if (uptime[each] > spent[each])
      complain(`${String(uptime[each])} ms are ${each}, and its flips give ${String(spent[each])}`);
}

/** How long at least one of the spans covers the range. */
function lengthOf(spans: readonly Span[], range: Span): number {
  let [length, until] = [0, range.from];
  for (const { from, to } of [...spans].sort((one, other) => one.from - other.from)) {
    const [begin, end] = [Math.max(from, until), Math.min(to, range.to)];
    if (end <= begin) continue;
    length += end - begin;
    until = end;
  }
  return length;
}
