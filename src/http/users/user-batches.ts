import type { IncomingMessage } from 'node:http';
import type { NodeReply } from '../../../actors/node/node.protocol.js';
import type { UserReply } from '../../../actors/user/user.protocol.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import { parseUserId, type UserId } from '../../domain/user-id.js';
import { errorCodes } from '../../errors.js';
import type { Daemon } from '../../app/api.js';
import type { Exchange } from '../server/exchange.js';
import { jsonHead } from '../json.js';
import { forbidden } from '../../views/messages.js';
import { Batch, refusalIn, type BatchLimits, type BatchOf, type BatchOutcome } from '../input/batch.js';

/** Allows for leading zeros. */
const LONGEST_USER = 256;
/** Each byte of a name may be written as `\u00ff`. */
const LONGEST_NODE = 6 * 255;

/** `POST /heal`: answered once every session that it opened is on disk. */
export function healBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  new Batch(usersOf(daemon, exchange, 'heal'), exchange, limits, (outcome) => {
    if (refusedWhole(exchange, outcome)) return;
    answerAccepted(exchange, outcome);
  }).read(request);
}

/** `POST /nodes/heartbeats`: answered once every node that it registered, and every recovery, is on disk. */
export function heartbeatBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  const nodes: BatchOf<NodeName, NodeReply> = {
    // In an array, a value without quotes is not a string.
    parse: (value, written) => (written === 'bare' ? undefined : parseNodeName(value)),
    invalid: 'HEARTBEAT_INVALID_NODE_NAME',
    longest: LONGEST_NODE,
    forbidden: (name) => (exchange.access.mayTouchNode(name) ? undefined : forbidden.node),
    ask: (names, answered) => daemon.nodes.heartbeats(names, answered, exchange.access.nodeQuota),
  };
  new Batch(nodes, exchange, limits, (outcome) => {
    if (refusedWhole(exchange, outcome)) return;
    answerAccepted(exchange, outcome);
  }).read(request);
}

function usersOf(daemon: Daemon, { access }: Exchange, kind: 'heal' | 'checkup'): BatchOf<UserId, UserReply> {
  return {
    parse: parseUserId,
    invalid: 'HEARTBEAT_INVALID_USER_ID',
    longest: LONGEST_USER,
    forbidden: (user) => (access.mayTouchUser(user) ? undefined : forbidden.user),
    ask: (users, answered) => daemon.users.askMany(kind, users, answered),
  };
}

function answerAccepted(exchange: Exchange, outcome: AnyOutcome): void {
  const rejected = rejectedOf(outcome);
  const accepted = outcome.ids.length - rejected.length;
  answer(exchange, `{"accepted":${accepted},"rejected":[${rejected.join(',')}]}`);
}

/** `POST /checkup`: the users in the order they were asked for. */
export function checkupBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  new Batch(usersOf(daemon, exchange, 'checkup'), exchange, limits, (outcome) => {
    if (refusedWhole(exchange, outcome)) return;
    const results = outcome.ids.flatMap((user, place) => {
      const reply = outcome.replies[place];
      if (reply?.kind !== 'online' && reply?.kind !== 'offline') return [];
      // The digits are written as they are: a 64-bit id does not fit a number.
      return [`{"id":${String(user)},"status":"${reply.kind}"}`];
    });
    const rejected = rejectedOf(outcome);
    const more = rejected.length === 0 ? '' : `,"rejected":[${rejected.join(',')}]`;
    answer(exchange, `{"results":[${results.join(',')}]${more}}`);
  }).read(request);
}

type AnyOutcome = BatchOutcome<unknown, UserReply | NodeReply>;

/** If nothing could be done for a reason of ours, the whole batch may be sent again. */
function refusedWhole(exchange: Exchange, { replies }: AnyOutcome): boolean {
  const answered = replies.find((reply) => reply !== undefined);
  const first = answered && refusalIn(answered);
  if (first === undefined || errorCodes[first].status < 500) return false;
  if (replies.some((reply) => reply !== undefined && refusalIn(reply) === undefined)) return false;
  exchange.refuse(first);
  return true;
}

function rejectedOf(outcome: AnyOutcome): string[] {
  return outcome.ids.flatMap((_id, index) => {
    const error = outcome.problemAt(index);
    return error === undefined ? [] : [JSON.stringify({ index, error })];
  });
}

function answer(exchange: Exchange, body: string): void {
  exchange.answer(200, jsonHead(body.length), body);
}
