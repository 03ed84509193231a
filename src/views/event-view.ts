import type { DescribedNode, NodeFlip } from '../../actors/node/node.protocol.js';
import type { AlertRecord } from '../domain/alert.js';
import type { BlindInterval } from '../domain/blindness.js';
import type { EventType } from '../domain/event-types.js';
import type { NodeName } from '../domain/node-name.js';
import { toSeconds, unixSeconds, type Instant } from '../domain/time.js';
import { alertView } from './alert-view.js';
import { inAscii } from './in-ascii.js';
import { flipView, nodeViewWithCause } from './node-view.js';
import { userText, type UserFacts } from './user-view.js';

/*
 * Events as JSON in ASCII, in one line. What they are about has the form in which its GET shows it.
 */

/** @param id as it stands in JSON */
export function userEventText(type: EventType, at: Instant, id: string, facts: UserFacts): string {
  return `{"type":"${type}","at_ms":${at},"user":${userText(id, facts)}}`;
}

/** @param cause the failed dependency that caused its failure */
export function flipEventText({ flip, node }: NodeFlip, cause: NodeName | undefined): string {
  return textOf({
    type: 'node.flip',
    at_ms: flip.at,
    node: nodeViewWithCause(node, cause),
    flip: flipView(flip),
  });
}

/** @param channel whose delivery has ended */
export function alertEventText(
  type: EventType,
  at: Instant,
  record: AlertRecord,
  channel: string | undefined,
): string {
  return textOf({ type, at_ms: at, alert: alertView(record), ...(channel !== undefined && { channel }) });
}

export function blindEventText(interval: BlindInterval): string {
  return textOf({ type: 'daemon.blind', at_ms: interval.to, blind: blindView(interval) });
}

export function blindView({ from, to, cause }: BlindInterval): object {
  return { from: unixSeconds(from), to: unixSeconds(to), seconds: toSeconds(to - from), cause };
}

/** The parts of a state. */
export interface StateFacts {
  readonly at: Instant;
  /** Each as `userText` makes it. */
  readonly users: Iterable<string>;
  /** Each as `nodeText` makes it. */
  readonly nodes: Iterable<string>;
  /** As `GET /stats` shows them. */
  readonly counts: object | undefined;
  /** Whether what the reader had before may not be continued. */
  readonly isReset: boolean;
}

/** The pieces of a state's text, each made when it is taken. */
export function* statePieces({ at, users, nodes, counts, isReset }: StateFacts): Generator<string> {
  yield beginOf(at);
  yield* listed(users);
  yield '],"nodes":[';
  yield* listed(nodes);
  const counted = counts === undefined ? '' : `,"counts":${textOf(counts)}`;
  yield `]${counted}${isReset ? ',"reset":true' : ''}}`;
}

/** States of these users, of at most so many characters each, unless one user alone has more. Each is made when it is taken. */
export function* stateParts(
  { at, users }: Pick<StateFacts, 'at' | 'users'>,
  most: number,
): Generator<string> {
  const [begin, end] = [beginOf(at), '],"nodes":[]}'];
  const room = most - begin.length - end.length;
  let part = '';
  for (const user of users) {
    if (part !== '' && part.length + 1 + user.length > room) {
      yield begin + part + end;
      part = '';
    }
    part += part === '' ? user : `,${user}`;
  }
  if (part !== '') yield begin + part + end;
}

function beginOf(at: Instant): string {
  return `{"type":"state","at_ms":${at},"users":[`;
}

function* listed(texts: Iterable<string>): Generator<string> {
  let comma = '';
  for (const text of texts) {
    yield comma + text;
    comma = ',';
  }
}

/** A node in a state. */
export function nodeText(node: DescribedNode, cause: NodeName | undefined): string {
  return textOf(nodeViewWithCause(node, cause));
}

function textOf(value: object): string {
  return inAscii(JSON.stringify(value));
}
