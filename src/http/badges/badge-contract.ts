import * as z from 'zod';
import { BADGE_SHOWS } from '../../domain/badge.js';
import { failure } from '../../views/error-answer.js';
import { type Operations, unavailable } from '../contract/operation.js';
import { NODE } from '../nodes/contract/node-examples.js';
import { badgeQuery, badgesQuery } from './badge-query.js';

const file = z.string().meta({
  description:
    'The name of a node or a label as `key:value`, and `.svg` for an image, or `.json` as shields.io reads it.',
});

const address = z.string().meta({ description: 'An address; a path, where `public_url` is not set.' });

const addresses = z.strictObject({
  badges: z.array(z.strictObject({ show: z.enum(BADGE_SHOWS), svg: address, json: address })),
});

const unknown = {
  means: 'There is no such node and none with this label, or the signature is wrong.',
  body: failure,
};

/** Badges for pages elsewhere. */
export const badgeOperations: Operations = {
  'GET /badge/{file}': {
    id: 'badge',
    tag: 'nodes',
    summary: 'Show a badge',
    description:
      'The state or the uptime of a node, or of all nodes with a label. Where the daemon has keys, the signature in the address is the credential. What a badge says is up to half a minute old.',
    scope: undefined,
    path: { file },
    query: badgeQuery,
    answers: {
      200: { means: 'The badge.', body: z.string(), type: 'image/svg+xml' },
      400: { means: 'A parameter is invalid; the error names it.', body: failure },
      404: unknown,
      503: unavailable,
    },
    examples: [{ name: 'stranger', path: { file: 'nobody.svg' }, status: 404 }],
  },
  'GET /badges': {
    id: 'badges',
    tag: 'nodes',
    summary: 'Get the addresses of badges',
    description:
      'Of a node, or of a label. They are signed where `auth.link_secret_env` or `auth.link_secret_file` is set. Whoever knows an address sees what it shows, until that secret is changed.',
    scope: 'read',
    query: badgesQuery,
    answers: {
      200: { means: 'The addresses.', body: addresses },
      400: { means: 'A parameter is invalid, or not one of `node` and `label`.', body: failure },
    },
    examples: [
      {
        name: 'node',
        query: { node: NODE },
        status: 200,
        answer: {
          badges: BADGE_SHOWS.map((show) => {
            const query = show === 'state' ? '' : `?show=${show}`;
            const path = `/badge/${encodeURIComponent(NODE)}`;
            return { show, svg: `${path}.svg${query}`, json: `${path}.json${query}` };
          }),
        },
      },
      {
        name: 'neither',
        status: 400,
        answer: {
          error: 'query must have one of node and label',
          code: 'HEARTBEAT_INVALID_QUERY',
        },
      },
    ],
  },
};
