import type { GatewayLimits } from '../../gateway-options.js';
import { nodeName } from '../../../views/values.js';
import { accepted } from '../../../views/batch-answers.js';
import { failure } from '../../../views/error-answer.js';
import { liveNode } from '../../../views/node-answers.js';
import { type Operation, type Operations, batchOf, unavailable } from '../../contract/operation.js';
import { unknown } from './node-examples.js';

/** The same for both methods. */
const heartbeat: Pick<Operation, 'tag' | 'scope' | 'answers' | 'examples'> = {
  tag: 'nodes',
  scope: 'heal',
  answers: {
    200: { means: 'The node is active.', body: liveNode },
    400: { means: 'The name is invalid, or the request has a body.', body: failure },
    404: unknown,
    429: { means: 'There are `nodes.max` nodes, or as many as the key may register.', body: failure },
    503: unavailable,
  },
  examples: [
    { name: 'heartbeat', path: { name: 'db1' }, status: 200, answer: { name: 'db1', state: 'active' } },
    {
      name: 'wrong_name',
      path: { name: '%FF' },
      status: 400,
      answer: { error: 'invalid node name', code: 'HEARTBEAT_INVALID_NODE_NAME' },
    },
  ],
};

/** Heartbeats, alone and in batches. */
export function heartbeatOperations(limits: Pick<GatewayLimits, 'batch'>): Operations {
  return {
    'PUT /nodes/{name}/heartbeat': {
      id: 'heartbeat',
      summary: 'Send a heartbeat',
      description:
        'An unknown name is registered with the default settings; with `nodes.auto_register` off it gets 404.\n\nA heartbeat that registers a node or ends a failure is answered once that is on disk.',
      ...heartbeat,
    },
    'POST /nodes/{name}/heartbeat': {
      id: 'heartbeatByPost',
      summary: 'Send a heartbeat from a client that can only `POST`',
      ...heartbeat,
    },
    'POST /nodes/heartbeats': {
      id: 'heartbeats',
      tag: 'nodes',
      summary: 'Send heartbeats for many nodes',
      description: 'Answered once every new registration and every recovery is on disk.',
      scope: 'heal',
      body: batchOf(nodeName, 'name', limits.batch),
      answers: {
        200: { means: 'How many heartbeats were accepted, and which were rejected.', body: accepted },
        400: { means: 'The body is neither a JSON array nor a list of names, one per line.', body: failure },
        413: { means: 'The body has too many names or bytes.', body: failure },
        503: unavailable,
      },
      examples: [
        {
          name: 'heartbeats',
          body: ['db1', 'web/1', ''],
          status: 200,
          answer: { accepted: 2, rejected: [{ index: 2, error: 'invalid node name' }] },
        },
      ],
    },
  };
}
