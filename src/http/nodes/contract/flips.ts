import { pageQuery } from '../../users/heart-rhythm-query.js';
import type { GatewayLimits } from '../../options.js';
import { failure, flips } from '../../../views/answers.js';
import type { Operations } from '../../contract/operation.js';
import { stranger, unknown } from './node-examples.js';

/** What has become of a node so far. */
export function flipOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
    'GET /nodes/{name}/flips': {
      id: 'flips',
      tag: 'nodes',
      summary: 'What has become of it so far',
      description:
        'Every change of its state. `at` is the deadline that passed, or the heartbeat or report that came; not when it was noticed.',
      scope: 'read',
      query: pageQuery(limits.page),
      answers: {
        200: { means: 'A page of flips.', body: flips },
        400: { means: 'The name is none, or a parameter is wrong.', body: failure },
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
