import * as z from 'zod';
import { alertListingQuery } from './alert-query.js';
import type { GatewayLimits } from '../gateway-options.js';
import { alerts, channelPreview, queuedAlert } from '../../views/alert-answers.js';
import { failure } from '../../views/error-answer.js';
import type { Operations } from '../contract/operation.js';

const ALERT = '01M8160K8C0000MBCVSRV9YN0E';

/** Alerts and channels. */
export function alertOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
    'GET /alerts': {
      id: 'alerts',
      tag: 'alerts',
      summary: 'List alerts',
      description: 'Newest first, each with its delivery state in every channel.',
      scope: 'read',
      query: alertListingQuery(limits.page),
      answers: {
        200: { means: 'A page of alerts.', body: alerts },
        400: { means: 'A parameter is invalid; the error names it.', body: failure },
      },
      examples: [
        {
          name: 'dead_letters',
          query: { state: 'dead,pending', type: 'node.reported_failure', limit: '1' },
          status: 200,
          answer: {
            alerts: [
              {
                id: ALERT,
                type: 'node.reported_failure',
                at: 1795318425,
                at_ms: 1795318425000,
                node: 'backup',
                blind_seconds: 0,
                message: "Node 'backup' has reported a failure: disk full.",
                reason: 'disk full',
                channels: {
                  ops: {
                    state: 'dead',
                    attempts: 1,
                    last_attempt: 1795318425,
                    last_error: 'answered 410',
                  },
                },
              },
            ],
            next_cursor: null,
          },
        },
      ],
    },
    'POST /alerts/{id}/redeliver': {
      id: 'redeliver',
      tag: 'alerts',
      summary: 'Redeliver an alert',
      description:
        'Delivers a dead letter again, with the same id, through every channel in which it is one.',
      scope: 'admin',
      answers: {
        202: { means: 'The message is queued.', body: queuedAlert },
        404: { means: 'There is no such alert.', body: failure },
        409: { means: 'It is not a dead letter of any configured channel.', body: failure },
      },
      examples: [
        { name: 'redeliver', path: { id: ALERT }, status: 202, answer: { id: ALERT } },
        {
          name: 'stranger',
          path: { id: '00000000000000000000000000' },
          status: 404,
          answer: { error: 'no such alert', code: 'HEARTBEAT_NO_SUCH_ALERT' },
        },
      ],
    },
    'GET /channels/{name}/preview': {
      id: 'previewChannel',
      tag: 'alerts',
      summary: 'Preview a channel',
      description:
        'What it would send of an alert of each type that it gets, with its template and without secrets. Nothing is sent, and no module is run.',
      scope: 'admin',
      path: { name: z.string().meta({ description: 'The name of a channel.' }) },
      answers: {
        200: { means: 'The bodies of its messages.', body: channelPreview },
        404: { means: 'No channel of this name is configured.', body: failure },
      },
      examples: [
        {
          name: 'stranger',
          path: { name: 'nobody' },
          status: 404,
          answer: { error: 'no such channel', code: 'HEARTBEAT_NO_SUCH_CHANNEL' },
        },
      ],
    },
    'POST /channels/{name}/test': {
      id: 'testChannel',
      tag: 'alerts',
      summary: 'Test a channel',
      description: 'Sends a test message.',
      scope: 'admin',
      path: { name: z.string().meta({ description: 'The name of a channel.' }) },
      answers: {
        202: {
          means: 'The message is queued. `GET /alerts` shows whether it was delivered.',
          body: queuedAlert,
        },
        404: { means: 'No channel of this name is configured.', body: failure },
      },
      examples: [
        { name: 'test', path: { name: 'ops' }, status: 202, answer: { id: ALERT } },
        {
          name: 'stranger',
          path: { name: 'nobody' },
          status: 404,
          answer: { error: 'no such channel', code: 'HEARTBEAT_NO_SUCH_CHANNEL' },
        },
      ],
    },
  };
}
