import type * as z from 'zod';
import { localIso } from '../domain/local-days.js';
import type { NodeName } from '../domain/node-name.js';
import { unixSeconds, type Instant } from '../domain/time.js';
import type {
  Incident,
  NodeShare,
  UptimePart,
  UptimeReport,
  UptimeReportOfNodes,
} from '../domain/uptime-report.js';
import { csvOf } from './csv.js';
import { acknowledgementView, timesView, uptimeView } from './node-view.js';
import type * as answer from './uptime-answers.js';

/** The answer for one node. */
export function uptimeReportView(name: NodeName, report: UptimeReport): z.output<typeof answer.uptimeReport> {
  return { name, ...shapeOf(report) };
}

/** The answer for several nodes. */
export function uptimeReportOfNodesView(
  report: UptimeReportOfNodes,
): z.output<typeof answer.uptimeReportOfNodes> {
  return {
    ...shapeOf(report),
    nodes: report.nodes.map(({ node, uptime, incidents }) => ({
      name: node,
      ...timesView(uptime),
      incidents,
    })),
    nodes_total: report.nodeCount,
  };
}

function shapeOf(report: UptimeReport): Omit<z.output<typeof answer.uptimeReport>, 'name'> {
  const { timeZone, from, to, uptime, days, months, incidents, incidentCount } = report;
  return {
    time_zone: timeZone,
    uptime: uptimeView(from, to, uptime),
    days: days.map((day) => ({ date: day.name, ...partView(day) })),
    months: months.map((month) => ({ month: month.name, ...partView(month) })),
    incidents: incidents.map(incidentView),
    incidents_total: incidentCount,
  };
}

function partView({ from, to, uptime, incidents }: UptimePart) {
  return { ...uptimeView(from, to, uptime), incidents };
}

function incidentView({ node, from, to, cause, reason, acknowledged }: Incident) {
  return {
    node,
    from: unixSeconds(from),
    to: to === undefined ? null : unixSeconds(to),
    cause: cause ?? null,
    ...(reason !== undefined && { reason }),
    acknowledged: acknowledgementView(acknowledged),
  };
}

export const TABLES = ['days', 'months', 'incidents', 'nodes'] as const;

/** Which rows a CSV has. */
export type Table = (typeof TABLES)[number];

const TIMES = [
  'ratio',
  'active_seconds',
  'inactive_seconds',
  'failed_seconds',
  'paused_seconds',
  'blind_seconds',
  'maintenance_seconds',
  'silenced_seconds',
] as const;
const INCIDENT = [
  'node',
  'from',
  'to',
  'cause',
  'reason',
  'acknowledged_by',
  'acknowledged_at',
  'acknowledged_reason',
];

/** A table of a report. Instants are in ISO 8601, by the clocks of its time zone. */
export function uptimeCsv(report: UptimeReport & Partial<UptimeReportOfNodes>, table: Table): string {
  const { timeZone } = report;
  const at = (when: Instant | undefined): string | undefined =>
    when === undefined ? undefined : localIso(timeZone, when);
  switch (table) {
    case 'days':
    case 'months':
      return csvOf(
        [table === 'days' ? 'date' : 'month', 'from', 'to', ...TIMES, 'incidents'],
        report[table].map((part) => [
          part.name,
          at(part.from),
          at(part.to),
          ...timesOf(part),
          part.incidents,
        ]),
      );
    case 'incidents':
      return csvOf(
        INCIDENT,
        report.incidents.map(({ node, from, to, cause, reason, acknowledged }) => [
          node,
          at(from),
          at(to),
          cause,
          reason,
          acknowledged?.by,
          at(acknowledged?.at),
          acknowledged?.reason,
        ]),
      );
    case 'nodes':
      return csvOf(
        ['name', ...TIMES, 'incidents'],
        (report.nodes ?? []).map((share) => [share.node, ...timesOf(share), share.incidents]),
      );
  }
}

function timesOf({ uptime }: Pick<NodeShare, 'uptime'>): (number | null)[] {
  const times = timesView(uptime);
  return TIMES.map((name) => times[name]);
}
