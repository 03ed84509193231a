import * as z from 'zod';
import { failureReport } from '../../../views/failure-reason.js';
import { pauseBody } from '../../../views/pause.js';
import { failure } from '../../../views/error-answer.js';
import { node } from '../../../views/node-answers.js';
import { type Example, type Operation, type Operations, unavailable } from '../../contract/operation.js';
import { NODE, SHOWN, stranger, unknown, wrongName } from './node-examples.js';

// It registers unknown names.
const report = onNode('fail', 'Report a failure', { ...SHOWN, state: 'failed', deadline: null }, []);

/** Reports of failures, pause and resume. */
export const watchingOperations: Operations = {
  'POST /nodes/{name}/fail': {
    ...report,
    description:
      'The node fails at once, until its next heartbeat. Nothing changes if it has already failed. The reason, as text or JSON, is shown in the flip and the alert. An unknown name is registered first; with `nodes.auto_register` off it gets 404.',
    scope: 'heal',
    body: {
      'application/json': failureReport,
      'text/plain': z.string().meta({ description: 'The reason, up to 10,000 bytes.' }),
    },
    isBodyOptional: true,
    answers: {
      ...report.answers,
      400: { means: 'The name or the body is invalid.', body: failure },
      413: { means: 'The reason is too long.', body: failure },
      429: {
        means: 'There are `nodes.max` nodes, or as many as the key may register.',
        body: failure,
      },
    },
    examples: [
      ...report.examples,
      {
        name: 'with_reason',
        path: { name: NODE },
        body: { reason: 'disk full' },
        status: 200,
        answer: { ...SHOWN, state: 'failed', deadline: null },
      },
      {
        name: 'wrong_body',
        path: { name: NODE },
        body: { why: 'disk full' },
        status: 400,
        answer: {
          error: 'why: unknown field',
          code: 'HEARTBEAT_INVALID_BODY',
          problems: [{ path: 'why', problem: 'unknown field' }],
        },
      },
    ],
  },
  'POST /nodes/{name}/pause': {
    ...onNode('pause', 'Pause a node', { ...SHOWN, paused: true, deadline: null }),
    description:
      'A paused node has no deadline and sends no alerts. Its heartbeats are recorded. With `for` or `until` the pause ends by itself, never early; a second call changes its end.',
    body: { 'application/json': pauseBody },
    isBodyOptional: true,
    answers: {
      200: { means: 'The node after the call. Repeating the call changes nothing.', body: node },
      400: { means: 'The name or the body is invalid.', body: failure },
      404: unknown,
      503: unavailable,
    },
    examples: [
      {
        name: 'pause',
        path: { name: NODE },
        status: 200,
        answer: { ...SHOWN, paused: true, deadline: null },
      },
      {
        name: 'for_an_hour',
        path: { name: NODE },
        body: { for: 3600 },
        status: 200,
        answer: { ...SHOWN, paused: true, paused_until: 1795322025, deadline: null },
      },
      {
        name: 'both_ends',
        path: { name: NODE },
        body: { for: 3600, until: '2100-01-31' },
        status: 400,
        answer: {
          error: 'give either "for" or "until"',
          code: 'HEARTBEAT_INVALID_BODY',
          problems: [{ path: '', problem: 'give either "for" or "until"' }],
        },
      },
      stranger,
    ],
  },
  'POST /nodes/{name}/resume': {
    ...onNode('resume', 'Resume a node', SHOWN),
    description: 'Its timeout starts again.',
  },
};

function onNode(
  id: string,
  summary: string,
  answer: object,
  refused: readonly Example[] = [stranger],
): Operation {
  return {
    id: `${id}Node`,
    tag: 'nodes',
    summary,
    scope: 'admin',
    answers: {
      200: { means: 'The node after the call. Repeating the call changes nothing.', body: node },
      400: wrongName,
      404: unknown,
      503: unavailable,
    },
    examples: [{ name: id, path: { name: NODE }, status: 200, answer }, ...refused],
  };
}
