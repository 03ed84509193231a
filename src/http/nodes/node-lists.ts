import type { Flip } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import type { Instant } from '../../domain/time.js';
import type { Daemon } from '../../app/api.js';
import type { Exchange } from '../server/exchange.js';
import { encodeCursor, parsePage } from '../input/history-query.js';
import { causesOf } from '../../app/dependencies.js';
import { encodeName, PAGE, parseListing } from './node-query.js';
import { flipView, nodeViewWithCause } from '../../views/node-view.js';

/** `GET /nodes`: by name. */
export async function answerList({ nodes }: Daemon, exchange: Exchange, largestPage: number): Promise<void> {
  const { after, limit, ...filter } = parseListing(exchange.request.url ?? '', largestPage);
  const prefixes = exchange.access.nodePrefixes;
  const page = await nodes.list({ ...filter, prefixes }, after, limit);
  const causes = await causesOf(nodes, page.nodes, exchange.access);
  exchange.json(200, {
    nodes: page.nodes.map((node) => nodeViewWithCause(node, causes.get(node.name))),
    next_cursor: page.next === undefined ? null : encodeName(page.next),
  });
}

/** `GET /nodes/:name/flips`, of a node that is known. */
export async function answerFlips(
  { nodes }: Daemon,
  exchange: Exchange,
  name: NodeName,
  largestPage: number,
  now: Instant,
): Promise<void> {
  const { range, limit = Math.min(PAGE, largestPage) } = parsePage(
    exchange.request.url ?? '',
    largestPage,
    now,
  );
  const flips: Flip[] = [];
  // One more than is shown tells whether any are left.
  for await (const chunk of nodes.flips(name, range)) {
    flips.push(...chunk.slice(0, limit + 1 - flips.length));
    if (flips.length > limit) break;
  }
  const page = flips.slice(0, limit);
  const last = page.at(-1);
  const { order } = range;
  exchange.json(200, {
    name,
    flips: page.map(flipView),
    next_cursor: flips.length > limit && last !== undefined ? encodeCursor({ order, after: last.at }) : null,
  });
}
