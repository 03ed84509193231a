import { z } from 'zod';
import { pageQuery } from '../input/history-query.js';
import { onlineQuery } from './online-users.js';
import type { GatewayLimits } from '../gateway-options.js';
import { presence } from '../../views/values.js';
import { checkedUser, checkedUsers, describedUser, heartRhythm, onlineUsers, status } from '../../views/user-answers.js';
import { accepted } from '../../views/batch-answers.js';
import { failure } from '../../views/error-answer.js';
import {
  type Answer,
  type Example,
  type Operation,
  type Operations,
  batchOf,
  deviceMeta,
  deviceName,
  healInBatch,
  userInBatch,
} from '../contract/operation.js';

const USER = '12345';

const noUserId: Answer = { means: 'The id is not that of a user.', body: failure };
const notJustNow: Answer = {
  means: 'Temporarily impossible. Send the request again.',
  body: failure,
};
const wrongId: Example = {
  name: 'wrong_id',
  path: { user_id: 'nobody' },
  status: 400,
  answer: { error: 'invalid user_id format' },
};

const ofDevice = z.object({ device: deviceName.optional() });

/** The same for both calls. */
const goodbye: Pick<Operation, 'scope' | 'query' | 'answers' | 'examples'> = {
  scope: 'heal',
  query: ofDevice,
  answers: {
    200: {
      means: "The user's status afterwards: `online` while another device keeps the user online.",
      body: z.strictObject({ status: presence }),
    },
    400: noUserId,
    503: notJustNow,
  },
  examples: [
    { name: 'goodbye', path: { user_id: USER }, status: 200, answer: { status: 'offline' } },
    wrongId,
  ],
};

const noBatch: Answer = {
  means: 'The body is neither a JSON array nor a list of ids, one per line.',
  body: failure,
};
const tooLarge: Answer = { means: 'The body has too many ids or bytes.', body: failure };

/** The calls of the original, goodbye, and batches. */
export function presenceOperations(limits: Pick<GatewayLimits, 'batch' | 'page'>): Operations {
  return {
    'PUT /heal/{user_id}': {
      id: 'heal',
      tag: 'presence',
      summary: 'Heal a user',
      description:
        'Keeps the user online for `session_timeout` from now. The first heal of an offline user opens a session, and is answered once that is on disk. It is safe to repeat. A user is online while any `device` is. The `meta` of a JSON body is kept for the device; a body of another type is ignored.',
      scope: 'heal',
      query: ofDevice,
      body: { 'application/json': z.object({ meta: deviceMeta }) },
      isBodyOptional: true,
      answers: {
        200: { means: 'The user is online.', body: status('online') },
        400: noUserId,
        503: notJustNow,
      },
      examples: [
        { name: 'heal', path: { user_id: USER }, status: 200, answer: { status: 'online' } },
        wrongId,
      ],
    },
    'DELETE /heal/{user_id}': {
      id: 'goodbye',
      tag: 'presence',
      summary: "End a user's session",
      description:
        'Ends the session now, or only that `device`, and is answered once that is on disk. It is safe to repeat.',
      ...goodbye,
    },
    'POST /heal/{user_id}/goodbye': {
      id: 'goodbyeByBeacon',
      tag: 'presence',
      summary: "End a user's session when a web page is closed",
      description: 'For `navigator.sendBeacon`, which can only `POST`.',
      ...goodbye,
    },
    'POST /heal': {
      id: 'healMany',
      tag: 'presence',
      summary: 'Heal many users',
      description:
        'Answered once every session that it opens is on disk. Invalid ids are rejected, all others accepted. Ids above 2^53 may be numbers or strings; no digit is lost.',
      scope: 'heal',
      body: batchOf(healInBatch, 'id', limits.batch),
      answers: {
        200: { means: 'How many ids were accepted, and which were rejected.', body: accepted },
        400: noBatch,
        413: tooLarge,
        503: notJustNow,
      },
      examples: [
        {
          name: 'heal_many',
          body: [12345, '9007199254740993', 'nobody'],
          status: 200,
          answer: { accepted: 2, rejected: [{ index: 2, error: 'invalid user_id format' }] },
        },
        { name: 'one_a_line', body: '12345\n67890\n', status: 200, answer: { accepted: 2, rejected: [] } },
        {
          name: 'no_batch',
          body: '{}',
          status: 400,
          answer: {
            error: 'the body must be a JSON array of ids, or one id per line: an object is not a batch',
            code: 'HEARTBEAT_INVALID_BATCH',
          },
        },
      ],
    },
    'GET /checkup/{user_id}': {
      id: 'checkup',
      tag: 'presence',
      summary: 'Check whether a user is online',
      description: 'A user without a session is offline.',
      scope: 'read',
      answers: {
        200: { means: 'Whether the user is online.', body: checkedUser },
        400: noUserId,
        503: notJustNow,
      },
      examples: [
        { name: 'online', path: { user_id: USER }, status: 200, answer: { id: 12345, status: 'online' } },
        { name: 'offline', path: { user_id: '404' }, status: 200, answer: { id: 404, status: 'offline' } },
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
      }),
      body: batchOf(userInBatch, 'id', limits.batch),
      answers: {
        200: { means: 'Whether each user is online. Invalid ids are in `rejected`.', body: checkedUsers },
        400: { means: 'The body is no batch, or a field is unknown; the error says which.', body: failure },
        413: tooLarge,
        503: notJustNow,
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
      query: pageQuery(limits.page),
      answers: {
        200: { means: 'The sessions. An unknown user has none.', body: heartRhythm },
        400: { means: 'The id or a parameter is invalid; the error names it.', body: failure },
        503: notJustNow,
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
    'GET /users': {
      id: 'users',
      tag: 'presence',
      summary: 'List the users who are online',
      description:
        'Sorted by id: integers by their value, texts by the bytes of their UTF-8. A page may hold fewer than `limit` users, or none, while others follow: only `next_cursor: null` ends the list. A user who is online from the first request to the last appears exactly once. A key that is limited to some users sees only those.',
      scope: 'read',
      query: onlineQuery(limits.page),
      answers: {
        200: { means: 'A page of users.', body: onlineUsers },
        400: { means: 'A parameter is invalid; the error names it.', body: failure },
        503: notJustNow,
      },
      examples: [
        {
          name: 'online',
          query: { status: 'online', limit: '1' },
          status: 200,
          answer: {
            users: [{ id: 12345, since: 1638360000, last_seen: 1638360293, deadline: 1638360300 }],
            next_cursor: null,
          },
        },
        {
          name: 'wrong_status',
          query: { status: 'offline' },
          status: 400,
          answer: { error: 'query parameter status must be online', code: 'HEARTBEAT_INVALID_QUERY' },
        },
      ],
    },
    'GET /users/{user_id}': {
      id: 'user',
      tag: 'presence',
      summary: 'Get a user',
      scope: 'read',
      answers: {
        200: { means: "The user's status, and since when.", body: describedUser },
        400: noUserId,
        503: notJustNow,
      },
      examples: [
        {
          name: 'online',
          path: { user_id: USER },
          status: 200,
          answer: {
            id: 12345,
            status: 'online',
            since: 1638360000,
            last_seen: 1638360293,
            deadline: 1638360300,
            devices: [
              {
                device: null,
                since: 1638360000,
                last_seen: 1638360293,
                deadline: 1638360300,
                meta: null,
              },
            ],
          },
        },
        {
          name: 'stranger',
          path: { user_id: '404' },
          status: 200,
          answer: {
            id: 404,
            status: 'offline',
            since: null,
            last_seen: null,
            deadline: null,
            devices: [],
          },
        },
      ],
    },
    'DELETE /users/{user_id}': {
      id: 'eraseUser',
      tag: 'presence',
      summary: 'Erase a user',
      description: 'Removes status and history for good. A later heal starts a new history.',
      scope: 'admin',
      answers: { 204: { means: 'The user is erased.' }, 400: noUserId, 503: notJustNow },
      examples: [{ name: 'erase', path: { user_id: USER }, status: 204 }],
    },
  };
}
