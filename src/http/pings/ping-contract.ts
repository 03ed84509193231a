import * as z from 'zod';
import { uuid } from '../../views/values.js';
import { type Operation, type Operations, unavailable } from '../contract/operation.js';

const PLAIN = 'text/plain; charset=utf-8';
const NOBODY = '00000000-0000-4000-8000-000000000000';

const word = (text: string) => z.literal(text).meta({ description: 'In plain text.' });

const query = z.strictObject({
  rid: uuid.optional().meta({ description: 'The run that it belongs to: a UUID that the job chooses.' }),
});
const queryBySlug = query.extend({
  create: z.enum(['0', '1']).optional().meta({
    description: '`1`: registers a node of that name if there is none, and the ping key may create.',
  }),
});

const notFound = {
  means: 'There is no such node, or not for this key.',
  body: word('not found'),
  type: PLAIN,
};
const wrong = {
  means: 'The exit status is above 255, the slug has capital letters, or `rid` is no UUID.',
  body: z.enum(['invalid url format', 'invalid uuid format']),
  type: PLAIN,
};
const ok = { means: 'The ping has counted, and is on disk.', body: word('OK'), type: PLAIN };

const ofUuid: Pick<
  Operation,
  'tag' | 'summary' | 'description' | 'scope' | 'path' | 'query' | 'answers' | 'examples'
> = {
  tag: 'pings',
  summary: 'Ping by UUID',
  description:
    'The job has succeeded. With `/start`, `/fail`, `/log` or an exit status from 0 to 255 behind the UUID it says that instead; 0 is a success.\n\nThe body may be anything: its beginning is kept.',
  scope: undefined,
  path: { uuid: uuid.meta({ description: 'The `ping_uuid` of a node.' }) },
  query,
  answers: {
    200: { ...ok, body: z.enum(['OK', 'OK (rate limited)']) },
    400: wrong,
    404: notFound,
    503: unavailable,
  },
  examples: [{ name: 'stranger', path: { uuid: NOBODY }, status: 404, answer: 'not found' }],
};

const key = z.string().meta({ description: 'A ping key: a key with the scope `ping`.' });
const slug = z.string().meta({ description: 'The `slug` of a node.' });

const ofSlug: typeof ofUuid = {
  tag: 'pings',
  summary: 'Ping by slug',
  description: 'The job has succeeded. `create=1` registers its node if there is none.',
  scope: undefined,
  path: { key, slug },
  query: queryBySlug,
  answers: {
    200: ok,
    201: { means: 'The node was registered, and the ping has counted.', body: word('Created'), type: PLAIN },
    400: wrong,
    404: notFound,
    409: { means: 'Several nodes have this slug.', body: word('ambiguous slug'), type: PLAIN },
    429: { means: 'More than 10 pings a second of one node.', body: word('rate limited'), type: PLAIN },
    503: unavailable,
  },
  examples: [
    { name: 'success', path: { key: 'hbk_example', slug: 'backup' }, status: 200, answer: 'OK' },
    {
      name: 'capital_letters',
      path: { key: 'hbk_example', slug: 'Backup' },
      status: 400,
      answer: 'invalid url format',
    },
    { name: 'stranger', path: { key: 'hbk_example', slug: 'nobody' }, status: 404, answer: 'not found' },
  ],
};

const ofSlugSaying: typeof ofUuid = {
  ...ofSlug,
  summary: 'Ping by slug: a start, a failure, a line of a log, or an exit status',
  description: 'As healthchecks has it. An exit status of 0 is a success, any other a failure.',
  path: {
    key,
    slug,
    says: z
      .string()
      .regex(/^(?:start|fail|log|[0-9]+)$/)
      .meta({ description: '`start`, `fail`, `log`, or an exit status from 0 to 255.' }),
  },
  examples: [
    { name: 'log', path: { key: 'hbk_example', slug: 'backup', says: 'log' }, status: 200, answer: 'OK' },
    {
      name: 'wrong_status',
      path: { key: 'hbk_example', slug: 'backup', says: '256' },
      status: 400,
      answer: 'invalid url format',
    },
  ],
};

/** The body of a ping. */
const body = { 'text/plain': z.string() };

/** Pings of jobs. */
export const pingOperations: Operations = {
  'GET /ping/{uuid}': { id: 'ping', ...ofUuid },
  'POST /ping/{uuid}': { id: 'pingWithBody', ...ofUuid, body, isBodyOptional: true },
  'GET /ping/{key}/{slug}': { id: 'pingBySlug', ...ofSlug },
  'POST /ping/{key}/{slug}': { id: 'pingBySlugWithBody', ...ofSlug, body, isBodyOptional: true },
  'GET /ping/{key}/{slug}/{says}': { id: 'pingBySlugSaying', ...ofSlugSaying },
  'POST /ping/{key}/{slug}/{says}': {
    id: 'pingBySlugSayingWithBody',
    ...ofSlugSaying,
    body,
    isBodyOptional: true,
  },
};
