import type { AlertType } from '../../domain/alert.js';
import type { AlertMessage } from '../../ports/channel.js';

const AT = 1_795_318_425;
const ID = '01M8160K8C0000MBCVSRV9YN0E';

const node = {
  name: 'db-1',
  state: 'failed',
  retries: 3,
  last_heartbeat: AT - 120,
  labels: { env: 'prod' },
} as const;

const common = { id: ID, at: AT, at_ms: AT * 1000, blind_seconds: 0 };

/** Of a node in this state. */
function aboutNode(type: AlertType, state: 'active' | 'inactive' | 'failed', message: string): AlertMessage {
  return { ...common, type, node: { ...node, state }, message };
}

/** An alert of each type, to check templates with, and to show what a channel sends. */
export const SAMPLE_ALERTS: Readonly<Record<AlertType, AlertMessage>> = {
  'node.failed': aboutNode('node.failed', 'failed', "Node 'db-1' has failed: no heartbeat for 2 min."),
  'node.reported_failure': {
    ...aboutNode('node.reported_failure', 'failed', "Node 'db-1' has reported a failure: disk full."),
    reason: 'disk full',
  },
  'node.recovered': aboutNode(
    'node.recovered',
    'active',
    "Node 'db-1' has recovered: its heartbeat is back.",
  ),
  'node.deleted': aboutNode(
    'node.deleted',
    'active',
    "Node 'db-1' was deleted, and its failure ends with it.",
  ),
  'channel.closed': aboutNode(
    'channel.closed',
    'failed',
    "Alerts of node 'db-1' no longer go here. It is still failed.",
  ),
  'node.inactive': aboutNode(
    'node.inactive',
    'inactive',
    "Node 'db-1' is inactive: no heartbeat for 30 s; 3 retries are left.",
  ),
  mass_failure: {
    ...common,
    type: 'mass_failure',
    message:
      "25 nodes have failed within 10 s, of 50 watched: this daemon or its network may be at fault. Alerts are held for 1 min. Among them: 'db-1', 'db-2' and 23 more.",
    count: 25,
    sample: ['db-1', 'db-2'],
  },
  test: { ...common, type: 'test', message: "This is a test of channel 'ops'." },
};

/** A message about many nodes. */
export const SAMPLE_GROUP: AlertMessage = {
  ...common,
  type: 'node.failed',
  message: "2 nodes have failed: 'db-1', 'db-2'. 1 node has recovered: 'web-1'.",
  nodes: [
    { name: 'db-1', state: 'failed', at: AT, labels: { env: 'prod' } },
    { name: 'db-2', state: 'failed', at: AT + 1, labels: { env: 'prod' } },
    { name: 'web-1', state: 'active', at: AT + 2, labels: {} },
  ],
  alert_ids: [ID],
};
