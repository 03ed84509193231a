import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type { Flip } from '../../domain/node.js';
import { silencesAt } from '../../domain/silence.js';
import type { Instant } from '../../domain/time.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { Slices } from '../../runtime/slices.js';
import type { Exchange } from '../server/exchange.js';
import { encodeCursor, pageQuery, parsePage } from '../input/paging.js';
import { causesOf } from '../../app/dependencies.js';
import { encodeName, PAGE, parseListing } from './node-query.js';
import { flipView, nodeViewWithCause } from '../../views/node-view.js';

/** Whoever knows it can ping in the node's name, so only `admin` sees it. */
export function pingUuidFor(
  { access }: Exchange,
  pings: Daemon['pings'],
  node: DescribedNode,
): { readonly ping_uuid?: string } {
  return access.may('admin') ? { ping_uuid: pings.uuidOf(node) } : {};
}

/** `GET /nodes`: by name. In slices: a page may be long, and each silence that is not over is compared with each node. */
export async function answerList(
  { nodes, silences, pings }: Daemon,
  slices: Slices,
  exchange: Exchange,
  largestPage: number,
): Promise<void> {
  const { after, limit, ...filter } = parseListing(exchange.request.url ?? '', largestPage);
  const prefixes = exchange.access.nodePrefixes;
  const page = await nodes.list({ ...filter, prefixes }, after, limit);
  const causes = await causesOf(nodes, page.nodes, exchange.access);
  const shown: ReturnType<typeof nodeViewWithCause>[] = [];
  const work = slices.begin();
  for (const node of page.nodes) {
    if (!exchange.open) return;
    shown.push({
      ...nodeViewWithCause(node, causes.get(node.name), silences),
      ...pingUuidFor(exchange, pings, node),
    });
    if (work.isOver) await work.next();
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
    pageQuery(largestPage),
    now,
  );
  const { name } = node;
  const flips: Flip[] = [];
  // One more than is shown tells whether any are left.
  for await (const chunk of nodes.flips(name, range)) {
    if (!exchange.open) return;
    flips.push(...chunk.slice(0, limit + 1 - flips.length));
    if (flips.length > limit) break;
  }
  const page = flips.slice(0, limit);
  const last = page.at(-1);
  const { order } = range;
  const ascending = order === 'asc' ? page : page.toReversed();
  const [earliest, latest] = [ascending[0], ascending.at(-1)];
  const silenced =
    earliest === undefined || latest === undefined
      ? []
      : await silences.intervalsOf(node, { from: earliest.at, to: latest.at });
  const silencedBy = silencesAt(
    ascending.map(({ at }) => at),
    silenced,
  );
  const shown = ascending.map((flip, index) => flipView(flip, silencedBy[index]));
  exchange.json(200, {
    name,
    flips: order === 'asc' ? shown : shown.toReversed(),
    next_cursor: flips.length > limit && last !== undefined ? encodeCursor({ order, after: last.at }) : null,
  });
}
