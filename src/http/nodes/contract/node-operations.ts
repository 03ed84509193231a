import type { GatewayLimits } from '../../gateway-options.js';
import type { Operations } from '../../contract/operation.js';
import { acknowledgingOperations } from './acknowledging.js';
import { heartbeatOperations } from './heartbeats.js';
import { probingOperations } from './probing.js';
import { singleNodeOperations } from './single-node.js';
import { watchingOperations } from './watching.js';
import { listingQuery } from '../node-query.js';
import { failure } from '../../../views/error-answer.js';
import { flips, nodes } from '../../../views/node-answers.js';
import { SHOWN, stranger, unknown } from './node-examples.js';
import { keptPingOperations } from '../../pings/kept-ping-contract.js';
import { pageQuery } from '../../input/paging.js';

/** All calls about nodes. */
export function nodeOperations(limits: Pick<GatewayLimits, 'batch' | 'page'>): Operations {
  return {
    ...heartbeatOperations(limits),
    ...listOperations(limits),
    ...singleNodeOperations,
    ...watchingOperations,
    ...acknowledgingOperations,
    ...flipOperations(limits),
    ...keptPingOperations(limits),
    ...probingOperations,
  };
}

/** The list of nodes. */
function listOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
    'GET /nodes': {
      id: 'nodes',
      tag: 'nodes',
      summary: 'List nodes',
      description: 'Sorted by name, in the order of UTF-8 bytes.',
      scope: 'read',
      query: listingQuery(limits.page),
      answers: {
        200: { means: 'A page of nodes.', body: nodes },
        400: { means: 'A parameter is invalid; the error names it.', body: failure },
      },
      examples: [
        {
          name: 'by_label',
          query: { state: 'active', label: 'team:infra', limit: '1' },
          status: 200,
          answer: { nodes: [SHOWN], next_cursor: null },
        },
        {
          name: 'wrong_state',
          query: { state: 'well' },
          status: 400,
          answer: {
            error: 'query parameter state must be active, inactive or failed',
            code: 'HEARTBEAT_INVALID_QUERY',
          },
        },
      ],
    },
  };
}

/** The flips of a node. */
function flipOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
    'GET /nodes/{name}/flips': {
      id: 'flips',
      tag: 'nodes',
      summary: "List a node's flips",
      description:
        'Every change of its state. `at` is the instant of the missed deadline, of the heartbeat or of the report, not the instant at which the daemon noticed it.',
      scope: 'read',
      query: pageQuery(limits.page),
      answers: {
        200: { means: 'A page of flips.', body: flips },
        400: { means: 'The name or a parameter is invalid.', body: failure },
        404: unknown,
      },
      examples: [
        {
          name: 'last_flip',
          path: { name: 'failing' },
          query: { order: 'desc', limit: '1' },
          status: 200,
          answer: {
            name: 'failing',
            flips: [
              {
                from: 'active',
                to: 'failed',
                at: 1795318425,
                at_ms: 1795318425000,
                cause: 'report',
                retries: 0,
                blind_seconds: 0,
              },
            ],
            next_cursor: null,
          },
        },
        stranger,
      ],
    },
  };
}
