import { createHash } from 'node:crypto';
import { isEnd } from '../../../domain/alert.js';
import type { AlertMessage } from '../../../ports/channel.js';
import { linksOf, shortened } from '../alert-text.js';

/** An event for PagerDuty, without the routing key. */
export interface PagerDutyEvent {
  readonly event_action: 'trigger' | 'resolve';
  readonly dedup_key: string;
  readonly client?: string;
  readonly client_url?: string;
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  readonly payload?: Readonly<Record<string, unknown>>;
}

type Node = NonNullable<AlertMessage['node']>;

const LONGEST_SUMMARY = 1_024;
const LONGEST_KEY = 255;
const SEVERITIES: readonly string[] = ['critical', 'error', 'warning', 'info'];

/** One event for each node in the alert, or one for an alert about no node. */
export function eventsOf(alert: AlertMessage): readonly PagerDutyEvent[] {
  const { node, nodes } = alert;
  if (nodes !== undefined) {
    return nodes.map(({ name, state, at, labels, links }) =>
      state === 'active' || alert.type === 'channel.closed'
        ? resolve(name)
        : trigger({ ...alert, links }, { name, state, labels }, at, `Node '${name}' is ${state}.`),
    );
  }
  if (node === undefined) return [trigger(alert, undefined, alert.at, alert.message)];
  return [isEnd(alert.type) ? resolve(node.name) : trigger(alert, node, alert.at, alert.message)];
}

function trigger(
  alert: Omit<AlertMessage, 'links'> & { readonly links?: AlertMessage['links'] | undefined },
  node: Pick<Node, 'name' | 'state' | 'labels'> | undefined,
  at: number,
  summary: string,
): PagerDutyEvent {
  const { id, type, blind_seconds } = alert;
  const [page, ...actions] = linksOf(alert);
  return {
    event_action: 'trigger',
    dedup_key: node === undefined ? `heartbeat:${type}:${id}` : keyOf(node.name),
    client: 'Heartbeat',
    ...(page !== undefined && { client_url: page.url }),
    ...(actions.length > 0 && { links: actions.map(({ url, title }) => ({ href: url, text: title })) }),
    payload: {
      summary: shortened(summary, LONGEST_SUMMARY),
      source: node?.name ?? 'heartbeat',
      severity: severityOf(type, node),
      timestamp: new Date(at * 1000).toISOString(),
      class: type,
      custom_details: { alert_id: id, message: alert.message, blind_seconds, ...node },
    },
  };
}

function resolve(name: string): PagerDutyEvent {
  return { event_action: 'resolve', dedup_key: keyOf(name) };
}

/** The same for every event of a node, or its recovery would resolve nothing. */
function keyOf(name: string): string {
  const key = `heartbeat:node:${name}`;
  if (key.length <= LONGEST_KEY) return key;
  return `heartbeat:node:sha256:${createHash('sha256').update(name).digest('hex')}`;
}

/** A label of the node may set the severity. */
function severityOf(type: AlertMessage['type'], node: Pick<Node, 'labels'> | undefined): string {
  const chosen = node?.labels['severity'];
  if (chosen !== undefined && SEVERITIES.includes(chosen)) return chosen;
  return type === 'test' ? 'info' : 'critical';
}
