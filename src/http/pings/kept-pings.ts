import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import type { NodeName } from '../../domain/node-name.js';
import type { Daemon } from '../../app/api/daemon.js';
import { queryProblem } from '../../views/messages.js';
import { pingView } from '../../views/ping-view.js';
import { coded } from '../../views/values.js';
import { forLimit, limitUpTo, readQuery } from '../input/query.js';
import type { Exchange } from '../server/exchange.js';

/** The default size of a page: all that are kept of a node. */
const PAGE = 100;
const NUMBER = /^[1-9][0-9]{0,9}$/;

/** The query of the pings of a node. */
export const pingsQuery = forLimit((largest) =>
  z.strictObject({
    cursor: coded(numberIn, queryProblem.nameCursor).optional().meta({
      type: 'string',
      pattern: '^[1-9][0-9]{0,9}$',
      description: 'Continues after the page that returned this `next_cursor`.',
    }),
    limit: limitUpTo(largest)
      .default(Math.min(PAGE, largest))
      .meta({ description: 'The largest number of pings to return.' }),
  }),
);

/** `GET /nodes/:name/pings`, of a node that is known: newest first. */
export async function answerPings(
  { pings }: Daemon,
  exchange: Exchange,
  name: NodeName,
  largestPage: number,
): Promise<void> {
  const { cursor, limit } = readQuery(exchange.request.url ?? '', pingsQuery(largestPage));
  const found = [];
  // One more than is shown tells whether any are left.
  for await (const chunk of pings.kept(name, cursor)) {
    if (!exchange.open) return;
    found.push(...chunk.slice(0, limit + 1 - found.length));
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  exchange.json(200, {
    name,
    pings: page.map(pingView),
    next_cursor: found.length > limit && last !== undefined ? String(last.n) : null,
  });
}

/** `GET /nodes/:name/pings/:n/body`: the bytes as they were sent. */
export async function answerBody(
  { pings }: Daemon,
  exchange: Exchange,
  name: NodeName,
  written: string,
): Promise<void> {
  const n = numberIn(written);
  const body = n === undefined ? undefined : await pings.body(name, n);
  if (body === undefined) {
    exchange.refuse('HEARTBEAT_NO_SUCH_PING');
    return;
  }
  const type = isUtf8(body) ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  const head = ['content-type', type, 'content-length', String(body.length)];
  // A character for each byte.
  exchange.answer(200, head, Buffer.from(body).toString('latin1'));
}

function numberIn(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}
