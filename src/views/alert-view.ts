import type * as z from 'zod';
import type { ChannelPreview } from '../app/api/alerts-api.js';
import type { AlertRecord, Delivery } from '../domain/alert.js';
import { unixSeconds } from '../domain/time.js';
import type * as answer from './alert-answers.js';

/** An alert, and its delivery state in each channel. */
export function alertView({ alert, deliveries }: AlertRecord): z.output<typeof answer.alert> {
  const { id, type, at, node, blind, message, reason, reminder, causedBy, silencedBy, mass, group } = alert;
  return {
    id,
    type,
    at: unixSeconds(at),
    at_ms: at,
    node: node?.name ?? null,
    blind_seconds: Math.round(blind) / 1000,
    message,
    ...(reason !== undefined && { reason }),
    ...(reminder !== undefined && { reminder }),
    ...(causedBy !== undefined && { caused_by: causedBy }),
    ...(silencedBy !== undefined && { silenced_by: silencedBy }),
    ...(mass !== undefined && { count: mass.count, sample: mass.sample }),
    ...(group !== undefined && { nodes: group.nodes.map(({ name }) => name), alert_ids: group.alertIds }),
    channels: Object.fromEntries(deliveries.map((delivery) => [delivery.channel, shownDelivery(delivery)])),
  };
}

/** The answer to `GET /channels/:name/preview`. */
export function previewView(
  channel: string,
  { kind, previews }: ChannelPreview,
): z.output<typeof answer.channelPreview> {
  const textOf = (sent: unknown): string =>
    typeof sent === 'string' ? sent : JSON.stringify(sent, undefined, 2);
  return { channel, kind, previews: previews.map(({ alert, sent }) => ({ alert, sent: sent.map(textOf) })) };
}

function shownDelivery({
  state,
  hold,
  attempts,
  lastAttempt,
  lastError,
  person,
  folds,
  insteadOf,
}: Delivery): z.output<typeof answer.delivery> {
  return {
    state,
    ...(hold !== undefined && { held_for: hold }),
    attempts,
    last_attempt: lastAttempt === undefined ? null : unixSeconds(lastAttempt),
    last_error: lastError ?? null,
    ...(person !== undefined && { person }),
    ...(insteadOf !== undefined && { instead_of: insteadOf }),
    ...(folds !== undefined && { folded: folds.count, alert_ids: folds.ids }),
  };
}
