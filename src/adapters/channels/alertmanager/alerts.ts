import { isEnd } from '../../../domain/alert.js';
import type { AlertMessage, OpenFailure } from '../../../ports/channel.js';
import { stateText } from '../alert-text.js';

type Labels = Readonly<Record<string, string>>;

/** An alert in API v2. Its labels are its identity. Without an end, Alertmanager ends it by itself. */
export interface PostedAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt?: string;
  /** The link to the node. */
  readonly generatorURL?: string;
}

/** The alert for one node, or for no single node. */
export interface SentAlert {
  readonly node: string | undefined;
  readonly isFiring: boolean;
  readonly alert: PostedAlert;
}

/**
 * The alerts in a message: each node is an alert of its own.
 *
 * @param own labels that all alerts get
 * @param firingUntil when a firing alert ends unless it is repeated, in Unix seconds
 */
export function alertsIn(message: AlertMessage, own: Labels, firingUntil: number): readonly SentAlert[] {
  const { node, nodes, type } = message;
  const alertOf = (each: NonNullable<AlertMessage['nodes']>[number], summary: string): SentAlert =>
    alertOfNode(each, annotationsOf(message, summary), own, firingUntil);
  if (nodes !== undefined) {
    return nodes.map((each) => {
      // A receiver that gets no more messages must get the end now.
      const last = type === 'channel.closed' ? ({ ...each, state: 'active', at: message.at } as const) : each;
      return alertOf(last, `Node '${each.name}' ${stateText(each)}.`);
    });
  }
  if (node !== undefined) {
    // Whatever the last state was: the node is deleted, or no longer this receiver's, so its alert ends.
    const { state } = isEnd(type) ? ({ state: 'active' } as const) : node;
    const { links } = message;
    return [
      alertOf({ ...node, state, at: message.at, ...(links !== undefined && { links }) }, message.message),
    ];
  }
  const [alertname, severity] = ALONE[type === 'test' ? 'test' : 'mass_failure'];
  const labels = labelsOf(alertname, { severity, ...own });
  const alert = { labels, annotations: annotationsOf(message, message.message), startsAt: iso(message.at) };
  return [{ node: undefined, isFiring: true, alert }];
}

/** The alert for an open failure, outside any message. */
export function failureOf(failure: OpenFailure, own: Labels, firingUntil: number): SentAlert {
  const summary = `Node '${failure.name}' is failed.`;
  const description = `Node '${failure.name}' has failed, and still is.`;
  return alertOfNode({ ...failure, state: 'failed' }, { summary, description }, own, firingUntil);
}

function alertOfNode(
  { name, state, labels, at, links }: NonNullable<AlertMessage['nodes']>[number],
  annotations: Labels,
  own: Labels,
  firingUntil: number,
): SentAlert {
  const isFiring = state !== 'active';
  const alert = {
    labels: { ...labelsOf('HeartbeatNodeFailed', { severity: 'critical', ...own, ...labels }), node: name },
    annotations,
    startsAt: iso(at),
    endsAt: iso(isFiring ? firingUntil : at),
    ...(links !== undefined && { generatorURL: links.node }),
  };
  return { node: name, isFiring, alert };
}

const ALONE = {
  mass_failure: ['HeartbeatMassFailure', 'critical'],
  test: ['HeartbeatTest', 'info'],
} as const;

function annotationsOf({ id, message, blind_seconds }: AlertMessage, summary: string): Labels {
  const blind = blind_seconds >= 1 && { blind_seconds: String(Math.round(blind_seconds)) };
  return { summary, description: message, alert_id: id, ...blind };
}

/** Alertmanager takes names like Prometheus's, and treats an empty value as none. */
function labelsOf(alertname: string, others: Labels): Labels {
  const named = Object.entries(others)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => [key.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_'), value] as const);
  return { ...Object.fromEntries(named), alertname };
}

export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
