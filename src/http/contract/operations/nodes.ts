import { z } from 'zod';
import { pageQuery } from '../../heart-rhythm/query.js';
import { acknowledgementBody } from '../../nodes/acknowledgement.js';
import { listingQuery, rangeQuery } from '../../nodes/query.js';
import { settingsWith } from '../../nodes/settings.js';
import type { GatewayLimits } from '../../options.js';
import { accepted, failure, flips, liveNode, node, nodeInDetail, nodes } from '../answers.js';
import type { Answer, Example, Operation, Operations } from '../operation.js';

const NODE = 'backup';

const wrongName: Answer = { means: 'The name is none.', body: failure };
const unknown: Answer = { means: 'There is no node of this name.', body: failure };
const notJustNow: Answer = { means: 'It could not be done just now, and may be sent again.', body: failure };

const SHOWN = {
  name: NODE,
  state: 'active',
  retries: 0,
  last_heartbeat: null,
  deadline: 1795408425,
  timeout: 90000,
  max_retries: 0,
  labels: { team: 'infra' },
  channels: null,
  depends_on: [],
  paused: false,
  since: 1795318425,
  acknowledged: null,
};

const stranger: Example = {
  name: 'stranger',
  path: { name: 'nobody' },
  status: 404,
  answer: { error: 'unknown node', code: 'HEARTBEAT_UNKNOWN_NODE' },
};

/** All calls about nodes. */
export function nodeOperations(limits: Pick<GatewayLimits, 'batch' | 'page'>): Operations {
  return {
    'PUT /nodes/{name}/heartbeat': {
      id: 'heartbeat',
      tag: 'nodes',
      summary: 'This node lives',
      description:
        'A name that nobody has heard of is registered by it, with the defaults; with `nodes.auto_register` off it is 404.\n\nA heartbeat that registers a node or ends a failure is answered once that is on disk.',
      scope: 'heal',
      answers: {
        200: { means: 'The node is active.', body: liveNode },
        400: wrongName,
        404: unknown,
        429: { means: 'There are `nodes.max` nodes already.', body: failure },
        503: notJustNow,
      },
      examples: [
        { name: 'heartbeat', path: { name: 'db1' }, status: 200, answer: { name: 'db1', state: 'active' } },
        {
          name: 'wrong_name',
          path: { name: '%FF' },
          status: 400,
          answer: { error: 'invalid node name', code: 'HEARTBEAT_INVALID_NODE_NAME' },
        },
      ],
    },
    'POST /nodes/heartbeats': {
      id: 'heartbeats',
      tag: 'nodes',
      summary: 'All of these live',
      description: 'Answered once every node that it registered, and every recovery, is on disk.',
      scope: 'heal',
      body: {
        'application/json': z.array(z.string()).max(limits.batch),
        'text/plain': z.string().meta({ description: 'One name a line.' }),
      },
      answers: {
        200: { means: 'How many were accepted, and which were not.', body: accepted },
        400: { means: 'The body is neither a JSON array nor one name a line.', body: failure },
        413: { means: 'Too many names, or bytes.', body: failure },
        503: notJustNow,
      },
      examples: [
        {
          name: 'heartbeats',
          body: ['db1', 'web/1', ''],
          status: 200,
          answer: { accepted: 2, rejected: [{ index: 2, error: 'invalid node name' }] },
        },
      ],
    },
    'GET /nodes': {
      id: 'nodes',
      tag: 'nodes',
      summary: 'Which nodes there are',
      description: 'By name, in the order of the bytes of UTF-8.',
      scope: 'read',
      query: listingQuery(limits.page),
      answers: {
        200: { means: 'A page of nodes.', body: nodes },
        400: { means: 'A parameter is wrong, which the sentence names.', body: failure },
      },
      examples: [
        {
          name: 'by_label',
          query: { state: 'active', label: 'team:infra', limit: '1' },
          status: 200,
          answer: { nodes: [SHOWN], next_cursor: null },
        },
        {
          name: 'wrong_state',
          query: { state: 'well' },
          status: 400,
          answer: {
            error: 'query parameter state must be active, inactive or failed',
            code: 'HEARTBEAT_INVALID_QUERY',
          },
        },
      ],
    },
    'PUT /nodes/{name}': {
      id: 'putNode',
      tag: 'nodes',
      summary: 'Register a node, or change its settings',
      description:
        'A field that is absent stays as it is, and `null` brings the default back, which follows the configuration. A new timeout begins now, so it fails nobody sooner than it takes.',
      scope: 'admin',
      body: { 'application/json': settingsWith([]) },
      answers: {
        200: { means: 'It was known, and is so now; on disk.', body: node },
        201: { means: 'It is registered; on disk.', body: node },
        400: { means: 'Something in the body is wrong: `problems` names all of it.', body: failure },
        429: { means: 'There are `nodes.max` nodes already.', body: failure },
        503: notJustNow,
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
          answer: { ...SHOWN, name: 'new', timeout: 30, max_retries: 3, labels: {} },
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
      summary: 'How a node stands',
      description:
        'With `from` or `to` also its `uptime` over that range, as far as the node was known and time has come.',
      scope: 'read',
      query: rangeQuery,
      answers: {
        200: { means: 'The node.', body: nodeInDetail },
        400: { means: 'The name is none, or a parameter is wrong.', body: failure },
        404: unknown,
      },
      examples: [
        { name: 'node', path: { name: NODE }, status: 200, answer: SHOWN },
        {
          name: 'uptime',
          path: { name: NODE },
          query: { from: '1795232025' },
          status: 200,
          answer: {
            ...SHOWN,
            uptime: {
              from: 1795232025,
              to: 1795318425,
              ratio: 0.998,
              active_seconds: 86100.5,
              inactive_seconds: 60,
              failed_seconds: 172.7,
              paused_seconds: 0,
              blind_seconds: 66.8,
            },
          },
        },
        stranger,
      ],
    },
    'DELETE /nodes/{name}': {
      id: 'forgetNode',
      tag: 'nodes',
      summary: 'Forget a node, and its past with it',
      scope: 'admin',
      answers: {
        204: { means: 'It is forgotten. A heartbeat that comes later begins anew.' },
        400: wrongName,
        404: unknown,
        503: notJustNow,
      },
      examples: [{ name: 'forget', path: { name: NODE }, status: 204 }, stranger],
    },
    'POST /nodes/{name}/fail': {
      ...onNode('fail', 'It is in trouble, says itself', { ...SHOWN, state: 'failed', deadline: null }),
      description:
        'It is `failed` at once, until its next heartbeat; of who has failed already it changes nothing.',
      scope: 'heal',
    },
    'POST /nodes/{name}/pause': {
      ...onNode('pause', 'Stop watching it', { ...SHOWN, paused: true, deadline: null }),
      description: 'A paused node records its heartbeats and never expires.',
    },
    'POST /nodes/{name}/resume': {
      ...onNode('resume', 'Go on watching it', SHOWN),
      description: 'Its timeout begins anew.',
    },
    'POST /nodes/{name}/acknowledge': {
      id: 'acknowledgeNode',
      tag: 'nodes',
      summary: 'Somebody takes care of its failure',
      description:
        'Nobody is reminded of it any more, and channels that are told late hear neither of it nor of its recovery. It is over when the node recovers; said again, it is replaced.',
      scope: 'admin',
      body: { 'application/json': acknowledgementBody },
      answers: {
        200: { means: 'The node, as it is now; on disk.', body: node },
        400: { means: 'The name is none, or something in the body is wrong.', body: failure },
        404: unknown,
        409: { means: 'The node has not failed.', body: failure },
        503: notJustNow,
      },
      examples: [
        {
          name: 'acknowledge',
          path: { name: 'failing' },
          body: { by: 'ann', reason: 'the disk is being changed' },
          status: 200,
          answer: {
            ...SHOWN,
            name: 'failing',
            state: 'failed',
            last_heartbeat: 1795318420,
            deadline: null,
            timeout: 30,
            max_retries: 3,
            labels: {},
            acknowledged: { by: 'ann', reason: 'the disk is being changed', at: 1795318425 },
          },
        },
        {
          name: 'not_failed',
          path: { name: NODE },
          body: { by: 'ann', reason: 'the disk is being changed' },
          status: 409,
          answer: { error: 'the node has not failed', code: 'HEARTBEAT_NOT_FAILED' },
        },
        {
          name: 'wrong_body',
          path: { name: NODE },
          body: { by: 'ann' },
          status: 400,
          answer: {
            error: 'reason: must be a string',
            code: 'HEARTBEAT_INVALID_BODY',
            problems: [{ path: 'reason', problem: 'must be a string' }],
          },
        },
        { ...stranger, body: { by: 'ann', reason: 'the disk is being changed' } },
      ],
    },
    'GET /nodes/{name}/flips': {
      id: 'flips',
      tag: 'nodes',
      summary: 'What has become of it so far',
      description:
        'Every change of its state. `at` is the deadline that passed, or the heartbeat or report that came; not when it was noticed.',
      scope: 'read',
      query: pageQuery(limits.page),
      answers: {
        200: { means: 'A page of flips.', body: flips },
        400: { means: 'The name is none, or a parameter is wrong.', body: failure },
        404: unknown,
      },
      examples: [
        {
          name: 'last_flip',
          path: { name: 'failing' },
          query: { order: 'desc', limit: '1' },
          status: 200,
          answer: {
            name: 'failing',
            flips: [
              {
                from: 'active',
                to: 'failed',
                at: 1795318425,
                at_ms: 1795318425000,
                cause: 'report',
                retries: 0,
                blind_seconds: 0,
              },
            ],
            next_cursor: null,
          },
        },
        stranger,
      ],
    },
  };
}

function onNode(id: string, summary: string, answer: object): Operation {
  return {
    id: `${id}Node`,
    tag: 'nodes',
    summary,
    scope: 'admin',
    answers: {
      200: { means: 'The node, as it is now. Said twice it changes nothing more.', body: node },
      400: wrongName,
      404: unknown,
      503: notJustNow,
    },
    examples: [{ name: id, path: { name: NODE }, status: 200, answer }, stranger],
  };
}
