import { parseAlertId, raisedAt } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import type { AlertMessage } from '../../../src/ports/channel.js';
import type { Receiver, Told } from '../world/receivers.js';
import { firstAfter } from './search.js';

/** A message to a receiver, with its first attempt. */
export interface Sent extends Told {
  readonly channel: string;
  readonly raised: number;
  /** When the receiver first accepted it. */
  readonly deliveredAt: number;
}

/** All messages in the order of their first attempts. */
export interface AllSent {
  readonly all: readonly Sent[];
  /** The messages that name a node. */
  readonly ofNode: ReadonlyMap<string, readonly Sent[]>;
}

/** @param lead the wall clock minus the monotonic clock */
export function sentTo(receivers: Iterable<Receiver>, lead: number): AllSent {
  const all = [...receivers]
    .flatMap(({ name, attempted, told }) => {
      const deliveredAt = new Map<string, number>();
      for (const { message, at } of told) if (!deliveredAt.has(message.id)) deliveredAt.set(message.id, at);
      return [...attempted.values()].map((one) => ({
        ...one,
        channel: name,
        raised: raisedOnMonotonic(one.message.id, lead),
        deliveredAt: deliveredAt.get(one.message.id) ?? Infinity,
      }));
    })
    .sort((a, b) => a.at - b.at);
  const ofNode = new Map<string, Sent[]>();
  for (const one of all) {
    for (const node of namedIn(one.message)) {
      const before = ofNode.get(node);
      if (before === undefined) ofNode.set(node, [one]);
      else before.push(one);
    }
  }
  return { all, ofNode };
}

/** When mass failures were noticed. */
export function massFailuresIn(records: readonly AlertRecord[], lead: number): readonly number[] {
  return records.flatMap(({ alert }) =>
    alert.type === 'mass_failure' ? [raisedOnMonotonic(alert.id, lead)] : [],
  );
}

function raisedOnMonotonic(id: string, lead: number): number {
  const parsed = parseAlertId(id);
  return parsed === undefined ? NaN : raisedAt(parsed) - lead;
}

/** The messages that name a node, from a moment on. */
export function sentSince({ ofNode }: AllSent, node: string, from: number): readonly Sent[] {
  const sent = ofNode.get(node) ?? [];
  return sent.slice(firstAfter(sent, ({ at }) => at >= from));
}

export function namedIn({ node, nodes = [] }: AlertMessage): readonly string[] {
  return node === undefined ? nodes.map(({ name }) => name) : [node.name];
}

/** Whether the message says that this node failed at this instant. */
export function isAbout(
  { type, node, nodes = [], at_ms, reminder }: AlertMessage,
  name: string,
  at: number,
): boolean {
  if (reminder !== undefined) return false;
  if (node !== undefined)
    return node.name === name && at_ms === at && (type === 'node.failed' || type === 'node.reported_failure');
  return nodes.some((one) => one.name === name && one.state === 'failed' && one.at === Math.floor(at / 1000));
}
