import * as z from 'zod';
import { isTimeZone } from '../../domain/time-zone.js';
import type { Instant } from '../../domain/time.js';
import type { UptimeRequest } from '../../domain/uptime-report.js';
import { queryProblem } from '../../views/messages.js';
import { parsePeriod, PERIOD, rangeOf } from '../../views/uptime-range.js';
import { TABLES, type Table } from '../../views/uptime-view.js';
import { coded } from '../../views/values.js';
import { instantOf, labelFilter } from '../nodes/node-query.js';
import { forLimit, limitUpTo, rangeIn, readQuery, refuseQuery, whenNamed } from '../input/query.js';

/** The default number of incidents, and of nodes. */
const LISTED = 100;
const UTC = 'UTC';
const LONGEST_ZONE = 100;

const shape = (largest: number, tables: readonly Table[]) => ({
  period: coded(parsePeriod, queryProblem.period).optional().meta({
    type: 'string',
    pattern: PERIOD,
    description:
      'Whole days by the clocks of the time zone, the present one included: `90d`, `12w`. At most 366 days. Default: `90d`.',
  }),
  from: whenNamed('from', 'Start of the range, in place of a period.'),
  to: whenNamed('to', 'End of the range. Default: now.'),
  time_zone: coded(readZone, queryProblem.timeZone).default(UTC).meta({
    type: 'string',
    description: 'The name of an IANA time zone, whose days and months are counted.',
  }),
  limit: limitUpTo(largest)
    .default(Math.min(LISTED, largest))
    .meta({ description: 'The largest number of incidents to return, and of nodes.' }),
  format: z
    .enum(['json', 'csv'], queryProblem.format)
    .optional()
    .meta({ description: 'Default: what `Accept` asks for, `text/csv` or JSON.' }),
  table: z
    .enum(tables, queryProblem.table(tables))
    .optional()
    .meta({ description: 'Which rows a CSV has. Default: `days`.' }),
});

/** The query of one node's uptime. */
export const nodeUptimeQuery = forLimit((largest) =>
  z.strictObject(
    shape(
      largest,
      TABLES.filter((table) => table !== 'nodes'),
    ),
  ),
);

/** The query of the uptime of several nodes. */
export const uptimeQuery = forLimit((largest) =>
  z.strictObject({
    label: labelFilter,
    name: z.string().optional().meta({ description: 'Only nodes whose name begins with this.' }),
    ...shape(largest, TABLES),
  }),
);

type Given = z.output<ReturnType<typeof nodeUptimeQuery>>;

export interface UptimeQuery {
  readonly request: UptimeRequest;
  /** The table of a CSV; undefined for JSON. */
  readonly table: Table | undefined;
}

/** @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter */
export function parseNodeUptime(
  url: string,
  largest: number,
  now: Instant,
  isCsvAccepted: boolean,
): UptimeQuery {
  return queryOf(readQuery(url, nodeUptimeQuery(largest)), now, isCsvAccepted);
}

/** @throws HeartbeatError likewise */
export function parseUptime(
  url: string,
  largest: number,
  now: Instant,
  isCsvAccepted: boolean,
): UptimeQuery & Pick<z.output<ReturnType<typeof uptimeQuery>>, 'label' | 'name'> {
  const { label, name, ...given } = readQuery(url, uptimeQuery(largest));
  return { label, name, ...queryOf(given, now, isCsvAccepted) };
}

function queryOf(
  {
    period,
    from,
    to,
    time_zone: timeZone,
    limit: most,
    format,
    table,
  }: Omit<Given, 'table'> & { table?: Table | undefined },
  now: Instant,
  isCsvAccepted: boolean,
): UptimeQuery {
  const isCsv = format === undefined ? isCsvAccepted : format === 'csv';
  if (table !== undefined && !isCsv) refuseQuery(queryProblem.tableOfCsv);
  const asked = rangeIn({ from, to }, now);
  const range = rangeOf({ period, from: instantOf(asked.from), to: instantOf(asked.to) }, timeZone, now);
  if (typeof range === 'string') return refuseQuery(queryProblem[range]);
  return { request: { ...range, timeZone, most }, table: isCsv ? (table ?? 'days') : undefined };
}

function readZone(text: string): string | undefined {
  return text.length <= LONGEST_ZONE && isTimeZone(text) ? text : undefined;
}
