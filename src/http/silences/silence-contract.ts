import { failure } from '../../views/error-answer.js';
import { silence, silences } from '../../views/silence-answers.js';
import { silenceBody } from '../../views/silence-view.js';
import { silenceId } from '../../views/values.js';
import { type Operations, unavailable } from '../contract/operation.js';
import type { GatewayLimits } from '../gateway-options.js';
import { silenceListingQuery } from '../input/state-listing.js';

const SILENCE = '01M8160K8C0000MBCVSRV9YN1F';
const NOBODY = '00000000000000000000000000';

/** A valid body. */
const BODY = {
  matchers: ['env=prod', 'name=~"web-.*"'],
  starts_at: 1795318425,
  ends_at: '2100-01-31T12:00:00Z',
  by: 'ann',
  reason: 'the switch is being changed',
};

const SHOWN = {
  id: SILENCE,
  state: 'active',
  matchers: BODY.matchers,
  starts_at: 1795318425,
  ends_at: 4105080000,
  by: BODY.by,
  reason: BODY.reason,
  updated_at: 1795318425,
};

const unknown = { means: 'There is no such silence, or the key may not see it.', body: failure };
const stranger = {
  name: 'stranger',
  path: { id: NOBODY },
  status: 404,
  answer: { error: 'no such silence', code: 'HEARTBEAT_NO_SUCH_SILENCE' },
};

/** Silences. */
export function silenceOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
    'GET /silences': {
      id: 'silences',
      tag: 'silences',
      summary: 'List silences',
      description:
        'Newest first, without those of maintenance windows unless they are asked for. Expired ones are kept as long as flips, and at most 10,000 of them.',
      scope: 'read',
      query: silenceListingQuery(limits.page),
      answers: {
        200: { means: 'A page of silences.', body: silences },
        400: { means: 'A parameter is invalid; the error names it.', body: failure },
      },
      examples: [
        {
          name: 'active',
          query: { state: 'active,pending', limit: '1' },
          status: 200,
          answer: { silences: [SHOWN], next_cursor: null },
        },
      ],
    },
    'POST /silences': {
      id: 'silence',
      tag: 'silences',
      summary: 'Silence nodes',
      description:
        'Holds failures of all nodes that the matchers fit until it ends; nodes that are still failed then are notified together. Recoveries go out. A key that covers some nodes silences no others, and one that covers none is answered with 403.',
      scope: 'admin',
      body: { 'application/json': silenceBody },
      answers: {
        201: { means: 'The silence, which is on disk.', body: silence },
        400: { means: 'The body is invalid.', body: failure },
        429: {
          means:
            'There are `limits.silences` that are not over, or the key has half of those that other keys leave.',
          body: failure,
        },
        503: unavailable,
      },
      examples: [
        { name: 'silence', body: BODY, status: 201, answer: SHOWN },
        {
          name: 'past_end',
          body: { ...BODY, ends_at: 1795318425 },
          status: 400,
          answer: {
            error: 'ends_at: must lie ahead',
            code: 'HEARTBEAT_INVALID_BODY',
            problems: [{ path: 'ends_at', problem: 'must lie ahead' }],
          },
        },
        {
          name: 'fits_all',
          body: { ...BODY, matchers: ['env=~".*"'] },
          status: 400,
          answer: {
            error: 'matchers: at least one must not match the empty string',
            code: 'HEARTBEAT_INVALID_BODY',
            problems: [{ path: 'matchers', problem: 'at least one must not match the empty string' }],
          },
        },
      ],
    },
    'GET /silences/{id}': {
      id: 'describeSilence',
      tag: 'silences',
      summary: 'Get a silence',
      scope: 'read',
      path: { id: silenceId },
      answers: { 200: { means: 'The silence.', body: silence }, 404: unknown },
      examples: [{ name: 'silence', path: { id: SILENCE }, status: 200, answer: SHOWN }, stranger],
    },
    'DELETE /silences/{id}': {
      id: 'expireSilence',
      tag: 'silences',
      summary: 'End a silence',
      description:
        'It is expired from now on, and stays in the list. Nothing changes if it is over. A maintenance window is answered with 404: it ends by the configuration.',
      scope: 'admin',
      path: { id: silenceId },
      answers: {
        200: { means: 'The silence after the change, which is on disk.', body: silence },
        400: { means: 'The request has a body.', body: failure },
        404: unknown,
        503: unavailable,
      },
      examples: [
        {
          name: 'expire',
          path: { id: SILENCE },
          status: 200,
          answer: { ...SHOWN, state: 'expired', ends_at: 1795318425 },
        },
        stranger,
      ],
    },
  };
}
