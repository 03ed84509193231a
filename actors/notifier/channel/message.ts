import type { AlertRecord, Delivery } from '../../../src/domain/alert.js';
import { unixSeconds } from '../../../src/domain/time.js';
import type { AlertMessage } from '../../../src/ports/channel.js';
import { withDeadChannel, withFolds } from './sentences.js';

/** The message of an alert for channels. */
export function messageOf(
  { alert, deliveries }: AlertRecord,
  { folds, insteadOf }: Pick<Delivery, 'folds' | 'insteadOf'>,
): AlertMessage {
  const { id, type, at, node, blind, reason, reminder, mass, group } = alert;
  const whole = folds === undefined ? alert.message : withFolds(alert.message, folds);
  const dead = deliveries.find(({ channel }) => channel === insteadOf);
  const standsFor = [...(folds?.ids ?? []), ...(group?.alertIds ?? [])];
  return {
    id,
    type,
    at: unixSeconds(at),
    at_ms: at,
    ...(node !== undefined && {
      node: {
        name: node.name,
        state: node.state,
        retries: node.retries,
        last_heartbeat: node.lastHeartbeat === undefined ? null : unixSeconds(node.lastHeartbeat),
        labels: node.labels,
      },
    }),
    blind_seconds: Math.round(blind) / 1000,
    message: dead === undefined ? whole : withDeadChannel(whole, dead.channel, dead.lastError),
    ...(reason !== undefined && { reason }),
    ...(reminder !== undefined && { reminder }),
    ...(mass !== undefined && { count: mass.count, sample: mass.sample }),
    ...(group !== undefined && {
      nodes: group.nodes.map(({ name, state, labels, at: since, deleted }) => ({
        name,
        state,
        at: unixSeconds(since),
        labels,
        ...(deleted === true && { deleted }),
      })),
    }),
    ...(standsFor.length > 0 && { alert_ids: standsFor }),
  };
}
