import type { DescribedNode, NodeReply, NodeRequest } from '../../actors/node/node.protocol.js';
import type { UserCommand, UserReply } from '../../actors/user/user.protocol.js';
import { parseNodeName, type NodeName } from '../domain/node-name.js';
import { parseUserId, type UserId } from '../domain/user-id.js';
import { HeartbeatError, type ErrorCode } from '../errors.js';
import type { Daemon } from '../http/daemon.js';
import { sentenceFor } from '../http/messages.js';

/** A user's id: 64 bits do not fit every number, but a bigint or a text of digits. */
export type UserIdLike = bigint | number | string;

/** @throws HeartbeatError `HEARTBEAT_INVALID_NODE_NAME` */
export function nodeNameOf(name: string): NodeName {
  return parseNodeName(name) ?? refuse('HEARTBEAT_INVALID_NODE_NAME');
}

/** @throws HeartbeatError `HEARTBEAT_INVALID_USER_ID` */
export function userIdOf(user: UserIdLike): UserId {
  const isExact = typeof user !== 'number' || Number.isSafeInteger(user);
  return (isExact ? parseUserId(String(user)) : undefined) ?? refuse('HEARTBEAT_INVALID_USER_ID');
}

function refuse(code: ErrorCode): never {
  throw new HeartbeatError(code, sentenceFor(code));
}

/** @throws HeartbeatError when it is refused */
export function askNode(
  daemon: Daemon,
  name: NodeName,
  request: NodeRequest,
): Promise<Exclude<NodeReply, { kind: 'refused' }>> {
  return new Promise((resolve, reject) => {
    daemon.nodes.ask(name, request, (reply) => {
      if (reply.kind !== 'refused') resolve(reply);
      else reject(new HeartbeatError(reply.code, sentenceFor(reply.code)));
    });
  });
}

/** For what is answered with the node. */
export async function askForNode(
  daemon: Daemon,
  name: NodeName,
  request: NodeRequest,
): Promise<DescribedNode> {
  const reply = await askNode(daemon, name, request);
  if (reply.kind === 'node') return reply.node;
  throw new TypeError(`'${request.kind}' was answered '${reply.kind}'`);
}

/** @throws HeartbeatError when it is refused */
export function askUser(
  daemon: Daemon,
  kind: UserCommand['kind'],
  user: UserId,
): Promise<Exclude<UserReply, { kind: 'refused' }>> {
  return new Promise((resolve, reject) => {
    daemon.ask(kind, user, (reply) => {
      if (reply.kind !== 'refused') resolve(reply);
      else reject(new HeartbeatError(reply.code, sentenceFor(reply.code)));
    });
  });
}
