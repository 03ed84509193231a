import * as z from 'zod';
import type { Label } from '../../domain/label.js';
import type { NodeState } from '../../domain/node.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import { instant, type Instant } from '../../domain/time.js';
import { queryProblem } from '../../views/messages.js';
import { coded } from '../../views/values.js';
import { forLimit, limitUpTo, OPAQUE, rangeIn, readQuery, whenNamed } from '../input/query.js';

/** The default size of a page. */
export const PAGE = 1000;

export interface Listing {
  readonly state: NodeState | undefined;
  readonly labels: readonly Label[] | undefined;
  readonly paused: boolean | undefined;
  /** A prefix of the name. */
  readonly name: string | undefined;
  readonly after: NodeName | undefined;
  readonly limit: number;
}

export const labelFilter = coded(readLabel, queryProblem.label).optional().meta({
  type: 'string',
  pattern: '^[^:]+:',
  description: '`key:value`: only nodes that have this label.',
});

/** The query of a list of nodes. */
export const listingQuery = forLimit((largest) =>
  z.strictObject({
    state: z
      .enum(['active', 'inactive', 'failed'], queryProblem.state)
      .optional()
      .meta({ description: 'Only nodes in this state.' }),
    label: labelFilter,
    paused: z
      .enum(['true', 'false'], queryProblem.paused)
      .optional()
      .meta({ description: '`true`: only paused nodes; `false`: only others.' }),
    name: z.string().optional().meta({ description: 'Only nodes whose name begins with this.' }),
    cursor: coded<NodeName>(readCursor, queryProblem.nameCursor).optional().meta({
      type: 'string',
      pattern: OPAQUE,
      description: 'Continues after the page that returned this `next_cursor`.',
    }),
    limit: limitUpTo(largest)
      .default(Math.min(PAGE, largest))
      .meta({ description: 'The largest number of nodes to return.' }),
  }),
);

/** The query of one node. */
export const rangeQuery = z.strictObject({
  from: whenNamed('from', 'Start of the range of `uptime`.'),
  to: whenNamed('to', 'End of the range.'),
});

/**
 * Reads the query of a list of nodes.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parseListing(url: string, largestPage: number): Listing {
  const { state, label, paused, name, cursor, limit } = readQuery(url, listingQuery(largestPage));
  return {
    state,
    labels: label && [label],
    paused: paused === undefined ? undefined : paused === 'true',
    name,
    after: cursor,
    limit,
  };
}

/** @returns undefined where no range was asked for */
export function parseRange(
  url: string,
  now: Instant,
): { readonly from: Instant | undefined; readonly to: Instant | undefined } | undefined {
  const { from, to } = rangeIn(readQuery(url, rangeQuery), now);
  if (from === undefined && to === undefined) return undefined;
  return { from: instantOf(from), to: instantOf(to) };
}

export function encodeName(name: NodeName): string {
  return Buffer.from(name).toString('base64url');
}

/** `key:value` */
export function readLabel(text: string): Label | undefined {
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { key: text.slice(0, colon), value: text.slice(colon + 1) };
}

function readCursor(text: string): NodeName | undefined {
  const name = parseNodeName(Buffer.from(text, 'base64url').toString());
  // Node's decoder skips what is no base64url.
  return name !== undefined && encodeName(name) === text ? name : undefined;
}

export function instantOf(seconds: number | undefined): Instant | undefined {
  return seconds === undefined ? undefined : instant(seconds * 1000);
}
