import { isNodeState, type NodeState } from '../../domain/node.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import { instant, type Instant } from '../../domain/time.js';
import { queryProblem } from '../messages.js';
import { readLimit, readParameters, readSeconds, refuseQuery } from '../query.js';

/** Items of a page where nobody says how many. */
export const PAGE = 1000;

const LISTING = new Set(['state', 'label', 'limit', 'cursor']);
const RANGE = new Set(['from', 'to']);

export interface Listing {
  readonly state: NodeState | undefined;
  readonly label: { readonly key: string; readonly value: string } | undefined;
  readonly after: NodeName | undefined;
  readonly limit: number;
}

/**
 * Reads the query of a list of nodes.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parseListing(url: string, largestPage: number): Listing {
  const given = readParameters(url, LISTING);
  return {
    state: readState(given.get('state')),
    label: readLabel(given.get('label')),
    after: readCursor(given.get('cursor')),
    limit: readLimit(given.get('limit'), largestPage) ?? Math.min(PAGE, largestPage),
  };
}

/** @returns undefined where no range was asked for */
export function parseRange(
  url: string,
): { readonly from: Instant | undefined; readonly to: Instant | undefined } | undefined {
  const given = readParameters(url, RANGE);
  if (given.size === 0) return undefined;
  const from = readSeconds('from', given.get('from'));
  const to = readSeconds('to', given.get('to'));
  if (from !== undefined && to !== undefined && from > to) refuseQuery(queryProblem.backwards);
  return { from: instantOf(from), to: instantOf(to) };
}

export function encodeName(name: NodeName): string {
  return Buffer.from(name).toString('base64url');
}

function readState(text: string | undefined): NodeState | undefined {
  if (text === undefined || isNodeState(text)) return text;
  return refuseQuery(queryProblem.state);
}

function readLabel(text: string | undefined): Listing['label'] {
  if (text === undefined) return undefined;
  const colon = text.indexOf(':');
  if (colon < 1) return refuseQuery(queryProblem.label);
  return { key: text.slice(0, colon), value: text.slice(colon + 1) };
}

function readCursor(text: string | undefined): NodeName | undefined {
  if (text === undefined) return undefined;
  const name = parseNodeName(Buffer.from(text, 'base64url').toString());
  // Node's decoder skips what is no base64url.
  return name !== undefined && encodeName(name) === text ? name : refuseQuery(queryProblem.nameCursor);
}

function instantOf(seconds: number | undefined): Instant | undefined {
  return seconds === undefined ? undefined : instant(seconds * 1000);
}
