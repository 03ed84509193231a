import * as z from 'zod';
import { failure } from '../../views/error-answer.js';
import { pings } from '../../views/ping-view.js';
import type { Operations } from '../contract/operation.js';
import type { GatewayLimits } from '../gateway-options.js';
import { NODE, stranger, unknown } from '../nodes/contract/node-examples.js';
import { pingsQuery } from './kept-pings.js';

/** The pings of a node that are kept. */
export function keptPingOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
    'GET /nodes/{name}/pings': {
      id: 'pings',
      tag: 'pings',
      summary: "List a node's pings",
      description: 'Newest first. The last 100 of each node are kept, while there is room for all.',
      scope: 'read',
      query: pingsQuery(limits.page),
      answers: {
        200: { means: 'A page of pings.', body: pings },
        400: { means: 'The name or a parameter is invalid.', body: failure },
        404: unknown,
      },
      examples: [
        {
          name: 'none',
          path: { name: NODE },
          query: { limit: '10' },
          status: 200,
          answer: { name: NODE, pings: [], next_cursor: null },
        },
        stranger,
      ],
    },
    'GET /nodes/{name}/pings/{n}/body': {
      id: 'pingBody',
      tag: 'pings',
      summary: 'Get the body of a ping',
      description: 'What is kept of it, as it was sent. Text if it is UTF-8.',
      scope: 'read',
      path: { n: z.int().min(1).meta({ description: 'The number of the ping.' }) },
      answers: {
        200: {
          means: 'The beginning of the body; empty if it had none.',
          body: z.string(),
          type: 'text/plain; charset=utf-8',
        },
        400: { means: 'The name is invalid.', body: failure },
        404: { means: 'There is no such node or ping, or it is not kept any more.', body: failure },
      },
      examples: [
        {
          name: 'no_such_ping',
          path: { name: NODE, n: '7' },
          status: 404,
          answer: {
            error: 'no such ping: the node has not sent it, or it is not kept any more',
            code: 'HEARTBEAT_NO_SUCH_PING',
          },
        },
      ],
    },
  };
}
