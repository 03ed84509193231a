import type { Request } from 'express';
import type { DescribedNode, NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import type { Daemon } from '../../app/api/daemon.js';
import { nodeView } from '../../views/node-view.js';
import { preconditionOf, tagsToMatch } from '../input/preconditions.js';
import type { Handler } from '../resources.js';
import { segmentsOf } from '../route-table.js';
import { isNodePermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';
import { pingUuidFor } from './node-lists.js';

/** Traits of the calls about one node. */
export const ABOUT = { about: 'node' } as const;
/** Of those whose answer may be long. */
export const READ = { ...ABOUT, isLong: true } as const;

type NodeHandler = (exchange: Exchange, name: NodeName, request: Request) => void | Promise<void>;

/** Handles a call about the node that the path names, if the caller may. */
export function named(handler: NodeHandler): Handler {
  return (exchange, request) => {
    const name = nodeNameIn(request);
    if (name === undefined) exchange.refuse('HEARTBEAT_INVALID_NODE_NAME');
    else if (isNodePermitted(exchange, name)) return handler(exchange, name, request);
  };
}

const ASCII = /^[!-~]*$/;

/**
 * The name in a path as it was sent: everything but ASCII must be percent-encoded.
 *
 * @returns undefined if it cannot be a node's name, or is not encoded properly
 */
function nodeNameIn({ originalUrl }: Pick<Request, 'originalUrl'>): NodeName | undefined {
  const [, encoded = ''] = segmentsOf(originalUrl);
  if (!ASCII.test(encoded)) return undefined;
  try {
    return parseNodeName(decodeURIComponent(encoded));
  } catch {
    return undefined;
  }
}

/** @returns undefined if the node is unknown, which has been answered then */
export function known(
  exchange: Exchange,
  nodes: Daemon['nodes'],
  name: NodeName,
): Promise<DescribedNode | undefined> {
  return new Promise((resolve) => {
    nodes.ask(name, { kind: 'describe' }, (reply) => {
      if (reply.kind !== 'node') answerOther(exchange, 'describe', reply);
      resolve(reply.kind === 'node' ? reply.node : undefined);
    });
  });
}

/** @param then called when the node has replied */
export function answerNode(
  { nodes, pings }: Daemon,
  exchange: Exchange,
  name: NodeName,
  request: NodeRequest,
  then?: () => void,
): void {
  const answered = (reply: NodeReply): void => {
    then?.();
    if (reply.kind === 'node')
      exchange.json(reply.created ? 201 : 200, {
        ...nodeView(reply.node),
        ...pingUuidFor(exchange, pings, reply.node),
      });
    else answerOther(exchange, request.kind, reply);
  };
  nodes.ask(name, conditional(exchange, request), answered, exchange.access.nodeQuota);
}

/** A tag is that of the settings. `*` asks for the node at its own path; at paths below it there is nothing that could exist. */
export function conditional(exchange: Exchange, request: NodeRequest): NodeRequest {
  const precondition = preconditionOf(exchange.request);
  if (precondition === undefined) return request;
  const isAtNode = request.kind === 'put' || request.kind === 'forget';
  const tags = isAtNode ? tagsToMatch(exchange.request) : undefined;
  if (tags !== undefined) return { ...request, precondition: { settings: tags } };
  return isAtNode || precondition === 'never' ? { ...request, precondition } : request;
}

/** Answers a reply other than the expected one. */
export function answerOther(exchange: Exchange, asked: NodeRequest['kind'], reply: NodeReply): void {
  if (reply.kind === 'refused') exchange.refuse(reply.code);
  else exchange.fail(new TypeError(`'${asked}' was answered '${reply.kind}'`));
}
