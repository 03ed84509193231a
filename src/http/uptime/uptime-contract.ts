import { MOST_NODES } from '../../domain/uptime-report.js';
import { failure } from '../../views/error-answer.js';
import { uptimeReport, uptimeReportOfNodes } from '../../views/uptime-answers.js';
import { type Operations, unavailable } from '../contract/operation.js';
import type { GatewayLimits } from '../gateway-options.js';
import { NODE, stranger, unknown } from '../nodes/contract/node-examples.js';
import { nodeUptimeQuery, uptimeQuery } from './uptime-query.js';

const RANGE = { from: '2026-11-21', to: '2026-11-21T12:00:00Z' };
const CSV =
  "As CSV with `format=csv` or `Accept: text/csv`: one table, which `table` names. A field that a spreadsheet could take for a formula begins with a `'`.";
const invalid = { means: 'A parameter is invalid; the error names it.', body: failure };
const NOTHING = {
  ratio: null,
  active_seconds: 0,
  inactive_seconds: 0,
  failed_seconds: 0,
  paused_seconds: 0,
  blind_seconds: 0,
  maintenance_seconds: 0,
  silenced_seconds: 0,
};
/** From before the nodes of the examples were registered. */
const PART = { from: 1795219200, to: 1795262400, ...NOTHING };
const ANSWER = {
  time_zone: 'UTC',
  uptime: PART,
  days: [{ date: '2026-11-21', ...PART, incidents: 0 }],
  months: [{ month: '2026-11', ...PART, incidents: 0 }],
  incidents: [],
  incidents_total: 0,
};

/** Uptime by days and months. */
export function uptimeOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
    'GET /nodes/{name}/uptime': {
      id: 'nodeUptime',
      tag: 'nodes',
      summary: "Report a node's uptime by days and months",
      description: `With its incidents. Time before its registration, or before flips are kept, counts as nothing.\n\n${CSV}`,
      scope: 'read',
      query: nodeUptimeQuery(limits.page),
      answers: {
        200: { means: 'The report.', body: uptimeReport },
        400: { means: 'The name or a parameter is invalid.', body: failure },
        404: unknown,
      },
      examples: [
        {
          name: 'day',
          path: { name: NODE },
          query: RANGE,
          status: 200,
          answer: { name: NODE, ...ANSWER },
        },
        {
          name: 'unknown_zone',
          path: { name: NODE },
          query: { time_zone: 'Mars/Olympus' },
          status: 400,
          answer: {
            error: 'query parameter time_zone must be the name of a time zone, such as Europe/Berlin',
            code: 'HEARTBEAT_INVALID_QUERY',
          },
        },
        stranger,
      ],
    },
    'GET /uptime': {
      id: 'uptime',
      tag: 'nodes',
      summary: 'Report the uptime of several nodes together',
      description: `Of all nodes, or of those with a label or a beginning of their names; at most ${MOST_NODES} nodes. Times of all nodes are added up. One such report is made at a time.\n\n${CSV}`,
      scope: 'read',
      query: uptimeQuery(limits.page),
      answers: {
        200: { means: 'The report.', body: uptimeReportOfNodes },
        400: invalid,
        503: unavailable,
      },
      examples: [
        {
          name: 'label',
          query: { label: 'team:nobody', ...RANGE },
          status: 200,
          answer: { ...ANSWER, nodes: [], nodes_total: 0 },
        },
        {
          name: 'wrong_period',
          query: { period: '2y' },
          status: 400,
          answer: {
            error:
              'query parameter period must be a number of days or weeks, such as 90d or 12w, of 366 days at most',
            code: 'HEARTBEAT_INVALID_QUERY',
          },
        },
      ],
    },
  };
}
