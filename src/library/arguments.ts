import type { DescribedNode, NodeReply, NodeRequest } from '../../actors/node/node.protocol.js';
import type { UserCommand, UserDevice, UserReply } from '../../actors/user/user.protocol.js';
import { parseNodeName, type NodeName } from '../domain/node-name.js';
import type { DeviceHeal } from '../domain/device.js';
import { instant, type Instant } from '../domain/time.js';
import type { UserId, UserIds } from '../domain/user-id.js';
import { HeartbeatError, type ErrorCode } from '../errors.js';
import type { Daemon } from '../app/api/daemon.js';
import type { BodyProblem } from '../views/body-problems.js';
import { isTooLong, LONGEST_REASON, trimmedReason } from '../views/failure-reason.js';
import { bodyProblem, sentenceFor } from '../views/messages.js';
import { expectArgument, must } from './checks.js';
import { callDaemon } from './calls.js';

/** A user's id. Not every 64-bit id fits a number; a bigint or a text holds them all. */
export type UserIdLike = bigint | number | string;

/** @throws HeartbeatError `HEARTBEAT_INVALID_NODE_NAME`; TypeError if it is not a text */
export function nodeNameOf(name: string): NodeName {
  expectArgument("a node's name", name, aName);
  return parseNodeName(name) ?? refuse('HEARTBEAT_INVALID_NODE_NAME');
}

/** @throws HeartbeatError `HEARTBEAT_INVALID_USER_ID`; TypeError if it is neither a text nor a number */
export function userIdOf({ parse }: Pick<UserIds, 'parse'>, user: UserIdLike): UserId {
  expectArgument("a user's id", user, anId);
  const isExact = typeof user !== 'number' || Number.isSafeInteger(user);
  return (isExact ? parse(String(user)) : undefined) ?? refuse('HEARTBEAT_INVALID_USER_ID');
}

const aName = must('a text such as "db-1"', (value) => typeof value === 'string');
const aReason = must('a text', (value) => typeof value === 'string');
const anId = must(
  'a number, a bigint or a text',
  (value) => typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string',
);

/**
 * Reads the reason of a failure.
 *
 * @throws HeartbeatError `HEARTBEAT_BODY_TOO_LARGE`; TypeError if it is not a text
 */
export function readReason(reason: string | undefined): string | undefined {
  if (reason === undefined) return undefined;
  expectArgument('a reason', reason, aReason);
  const trimmed = trimmedReason(reason);
  if (isTooLong(trimmed))
    throw new HeartbeatError('HEARTBEAT_BODY_TOO_LARGE', bodyProblem.longReason(LONGEST_REASON));
  return trimmed;
}

export function instantOf(date: Date | undefined): Instant | undefined {
  return date === undefined ? undefined : instant(date.getTime());
}

export function dateOf(at: Instant | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}

export function refuse(code: ErrorCode): never {
  throw new HeartbeatError(code, sentenceFor(code));
}

/** @throws HeartbeatError if it is refused */
export function askNode(
  daemon: Daemon,
  name: NodeName,
  request: NodeRequest,
): Promise<Exclude<NodeReply, { kind: 'refused' }>> {
  return callDaemon(daemon, (resolve, reject) => {
    daemon.nodes.ask(name, request, (reply) => {
      if (reply.kind !== 'refused') resolve(reply);
      else reject(new HeartbeatError(reply.code, sentenceFor(reply.code)));
    });
  });
}

/** For commands that are answered with the node. */
export async function askForNode(
  daemon: Daemon,
  name: NodeName,
  request: NodeRequest,
): Promise<DescribedNode> {
  const reply = await askNode(daemon, name, request);
  if (reply.kind === 'node') return reply.node;
  throw new TypeError(`'${request.kind}' was answered '${reply.kind}'`);
}

/** Asks several users, and returns the replies in their order. */
export function askUsers(
  daemon: Daemon,
  kind: 'heal' | 'checkup' | 'describe',
  users: readonly (UserId | UserDevice)[],
): Promise<readonly UserReply[]> {
  return callDaemon(daemon, (resolve) => {
    if (users.length === 0) resolve([]);
    else daemon.users.askMany(kind, users, resolve);
  });
}

/** @throws HeartbeatError if it is refused */
export function askUser(
  daemon: Daemon,
  kind: UserCommand['kind'],
  user: UserId,
  device?: DeviceHeal,
): Promise<Exclude<UserReply, { kind: 'refused' }>> {
  return callDaemon(daemon, (resolve, reject) => {
    const answered = (reply: UserReply): void => {
      if (reply.kind !== 'refused') resolve(reply);
      else reject(new HeartbeatError(reply.code, sentenceFor(reply.code)));
    };
    daemon.users.ask(kind, user, answered, device);
  });
}

/** @throws HeartbeatError `HEARTBEAT_INVALID_BODY` */
export function refuseBody(what: string, problems: readonly BodyProblem[]): never {
  const lines = problems.map(({ path, problem }) => (path === '' ? problem : `${path}: ${problem}`));
  throw new HeartbeatError('HEARTBEAT_INVALID_BODY', `invalid ${what}: ${lines.join('; ')}`);
}
