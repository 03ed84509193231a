import type { AlertRecord, Delivery } from '../../src/domain/alert.js';
import { unixSeconds } from '../../src/domain/time.js';
import type { AlertMessage } from '../../src/ports/channel.js';
import { withFolds } from './sentences.js';

/** An alert as a channel is handed it. */
export function messageOf({ alert }: AlertRecord, { folds }: Pick<Delivery, 'folds'>): AlertMessage {
  const { id, type, at, node, blind, message, mass, group } = alert;
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
    message: folds === undefined ? message : withFolds(message, folds),
    ...(mass !== undefined && { count: mass.count, sample: mass.sample }),
    ...(group !== undefined && {
      nodes: group.nodes.map(({ name, state, labels, at: since }) => ({
        name,
        state,
        at: unixSeconds(since),
        labels,
      })),
    }),
    ...(standsFor.length > 0 && { alert_ids: standsFor }),
  };
}
