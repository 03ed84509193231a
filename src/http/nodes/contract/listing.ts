import { listingQuery } from '../node-query.js';
import type { GatewayLimits } from '../../options.js';
import { failure, nodes } from '../../../views/answers.js';
import type { Operations } from '../../contract/operation.js';
import { SHOWN } from './node-examples.js';

/** Which nodes there are. */
export function listOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
    'GET /nodes': {
      id: 'nodes',
      tag: 'nodes',
      summary: 'Which nodes there are',
      description: 'By name, in the order of the bytes of UTF-8.',
      scope: 'read',
      query: listingQuery(limits.page),
      answers: {
        200: { means: 'A page of nodes.', body: nodes },
        400: { means: 'A parameter is wrong, which the sentence names.', body: failure },
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
