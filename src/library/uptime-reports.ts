import type { FlipCause } from '../domain/node.js';
import { isTimeZone } from '../domain/time-zone.js';
import type {
  Incident,
  UptimePart,
  UptimeReport,
  UptimeReportOfNodes,
  UptimeRequest,
} from '../domain/uptime-report.js';
import { HeartbeatError } from '../errors.js';
import { parsePeriod, rangeOf } from '../views/uptime-range.js';
import { acknowledgedOf, type Acknowledged } from './acknowledging.js';
import { instantOf } from './arguments.js';
import { aDate, aText, must, objectOf, one } from './checks.js';
import { systemClock } from './clock.js';
import { describedTimes, type NodeUptime } from './node-description.js';

/** The range of a report, the time zone of its days, and how much is listed. */
export interface UptimeReportRange {
  /** Whole days until now: `90d` (the default), `12w`. Not together with `from` and `to`. */
  readonly period?: string;
  readonly from?: Date;
  readonly to?: Date;
  /** The name of an IANA time zone. Default: UTC. */
  readonly timeZone?: string;
  /** The most incidents, and the most nodes, that are listed. Default: 100. */
  readonly limit?: number;
}

/** Which nodes a report is about, besides its range. Default: all. */
export interface UptimeReportFilter extends UptimeReportRange {
  readonly label?: { readonly key: string; readonly value: string };
  /** A prefix of the name. */
  readonly name?: string;
}

/** A day or a month of a report. */
export interface UptimePeriod extends NodeUptime {
  /** As in `2026-11-30`, or `2026-11` for a month. */
  readonly name: string;
  /** Incidents that began in it. */
  readonly incidents: number;
}

/** A failure of a node. */
export interface NodeIncident {
  readonly node: string;
  readonly from: Date;
  /** Undefined while it goes on. */
  readonly to: Date | undefined;
  /** Undefined if its flip is not kept any more. */
  readonly cause: FlipCause | undefined;
  readonly reason: string | undefined;
  readonly acknowledged: Acknowledged | undefined;
}

/** Uptime by days and months by the clocks of a time zone. Times of several nodes are added up. */
export interface NodeUptimeReport {
  readonly timeZone: string;
  readonly uptime: NodeUptime;
  readonly days: readonly UptimePeriod[];
  readonly months: readonly UptimePeriod[];
  /** The newest ones, newest first. */
  readonly incidents: readonly NodeIncident[];
  readonly incidentsTotal: number;
}

export interface NodesUptimeReport extends NodeUptimeReport {
  /** The ones that had failed for longest, longest first. */
  readonly nodes: readonly (Omit<NodeUptime, 'from' | 'to'> & {
    readonly name: string;
    readonly incidents: number;
  })[];
  readonly nodesTotal: number;
}

const LISTED = 100;
const MOST_LISTED = 10_000;
const range = {
  period: one(
    must(
      'days or weeks such as "90d", at most 366 days',
      (value) => typeof value === 'string' && parsePeriod(value) !== undefined,
    ),
  ),
  from: one(aDate),
  to: one(aDate),
  timeZone: one(
    must('a time zone such as "Europe/Berlin"', (value) => typeof value === 'string' && isTimeZone(value)),
  ),
  limit: one(
    must(
      `a whole number from 1 to ${MOST_LISTED}`,
      (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_LISTED,
    ),
  ),
};
export const REPORT = objectOf(range);
export const REPORT_OF_NODES = objectOf({
  ...range,
  label: objectOf({ key: one(aText), value: one(must('a text', (value) => typeof value === 'string')) }),
  name: one(aText),
});

const PROBLEMS = {
  bothRanges: 'range: give either period, or from and to',
  backwards: 'range.from: must not be later than to',
  longRange: 'range: can have at most 366 days',
};

/** @throws HeartbeatError `HEARTBEAT_INVALID_QUERY` */
export function requestOf({
  period,
  from,
  to,
  timeZone = 'UTC',
  limit = LISTED,
}: UptimeReportRange): UptimeRequest {
  const asked = {
    period: period === undefined ? undefined : parsePeriod(period),
    from: instantOf(from),
    to: instantOf(to),
  };
  const found = rangeOf(asked, timeZone, systemClock.wall());
  if (typeof found === 'string') throw new HeartbeatError('HEARTBEAT_INVALID_QUERY', PROBLEMS[found]);
  return { ...found, timeZone, most: limit };
}

export function describedReport({
  timeZone,
  from,
  to,
  uptime,
  days,
  months,
  incidents,
  incidentCount,
}: UptimeReport): NodeUptimeReport {
  return {
    timeZone,
    uptime: { from: new Date(from), to: new Date(to), ...describedTimes(uptime) },
    days: days.map(describedPart),
    months: months.map(describedPart),
    incidents: incidents.map(describedIncident),
    incidentsTotal: incidentCount,
  };
}

export function describedReportOfNodes(report: UptimeReportOfNodes): NodesUptimeReport {
  const nodes = report.nodes.map(({ node, uptime, incidents }) => ({
    name: node,
    ...describedTimes(uptime),
    incidents,
  }));
  return { ...describedReport(report), nodes, nodesTotal: report.nodeCount };
}

function describedPart({ name, from, to, uptime, incidents }: UptimePart): UptimePeriod {
  return { name, from: new Date(from), to: new Date(to), ...describedTimes(uptime), incidents };
}

function describedIncident({ node, from, to, cause, reason, acknowledged }: Incident): NodeIncident {
  return {
    node,
    from: new Date(from),
    to: to === undefined ? undefined : new Date(to),
    cause,
    reason,
    acknowledged: acknowledged === undefined ? undefined : acknowledgedOf(acknowledged),
  };
}
