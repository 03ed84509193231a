import * as z from 'zod';
import type { GatewayLimits } from '../../gateway-options.js';
import { failure } from '../../../views/error-answer.js';
import { describedUser, onlineUsers } from '../../../views/user-answers.js';
import { type Operations, unavailable } from '../../contract/operation.js';
import { idsParameter } from '../../input/ids-in-answer.js';
import { onlineQuery } from '../online-users.js';
import { USER, noUserId } from './user-examples.js';
import { checkupOperations } from './checkups.js';
import { healOperations } from './heals.js';

/** All calls about users. */
export function presenceOperations(limits: Pick<GatewayLimits, 'batch' | 'page'>): Operations {
  return { ...healOperations(limits), ...checkupOperations(limits), ...userOperations(limits) };
}

/** The users who are online, and a single user. */
function userOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
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
        503: unavailable,
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
      query: z.object({ ids: idsParameter }),
      answers: {
        200: { means: "The user's status, and since when.", body: describedUser },
        400: noUserId,
        503: unavailable,
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
      answers: { 204: { means: 'The user is erased.' }, 400: noUserId, 503: unavailable },
      examples: [{ name: 'erase', path: { user_id: USER }, status: 204 }],
    },
  };
}
