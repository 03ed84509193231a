import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type { Flip } from '../../domain/node.js';
import type { Instant, Millis } from '../../domain/time.js';
import type { Daemon } from '../../app/api.js';
import type { Clock } from '../../ports/clock.js';
import type { Exchange } from '../server/exchange.js';
import { encodeCursor, parsePage } from '../input/history-query.js';
import { causesOf } from '../../app/dependencies.js';
import { encodeName, PAGE, parseListing } from './node-query.js';
import { flipView, nodeViewWithCause } from '../../views/node-view.js';

/** How long a list is made in one turn: each active silence is compared with each node. */
const SLICE: Millis = 10;

/** `GET /nodes`: by name. */
export async function answerList(
  { nodes, silences }: Daemon,
  clock: Pick<Clock, 'now' | 'soon'>,
  exchange: Exchange,
  largestPage: number,
): Promise<void> {
  const { after, limit, ...filter } = parseListing(exchange.request.url ?? '', largestPage);
  const prefixes = exchange.access.nodePrefixes;
  const page = await nodes.list({ ...filter, prefixes }, after, limit);
  const causes = await causesOf(nodes, page.nodes, exchange.access);
  const shown: ReturnType<typeof nodeViewWithCause>[] = [];
  let begun = clock.now();
  for (const node of page.nodes) {
    shown.push(nodeViewWithCause(node, causes.get(node.name), silences));
    if (clock.now() - begun < SLICE) continue;
    await new Promise<void>((resolve) => clock.soon(resolve));
    begun = clock.now();
  }
  exchange.json(200, {
    nodes: shown,
    next_cursor: page.next === undefined ? null : encodeName(page.next),
  });
}

/** `GET /nodes/:name/flips`, of a node that is known. */
export async function answerFlips(
  { nodes, silences }: Daemon,
  exchange: Exchange,
  node: DescribedNode,
  largestPage: number,
  now: Instant,
): Promise<void> {
  const { range, limit = Math.min(PAGE, largestPage) } = parsePage(
    exchange.request.url ?? '',
    largestPage,
    now,
  );
  const { name } = node;
  const silenced = silences.intervalsOf(node);
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
    flips: page.map((flip) => flipView(flip, silenced)),
    next_cursor: flips.length > limit && last !== undefined ? encodeCursor({ order, after: last.at }) : null,
  });
}
