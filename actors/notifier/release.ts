import type { AlertIds } from '../../src/domain/alert-id.js';
import type { Alert, AlertId, AlertRecord, AlertType, GroupedNode, Hold } from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { instant, type Instant } from '../../src/domain/time.js';
import { fresh, moved, withDelivery } from './delivery.js';
import type { OpenAlerts, OpenDelivery } from './open-alerts.js';
import { groupSentence } from './sentences.js';

/** Alerts that one message stands for, at the most, and so the records of one batch. */
export const GROUP = 5_000;

export interface Release {
  readonly ids: AlertIds;
  readonly wall: Instant;
  /** How many alerts one message stands for; what is over is left for the next call. */
  readonly most: number;
  /** Counts one more message of a node of its own, where it may have one; the last of one that flaps waits. */
  readonly tell: (channel: string, node: NodeName) => boolean;
}

export function chunked<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_each, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/**
 * Lets go of what was held and has not cancelled itself: one message a channel stands for all of it, and names it.
 *
 * @param alerts those of which something may be held
 * @returns the records that change: one batch, or alerts would be told twice, or not
 */
export function letGo(
  open: OpenAlerts,
  alerts: Iterable<AlertId>,
  hold: Hold,
  { ids, wall, most, tell }: Release,
): readonly AlertRecord[] {
  const records = new Map<string, AlertRecord>();
  const ofChannel = new Map<string, OpenDelivery[]>();
  for (const id of alerts) {
    const record = open.get(id);
    if (record === undefined) continue;
    if (records.size === most) break;
    records.set(id, record);
    for (const delivery of record.deliveries) {
      if (delivery.hold !== hold) continue;
      const others = ofChannel.get(delivery.channel);
      if (others === undefined) ofChannel.set(delivery.channel, [{ record, delivery }]);
      else others.push({ record, delivery });
    }
  }
  const groups: AlertRecord[] = [];
  for (const [channel, members] of ofChannel) {
    const [only] = members;
    const isOne = members.length === 1;
    for (const { record, delivery } of members) {
      const { id, node } = record.alert;
      const waits = isOne && node !== undefined && !tell(channel, node.name);
      const alone = waits ? ({ ...delivery, hold: 'flapping' } as const) : moved(delivery, 'pending');
      const changed = isOne ? { ...alone, since: wall } : moved(delivery, 'folded');
      records.set(id, withDelivery(records.get(id) ?? record, changed));
    }
    if (only === undefined || isOne) continue;
    groups.push({ alert: groupOf(members, ids, wall), deliveries: [fresh(channel, wall)] });
  }
  return [...records.values(), ...groups];
}

function groupOf(members: readonly OpenDelivery[], ids: AlertIds, wall: Instant): Alert {
  const nodes = new Map<NodeName, GroupedNode>();
  const alertIds = members.flatMap(({ record, delivery }) => [
    ...(delivery.folds?.ids ?? []),
    record.alert.id,
  ]);
  let at = -Infinity;
  let blind = 0;
  const types = new Set<AlertType>();
  for (const { alert } of members.map(({ record }) => record)) {
    at = Math.max(at, alert.at);
    blind = Math.max(blind, alert.blind);
    if (alert.node === undefined) continue;
    // The last that is known of a node is what counts.
    const { name, state, labels } = alert.node;
    nodes.set(name, { name, state, at: alert.at, labels });
    types.add(alert.type);
  }
  const grouped = [...nodes.values()];
  return {
    id: ids.next(wall),
    type: GRAVEST.find((type) => types.has(type)) ?? 'node.failed',
    at: instant(at),
    node: undefined,
    blind,
    message: groupSentence(grouped),
    group: { nodes: grouped, alertIds },
  };
}

const GRAVEST = ['node.failed', 'node.reported_failure', 'node.inactive', 'node.recovered'] as const;

/** The nodes that it is about, of which nothing later may be told before it. */
export function lanesOf({ alert }: AlertRecord): readonly string[] {
  if (alert.group !== undefined) return alert.group.nodes.map(({ name }) => name);
  return alert.node === undefined ? [] : [alert.node.name];
}
