import * as z from 'zod';
import { CONTENT_TYPE } from '../../views/metrics/text.js';
import { failure } from '../../views/error-answer.js';
import {
  cluster,
  configurationDiff,
  healthy,
  notStoring,
  ready,
  stats,
  storing,
  supervision,
  unready,
} from '../../views/ops-answers.js';
import { BACKUP_TYPE } from './backup-route.js';
import { type Operations, unavailable } from '../contract/operation.js';

const PROBE = 'Answered under any load and without a key, to OPTIONS as to GET.';

/** The state of the daemon, and its contract. */
export const daemonOperations: Operations = {
  'GET /healthz': {
    id: 'health',
    tag: 'daemon',
    summary: 'Liveness probe',
    description: PROBE,
    scope: undefined,
    answers: { 200: { means: 'The process is alive and its event loop runs.', body: healthy } },
    examples: [{ name: 'healthy', status: 200, answer: { status: 'ok' } }],
  },
  'GET /readyz': {
    id: 'readiness',
    tag: 'daemon',
    summary: 'Readiness probe',
    description: PROBE,
    scope: undefined,
    answers: {
      200: {
        means: 'The daemon can serve. `not_storing` says what it cannot store, and why.',
        body: ready,
      },
      503: {
        means:
          'The daemon is starting or stopping, its data directory is gone, or it may no longer own its database.',
        body: unready,
      },
    },
    examples: [{ name: 'ready', status: 200, answer: { status: 'ready' } }],
  },
  'GET /readyz/storing': {
    id: 'storing',
    tag: 'daemon',
    summary: 'Whether everything is stored',
    description: `${PROBE} For alerting: a daemon on a full disk still serves users who are online.`,
    scope: undefined,
    answers: {
      200: { means: 'The daemon is ready, and can store.', body: storing },
      503: {
        means:
          'The daemon is not ready, its store refuses writes or is damaged, or declared nodes are not applied yet.',
        body: notStoring,
      },
    },
    examples: [{ name: 'storing', status: 200, answer: { status: 'storing' } }],
  },
  'GET /stats': {
    id: 'stats',
    tag: 'daemon',
    summary: 'Count users, devices, nodes and readers',
    description:
      'The counts are of the whole daemon, also for a key that is limited to some users or nodes, as in `/metrics`.',
    scope: 'read',
    answers: {
      200: { means: 'How many there are now.', body: stats },
      503: {
        means: 'Some users or nodes cannot be counted at present. Send the request again.',
        body: failure,
      },
    },
    examples: [{ name: 'stats', status: 200 }],
  },
  'GET /config/diff': {
    id: 'configurationDiff',
    tag: 'daemon',
    summary: 'What a reload would do',
    description:
      'Reads the configuration and the file of declared nodes again, and changes nothing. Channels are not opened, so a module that cannot be loaded is not noticed.',
    scope: 'admin',
    answers: {
      200: { means: 'What a reload would change now.', body: configurationDiff },
      403: { means: 'The key is limited to some nodes, or has another scope.', body: failure },
      503: unavailable,
    },
    examples: [{ name: 'now', status: 200 }],
  },
  'GET /store/backup': {
    id: 'backup',
    tag: 'daemon',
    summary: 'A backup of the store',
    description:
      'Lines of JSON, as docs/backup.md describes them: every record as of the beginning of the answer. Without the last line, which has `sha256`, it is torn. `heartbeat store backup` writes it to a file and checks it.',
    scope: 'admin',
    answers: {
      200: { means: 'The lines, as fast as they are read.', body: z.string(), type: BACKUP_TYPE },
      403: { means: 'The key is limited to some users or nodes, or has another scope.', body: failure },
      404: { means: 'The history is in memory, or divided into partitions.', body: failure },
      429: { means: 'Another backup is under way.', body: failure },
      503: unavailable,
    },
    examples: [{ name: 'now', status: 200 }],
  },
  'GET /supervision': {
    id: 'supervision',
    tag: 'daemon',
    summary: 'The supervision tree',
    description:
      'Restarts and crashes of each child, mailboxes, refused requests with reasons, blind intervals, the store.',
    scope: 'read',
    answers: { 200: { means: 'The tree, with queues, limits and recent failures.', body: supervision } },
    examples: [{ name: 'supervision', status: 200 }],
  },
  'GET /cluster': {
    id: 'cluster',
    tag: 'daemon',
    summary: 'The members of the cluster, and who owns what',
    description:
      'As this daemon knows it. Users and nodes of a partition are answered by its owner; the other members answer 503.',
    scope: 'read',
    answers: {
      200: { means: 'The members and the partitions.', body: cluster },
      404: { means: 'The daemon is in no cluster.', body: failure },
    },
    examples: [{ name: 'alone', status: 404 }],
  },
  'GET /metrics': {
    id: 'metrics',
    tag: 'daemon',
    summary: 'Metrics for Prometheus',
    description: 'docs/metrics.md describes every metric.',
    scope: 'read',
    answers: { 200: { means: "Prometheus's text format.", body: z.string(), type: CONTENT_TYPE } },
    examples: [{ name: 'metrics', status: 200 }],
  },
  'GET /openapi.json': {
    id: 'openapi',
    tag: 'daemon',
    summary: 'This document',
    scope: 'read',
    answers: {
      200: { means: 'OpenAPI 3.1.', body: z.looseObject({ openapi: z.string() }) },
    },
    examples: [{ name: 'document', status: 200 }],
  },
  'GET /docs': {
    id: 'docs',
    tag: 'daemon',
    summary: 'This document as a web page',
    description: 'One page without scripts or requests to other hosts.',
    scope: 'read',
    answers: { 200: { means: 'HTML.', body: z.string(), type: 'text/html; charset=utf-8' } },
    examples: [{ name: 'page', status: 200 }],
  },
};
