import type { Request } from 'express';
import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type { UptimeReport } from '../../domain/uptime-report.js';
import type { Clock } from '../../ports/clock.js';
import type { Daemon } from '../../app/api/daemon.js';
import { uptimeCsv, uptimeReportOfNodesView, uptimeReportView } from '../../views/uptime-view.js';
import type { GatewayLimits } from '../gateway-options.js';
import type { Resources } from '../resources.js';
import type { Exchange } from '../server/exchange.js';
import { asciiJson, jsonHead, type RawHeaders } from '../server/json-answer.js';
import { parseNodeUptime, parseUptime, type UptimeQuery } from './uptime-query.js';

const CSV = 'text/csv; charset=utf-8; header=present';
/** Browsers save it as a file. */
const AS_FILE = 'attachment; filename="uptime.csv"';

/** `GET /uptime`, of all nodes or of those with a label. */
export function addUptime(
  resources: Resources,
  daemon: Daemon,
  clock: Pick<Clock, 'wall'>,
  limits: Pick<GatewayLimits, 'page'>,
): void {
  resources.add('/uptime', {
    get: {
      isLong: true,
      large: 'in turns of its own',
      handle: (exchange, request) => answerUptime(daemon, clock, exchange, request, limits.page),
    },
  });
}

async function answerUptime(
  { nodes }: Daemon,
  clock: Pick<Clock, 'wall'>,
  exchange: Exchange,
  request: Request,
  largest: number,
): Promise<void> {
  const query = parseUptime(exchange.request.url ?? '', largest, clock.wall(), isCsvAccepted(request));
  const { label, name } = query;
  const prefixes = exchange.access.nodePrefixes;
  const filter = { labels: label && [label], name, prefixes };
  const report = await nodes.uptimeReportOf(filter, query.request, () => exchange.open);
  answer(exchange, query, report, () => uptimeReportOfNodesView(report));
}

/** `GET /nodes/:name/uptime`, of a node that is known. */
export async function answerNodeUptime(
  { nodes }: Daemon,
  clock: Pick<Clock, 'wall'>,
  exchange: Exchange,
  request: Request,
  known: () => Promise<DescribedNode | undefined>,
  largest: number,
): Promise<void> {
  const query = parseNodeUptime(exchange.request.url ?? '', largest, clock.wall(), isCsvAccepted(request));
  const node = await known();
  if (node === undefined) return;
  const report = await nodes.uptimeReport(node, query.request);
  answer(exchange, query, report, () => uptimeReportView(node.name, report));
}

function answer(exchange: Exchange, { table }: UptimeQuery, report: UptimeReport, view: () => object): void {
  // Nobody waits any more.
  if (!exchange.open) return;
  // Beside `origin`, which the answers to pages of other origins have.
  exchange.response.appendHeader('vary', 'Accept');
  if (table === undefined) {
    const body = asciiJson(view());
    exchange.answer(200, jsonHead(body.length), body);
    return;
  }
  const bytes = Buffer.from(uptimeCsv(report, table));
  const head: RawHeaders = [
    'content-type',
    CSV,
    'content-length',
    String(bytes.length),
    'content-disposition',
    AS_FILE,
  ];
  // A character for each byte.
  exchange.answer(200, head, bytes.toString('latin1'));
}

/** Whether `Accept` prefers CSV to JSON. */
function isCsvAccepted(request: Request): boolean {
  return request.accepts(['json', 'csv']) === 'csv';
}
