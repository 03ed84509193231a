import * as z from 'zod';
import { failure } from '../../views/error-answer.js';
import { event } from '../../views/event-answers.js';
import type { Answer, Operation, Operations } from '../contract/operation.js';
import { idsParameter } from '../input/ids-in-answer.js';
import { eventBody, eventQuery } from './event-filter.js';

const STREAM =
  'A stream of server-sent events: first a `state`, then each change, in order. `data` of each is JSON; docs/events.md describes them. `Last-Event-ID` continues after an event. It ends when the credential of its caller does.';

const stream: Answer = {
  means: 'The stream, until either side ends it.',
  type: 'text/event-stream',
  body: z.string().meta({
    description:
      'Each event has an `id` and `data`, which is an `Event` in JSON. A comment comes every 15 seconds.',
  }),
  events: event,
};

const tooMany: Answer = {
  means: 'There are too many readers, or not everything can be read at present. Try again later.',
  body: failure,
};

const refused: Operation['answers'] = {
  403: { means: 'The key or token does not cover these users, or nodes.', body: failure },
  503: tooMany,
};

/** Events as they happen. */
export const eventOperations: Operations = {
  'GET /events': {
    id: 'events',
    tag: 'events',
    summary: 'Read events as they happen',
    description: STREAM,
    scope: 'read',
    query: eventQuery,
    answers: {
      200: stream,
      400: { means: 'A parameter is invalid; the error names it.', body: failure },
      ...refused,
    },
    examples: [
      {
        name: 'unknown_type',
        query: { types: 'user.gone' },
        status: 400,
        answer: {
          error:
            'query parameter types must be a comma-separated list of user.online, user.offline, user.updated, node.flip, alert.raised, alert.delivered, alert.dead, alert.cancelled, alert.folded, daemon.blind',
          code: 'HEARTBEAT_INVALID_QUERY',
        },
      },
    ],
  },
  'POST /events': {
    id: 'eventsOfMany',
    tag: 'events',
    summary: 'Read events of many users as they happen',
    description: 'The same, with up to 100,000 users in the body.',
    scope: 'read',
    query: z.object({ ids: idsParameter }),
    body: { 'application/json': eventBody },
    answers: {
      200: stream,
      400: { means: 'The body is invalid; `problems` lists each field.', body: failure },
      413: { means: 'The body is too large.', body: failure },
      ...refused,
    },
    examples: [
      {
        name: 'unknown_field',
        body: { user: [12345] },
        status: 400,
        answer: {
          error: 'user: unknown field',
          code: 'HEARTBEAT_INVALID_BODY',
          problems: [{ path: 'user', problem: 'unknown field' }],
        },
      },
    ],
  },
};
