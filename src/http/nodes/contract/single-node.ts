import { rangeQuery } from '../node-query.js';
import { settingsWith } from '../../../views/node-settings.js';
import { failure } from '../../../views/error-answer.js';
import { node, nodeInDetail } from '../../../views/node-answers.js';
import { type Operations, unavailable } from '../../contract/operation.js';
import { NODE, SHOWN, stranger, unknown, wrongName } from './node-examples.js';

/** Of the settings of the examples. */
const TAG = '5da11a171d8c49e7';

/** One node: its settings, its state and its deletion. */
export const singleNodeOperations: Operations = {
  'PUT /nodes/{name}': {
    id: 'putNode',
    tag: 'nodes',
    summary: 'Register a node, or change its settings',
    description:
      'Absent fields keep their values. `null` restores the default, which follows the configuration. A new timeout starts now.\n\n`timeout` is a number of seconds, or `{"adaptive": true, "min": 2, "max": 60}` for one that is learnt from the intervals between the heartbeats of this node.\n\nA job has a `schedule` in place of `timeout` and `max_retries`: `{"every": 3600, "grace": 600}`, or `{"cron": "0 4 * * 1-5", "time_zone": "Europe/Berlin", "grace": 600}`. At the expected instant it is `inactive` (late), and after the grace it has failed. A schedule replaces the timeout of a node and its probe, and a timeout, `max_retries` or a probe its schedule.\n\nWith a `probe` the daemon probes the node itself: `{"http": "https://example.org/healthz", "every": 30, "expect": {"status": [200, 204], "body": "ok", "max_ms": 2000, "certificate_days": 14}}`, or `tcp`, `tls` or `dns`. A probe that passes is a heartbeat. Addresses outside `probes.allow` are refused, and the probe fails. The node misses a deadline only if a probe has failed since its last heartbeat or miss.\n\nWith `If-Match` and the `settings_tag` that `GET` answers, nothing is changed if the settings are others by now: 412.',
    scope: 'admin',
    body: { 'application/json': settingsWith([]) },
    isBodyOptional: true,
    answers: {
      200: { means: 'The settings were changed. The change is on disk.', body: node },
      201: { means: 'The node was registered. The registration is on disk.', body: node },
      400: { means: 'The body is invalid: `problems` lists all problems.', body: failure },
      409: {
        means: 'Another node has this slug, or the file of declared nodes has other settings for this node.',
        body: failure,
      },
      429: {
        means: 'There are `nodes.max` nodes, or as many as the key may register.',
        body: failure,
      },
      503: unavailable,
    },
    examples: [
      {
        name: 'change',
        path: { name: NODE },
        body: { timeout: 90000, max_retries: 0, labels: { team: 'infra' } },
        status: 200,
        answer: SHOWN,
      },
      {
        name: 'register',
        path: { name: 'new' },
        body: {},
        status: 201,
        answer: { ...SHOWN, name: 'new', slug: 'new', timeout: 30, max_retries: 3, labels: {} },
      },
      {
        name: 'adaptive',
        path: { name: 'new' },
        body: { timeout: { adaptive: true, min: 2, max: 60 } },
        status: 201,
        answer: {
          ...SHOWN,
          name: 'new',
          slug: 'new',
          timeout: { adaptive: true, min: 2, max: 60 },
          max_retries: 3,
          labels: {},
          phi: null,
          rhythm: { mean: null, deviation: null, samples: 0, timeout: 60 },
        },
      },
      {
        name: 'schedule',
        path: { name: 'new' },
        body: { schedule: { cron: '0 4 * * 1-5', time_zone: 'Europe/Berlin', grace: 600 } },
        status: 201,
        answer: {
          ...SHOWN,
          name: 'new',
          slug: 'new',
          deadline: 1795402800,
          timeout: null,
          max_retries: null,
          schedule: { cron: '0 4 * * 1-5', time_zone: 'Europe/Berlin', grace: 600 },
          next_expected: 1795402800,
          labels: {},
        },
      },
      {
        name: 'probe',
        path: { name: 'new' },
        body: { timeout: 60, probe: { tls: 'db.invalid:5432', every: 30, expect: { certificate_days: 14 } } },
        status: 201,
        answer: {
          ...SHOWN,
          name: 'new',
          slug: 'new',
          timeout: 60,
          max_retries: 3,
          probe: { tls: 'db.invalid:5432', every: 30, expect: { certificate_days: 14 } },
          labels: {},
        },
      },
      {
        name: 'wrong_settings',
        path: { name: NODE },
        body: { timeout: 'long', colour: 'red' },
        status: 400,
        answer: {
          error: 'timeout: must be a number of seconds; colour: unknown field',
          code: 'HEARTBEAT_INVALID_BODY',
          problems: [
            { path: 'timeout', problem: 'must be a number of seconds' },
            { path: 'colour', problem: 'unknown field' },
          ],
        },
      },
    ],
  },
  'GET /nodes/{name}': {
    id: 'node',
    tag: 'nodes',
    summary: 'Get a node',
    description:
      'With `from` or `to`, also its `uptime` in that range, since its registration and until now at most.',
    scope: 'read',
    query: rangeQuery,
    answers: {
      200: { means: 'The node.', body: nodeInDetail },
      400: { means: 'The name or a parameter is invalid.', body: failure },
      404: unknown,
    },
    examples: [
      { name: 'node', path: { name: NODE }, status: 200, answer: { ...SHOWN, settings_tag: TAG } },
      {
        name: 'uptime',
        path: { name: NODE },
        query: { from: '1795232025' },
        status: 200,
        answer: {
          ...SHOWN,
          settings_tag: TAG,
          uptime: {
            from: 1795232025,
            to: 1795318425,
            ratio: 0.998,
            active_seconds: 86100.5,
            inactive_seconds: 60,
            failed_seconds: 172.7,
            paused_seconds: 0,
            maintenance_seconds: 0,
            silenced_seconds: 0,
            blind_seconds: 66.8,
          },
        },
      },
      stranger,
    ],
  },
  'POST /nodes/{name}/ping_uuid': {
    id: 'renewPingUuid',
    tag: 'nodes',
    summary: 'Give a node another ping UUID',
    description: 'Pings with the one before get 404 from then on.',
    scope: 'admin',
    answers: {
      200: { means: 'The node after the change, which is on disk.', body: node },
      400: { means: 'The name is invalid, or the request has a body.', body: failure },
      404: unknown,
      503: unavailable,
    },
    examples: [{ name: 'renew', path: { name: NODE }, status: 200, answer: SHOWN }, stranger],
  },
  'DELETE /nodes/{name}': {
    id: 'forgetNode',
    tag: 'nodes',
    summary: 'Delete a node and its history',
    scope: 'admin',
    answers: {
      204: { means: 'The node was deleted. A later heartbeat registers it again.' },
      400: wrongName,
      404: unknown,
      409: { means: 'The file of declared nodes names it: remove it there.', body: failure },
      503: unavailable,
    },
    examples: [{ name: 'forget', path: { name: NODE }, status: 204 }, stranger],
  },
};
