import * as z from 'zod';
import type { GatewayLimits } from '../../gateway-options.js';
import { idsParameter } from '../../input/ids-in-answer.js';
import { rhythmQuery } from '../heart-rhythm.js';
import { failure } from '../../../views/error-answer.js';
import { checkedUser, checkedUsers, heartRhythm } from '../../../views/user-answers.js';
import { type Operations, batchOf, userInBatch, unavailable } from '../../contract/operation.js';
import { USER, noUserId, tooLarge, wrongId } from './user-examples.js';

/** Checkups, and the sessions of a user. */
export function checkupOperations(limits: Pick<GatewayLimits, 'batch' | 'page'>): Operations {
  return {
    'GET /checkup/{user_id}': {
      id: 'checkup',
      tag: 'presence',
      summary: 'Check whether a user is online',
      description: 'A user without a session is offline.',
      scope: 'read',
      query: z.object({ ids: idsParameter }),
      answers: {
        200: { means: 'Whether the user is online.', body: checkedUser },
        400: noUserId,
        503: unavailable,
      },
      examples: [
        { name: 'online', path: { user_id: USER }, status: 200, answer: { id: 12345, status: 'online' } },
        { name: 'offline', path: { user_id: '404' }, status: 200, answer: { id: 404, status: 'offline' } },
        {
          name: 'id_as_text',
          path: { user_id: '9007199254740995' },
          query: { ids: 'text' },
          status: 200,
          answer: { id: '9007199254740995', status: 'offline' },
        },
        wrongId,
      ],
    },
    'POST /checkup': {
      id: 'checkupMany',
      tag: 'presence',
      summary: 'Check whether users are online',
      description:
        'The results are in the order of the request. `fields` adds to each what `GET /users/{user_id}` shows.',
      scope: 'read',
      query: z.object({
        fields: z
          .string()
          .regex(/^(last_seen|devices)(,(last_seen|devices))*$/)
          .optional()
          .meta({ description: 'More fields of each user, separated by commas: `last_seen`, `devices`.' }),
        ids: idsParameter,
      }),
      body: batchOf(userInBatch, 'id', limits.batch),
      answers: {
        200: { means: 'Whether each user is online. Invalid ids are in `rejected`.', body: checkedUsers },
        400: { means: 'The body is no batch, or a field is unknown; the error says which.', body: failure },
        413: tooLarge,
        503: unavailable,
      },
      examples: [
        {
          name: 'checkup_many',
          body: [12345, 404],
          status: 200,
          answer: {
            results: [
              { id: 12345, status: 'online' },
              { id: 404, status: 'offline' },
            ],
          },
        },
        {
          name: 'with_last_seen',
          query: { fields: 'last_seen' },
          body: [12345, 404],
          status: 200,
          answer: {
            results: [
              { id: 12345, status: 'online', last_seen: 1638360293 },
              { id: 404, status: 'offline', last_seen: null },
            ],
          },
        },
        {
          name: 'wrong_field',
          query: { fields: 'name' },
          body: [12345],
          status: 400,
          answer: {
            error: 'query parameter fields must be a comma-separated list of last_seen and devices',
            code: 'HEARTBEAT_INVALID_QUERY',
          },
        },
      ],
    },
    'GET /heart_rhythm/{user_id}': {
      id: 'heartRhythm',
      tag: 'presence',
      summary: "List a user's sessions",
      description:
        'Includes the current session, whose `offline_at` is when it ends unless the user is healed again. A long history is streamed; if it cannot be read to its end, the connection is reset.',
      scope: 'read',
      query: rhythmQuery(limits.page),
      answers: {
        200: { means: 'The sessions. An unknown user has none.', body: heartRhythm },
        400: { means: 'The id or a parameter is invalid; the error names it.', body: failure },
        503: unavailable,
      },
      examples: [
        {
          name: 'last_session',
          path: { user_id: USER },
          query: { order: 'desc', limit: '1' },
          status: 200,
          answer: { id: 12345, history: [{ online_at: 1638360000, offline_at: 1638360300 }] },
        },
        { name: 'stranger', path: { user_id: '404' }, status: 200, answer: { id: 404, history: [] } },
        {
          name: 'wrong_parameter',
          path: { user_id: USER },
          query: { order: 'backwards' },
          status: 400,
          answer: { error: 'query parameter order must be asc or desc' },
        },
      ],
    },
  };
}
