import { acknowledgementBody } from '../../../views/acknowledgement.js';
import { failure } from '../../../views/error-answer.js';
import { node } from '../../../views/node-answers.js';
import { type Operations, unavailable } from '../../contract/operation.js';
import { NODE, SHOWN, stranger, unknown } from './node-examples.js';

/** A valid acknowledgement. */
const BODY = { by: 'ann', reason: 'the disk is being changed' };

/** The failed node of the examples. */
const FAILED = {
  ...SHOWN,
  name: 'failing',
  slug: 'failing',
  state: 'failed',
  last_heartbeat: 1795318420,
  deadline: null,
  timeout: 30,
  max_retries: 3,
  labels: {},
};

/** Acknowledgements. */
export const acknowledgingOperations: Operations = {
  'POST /nodes/{name}/acknowledge': {
    id: 'acknowledgeNode',
    tag: 'nodes',
    summary: 'Acknowledge a failure',
    description:
      'Stops reminders and escalation: channels with `after` are notified neither of the failure nor of its recovery. The acknowledgement ends when the node recovers, at `until`, or when it is removed. A second one replaces the first.',
    scope: 'admin',
    body: { 'application/json': acknowledgementBody },
    answers: {
      200: { means: 'The node after the change, which is on disk.', body: node },
      400: { means: 'The name or the body is invalid.', body: failure },
      404: unknown,
      409: { means: 'The node has not failed.', body: failure },
      503: unavailable,
    },
    examples: [
      {
        name: 'acknowledge',
        path: { name: 'failing' },
        body: BODY,
        status: 200,
        answer: {
          ...FAILED,
          acknowledged: { ...BODY, at: 1795318425 },
        },
      },
      {
        name: 'past_end',
        path: { name: 'failing' },
        body: { by: 'ann', until: '2020-01-31' },
        status: 400,
        answer: {
          error: 'until: must lie ahead',
          code: 'HEARTBEAT_INVALID_BODY',
          problems: [{ path: 'until', problem: 'must lie ahead' }],
        },
      },
      {
        name: 'not_failed',
        path: { name: NODE },
        body: BODY,
        status: 409,
        answer: { error: 'the node has not failed', code: 'HEARTBEAT_NOT_FAILED' },
      },
      {
        name: 'wrong_body',
        path: { name: NODE },
        body: { reason: 'the disk is being changed' },
        status: 400,
        answer: {
          error: 'by: must be a string',
          code: 'HEARTBEAT_INVALID_BODY',
          problems: [{ path: 'by', problem: 'must be a string' }],
        },
      },
      { ...stranger, body: BODY },
    ],
  },
  'DELETE /nodes/{name}/acknowledge': {
    id: 'unacknowledgeNode',
    tag: 'nodes',
    summary: 'Remove an acknowledgement',
    description: 'Reminders and escalation continue. Nothing changes if there is no acknowledgement.',
    scope: 'admin',
    answers: {
      200: { means: 'The node after the change, which is on disk.', body: node },
      400: { means: 'The name is invalid, or the request has a body.', body: failure },
      404: unknown,
      503: unavailable,
    },
    examples: [
      {
        name: 'take_back',
        path: { name: 'failing' },
        status: 200,
        answer: FAILED,
      },
      stranger,
    ],
  },
};
