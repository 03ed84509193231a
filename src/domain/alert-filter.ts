import type { AlertRecord, AlertType, DeliveryState } from './alert.js';
import type { NodeName } from './node-name.js';

/** Which alerts are wanted. Undefined parts match every alert. */
export interface AlertFilter {
  /** About this node: alone, or among others. */
  readonly node: NodeName | undefined;
  readonly type: AlertType | undefined;
  /** For this channel; with states, in one of those states on it. */
  readonly channel: string | undefined;
}

/** Which alerts are wanted, and in which states of delivery; undefined: in any. */
interface AlertSelection {
  readonly states: readonly DeliveryState[] | undefined;
  readonly filter: AlertFilter;
}

/** Whether an alert matches. */
export function isWanted(
  { alert, deliveries }: AlertRecord,
  { states, filter: { node, type, channel } }: AlertSelection,
): boolean {
  if (type !== undefined && alert.type !== type) return false;
  if (node !== undefined && !isAbout(alert, node)) return false;
  if (channel === undefined) return true;
  const there = deliveries.find((delivery) => delivery.channel === channel);
  return there !== undefined && (states === undefined || states.includes(there.state));
}

function isAbout({ node, group, mass }: AlertRecord['alert'], name: NodeName): boolean {
  if (node !== undefined) return node.name === name;
  return (group?.nodes.some((each) => each.name === name) ?? false) || (mass?.sample.includes(name) ?? false);
}
