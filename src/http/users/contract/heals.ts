import * as z from 'zod';
import type { GatewayLimits } from '../../gateway-options.js';
import { presence } from '../../../views/values.js';
import { accepted } from '../../../views/batch-answers.js';
import { failure } from '../../../views/error-answer.js';
import { status } from '../../../views/user-answers.js';
import {
  type Answer,
  type Operation,
  type Operations,
  batchOf,
  deviceMeta,
  deviceName,
  healInBatch,
  unavailable,
} from '../../contract/operation.js';
import { USER, noUserId, tooLarge, wrongId } from './user-examples.js';

const ofDevice = z.object({ device: deviceName.optional() });

/** The same for both calls. */
const goodbye: Pick<Operation, 'scope' | 'query' | 'answers' | 'examples'> = {
  scope: 'heal',
  query: ofDevice,
  answers: {
    200: {
      means: "The user's status afterwards: `online` while another device keeps the user online.",
      body: z.strictObject({ status: presence }).meta({ id: 'GoodbyeAnswer' }),
    },
    400: noUserId,
    503: unavailable,
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

/** Heals, goodbyes, and batches of heals. */
export function healOperations(limits: Pick<GatewayLimits, 'batch'>): Operations {
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
        503: unavailable,
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
        503: unavailable,
      },
      examples: [
        {
          name: 'heal_many',
          body: [12345, '9007199254740993'],
          status: 200,
          answer: { accepted: 2, rejected: [] },
        },
        {
          name: 'a_wrong_id',
          body: [12345, 'nobody'],
          status: 200,
          answer: { accepted: 1, rejected: [{ index: 1, error: 'invalid user_id format' }] },
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
  };
}
