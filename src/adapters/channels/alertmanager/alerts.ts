import { isEnd } from '../../../domain/alert.js';
import type { AlertMessage, StandingFailure } from '../../../ports/channel.js';
import { standingOf } from '../alert-text.js';

type Labels = Readonly<Record<string, string>>;

/** As API v2 takes it. Its labels are its identity; without an end, Alertmanager ends it by itself. */
export interface PostedAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt?: string;
}

/** What Alertmanager is told of one node, or of what concerns no single one. */
export interface SentAlert {
  readonly node: string | undefined;
  readonly isFiring: boolean;
  readonly alert: PostedAlert;
}

/**
 * What an alert tells Alertmanager: each node that it is about is an alert of its own there.
 *
 * @param own labels that all of them get
 * @param firingUntil when what fires ends unless it is told of again, in Unix seconds
 */
export function toldBy(message: AlertMessage, own: Labels, firingUntil: number): readonly SentAlert[] {
  const { node, nodes, type } = message;
  const toldOf = (each: NonNullable<AlertMessage['nodes']>[number], summary: string): SentAlert =>
    toldOfNode(each, annotationsOf(message, summary), own, firingUntil);
  if (nodes !== undefined) {
    return nodes.map((each) => {
      // Whoever hears of it no more cannot hear of its end.
      const told = type === 'channel.closed' ? ({ ...each, state: 'active', at: message.at } as const) : each;
      return toldOf(told, `Node '${each.name}' ${standingOf(each)}.`);
    });
  }
  if (node !== undefined) {
    // Whatever it was last: it is no more, or is none of this receiver's, and its alert ends.
    const { state } = isEnd(type) ? ({ state: 'active' } as const) : node;
    return [toldOf({ ...node, state, at: message.at }, message.message)];
  }
  const [alertname, severity] = ALONE[type === 'test' ? 'test' : 'mass_failure'];
  const labels = labelsOf(alertname, { severity, ...own });
  const alert = { labels, annotations: annotationsOf(message, message.message), startsAt: iso(message.at) };
  return [{ node: undefined, isFiring: true, alert }];
}

/** What a failure tells it that stands, while no message does. */
export function failureOf(failure: StandingFailure, own: Labels, firingUntil: number): SentAlert {
  const summary = `Node '${failure.name}' is failed.`;
  const description = `Node '${failure.name}' has failed, and still is.`;
  return toldOfNode({ ...failure, state: 'failed' }, { summary, description }, own, firingUntil);
}

function toldOfNode(
  { name, state, labels, at }: NonNullable<AlertMessage['nodes']>[number],
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

/** Alertmanager takes names such as Prometheus's, and takes an empty value for none. */
function labelsOf(alertname: string, others: Labels): Labels {
  const named = Object.entries(others)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => [key.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_'), value] as const);
  return { ...Object.fromEntries(named), alertname };
}

export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
