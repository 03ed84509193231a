import { raisedAt } from '../../../src/domain/alert-id.js';
import { isOpen, type AlertId, type AlertRecord, type Delivery } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Instant, Moment } from '../../../src/domain/time.js';
import { changeFeed, type ChangeFeed } from '../../shards/change-feed.js';
import type { AlertChange } from '../notifier.protocol.js';
import { IntentRegister } from './attempt-intents.js';
import { ChannelTotals } from '../channel/channel-totals.js';
import { nodesOf } from '../grouping/group.js';
import { deliveryTo, type NodeMessages, type OpenDelivery } from './delivery.js';
import { UnstoredAlerts } from './unstored-alerts.js';

/** The present records of alerts with an open delivery; and all changed records that are not on disk yet. */
export class OpenAlerts {
  readonly #records = new Map<AlertId, AlertRecord>();
  /** The alerts of each node, in the order in which they were raised. */
  readonly #ofNode = new Map<NodeName, Set<AlertId>>();
  /** Groups, and the nodes that each names: collected when somebody first asks. */
  readonly #groups = new Map<AlertId, ReadonlySet<string> | undefined>();
  readonly #heldTogether = new Set<AlertId>();
  readonly #silenced = new Set<AlertId>();
  /** The last alert of each flapping node, which folds those before it, and when it was raised. */
  readonly #summaries = new Map<AlertId, Moment>();
  readonly #unstored = new UnstoredAlerts();
  /** Alerts of nodes that have been deleted since, with the messages that count for them. */
  readonly #ofDeletedNodes = new Map<AlertId, NodeMessages>();
  readonly #totals: ChannelTotals;
  readonly #intents: IntentRegister;
  readonly #changes: ChangeFeed<AlertChange>;

  constructor(
    totals = new ChannelTotals(),
    intents = new IntentRegister(),
    changes = changeFeed<AlertChange>(),
  ) {
    this.#totals = totals;
    this.#intents = intents;
    this.#changes = changes;
  }

  get size(): number {
    return this.#records.size;
  }

  /** Alerts held until the end of a mass failure. */
  get heldTogether(): ReadonlySet<AlertId> {
    return this.#heldTogether;
  }

  /** The number of alerts that a silence holds. */
  get silenced(): number {
    return this.#silenced.size;
  }

  get summaries(): ReadonlyMap<AlertId, Moment> {
    return this.#summaries;
  }

  /** The present records that are not on disk yet. */
  get unstored(): UnstoredAlerts {
    return this.#unstored;
  }

  inspect(): object {
    return {
      open: this.#records.size,
      unstored: this.#unstored.size,
      held: this.#heldTogether.size,
      flapping: this.#summaries.size,
      silenced: this.#silenced.size,
    };
  }

  /** The record in memory: open, or not on disk yet. */
  inMemory(id: AlertId): AlertRecord | undefined {
    return this.get(id) ?? this.#unstored.get(id);
  }

  get(id: AlertId): AlertRecord | undefined {
    return this.#records.get(id);
  }

  all(): Iterable<AlertRecord> {
    return this.#records.values();
  }

  /** The open alerts of a node, in order. */
  ofNode(node: NodeName): readonly AlertRecord[] {
    return [...(this.#ofNode.get(node) ?? [])].flatMap((id) => this.#records.get(id) ?? []);
  }

  /**
   * The node was deleted. Its open alerts count with its messages, not with those of a later node of that name.
   *
   * @param until when it was deleted, if that was in an earlier run
   */
  nodeDeleted(node: NodeName, messages: NodeMessages, until?: Instant): void {
    for (const id of this.#ofNode.get(node) ?? []) {
      const isOfLaterNode = until !== undefined && raisedAt(id) > until;
      if (!isOfLaterNode && !this.#ofDeletedNodes.has(id)) this.#ofDeletedNodes.set(id, messages);
    }
  }

  /** The messages of its node, if that has been deleted. */
  messagesOfDeleted({ alert: { id } }: AlertRecord): NodeMessages | undefined {
    return this.#ofDeletedNodes.get(id);
  }

  /** The open deliveries of a node to a channel, in order. */
  of(node: NodeName, channel: string): OpenDelivery[] {
    const found: OpenDelivery[] = [];
    for (const record of this.ofNode(node)) {
      const delivery = this.delivery(record, channel);
      if (delivery !== undefined && isOpen(delivery)) found.push({ record, delivery });
    }
    return found;
  }

  /** Whether an open group for this channel names the node. */
  isInGroup(node: NodeName, channel: string): boolean {
    for (const [id, collected] of this.#groups) {
      const record = this.#records.get(id);
      const delivery = record && this.delivery(record, channel);
      if (record === undefined || delivery === undefined || !isOpen(delivery)) continue;
      const names = collected ?? new Set(nodesOf(record));
      if (collected === undefined) this.#groups.set(id, names);
      if (names.has(node)) return true;
    }
    return false;
  }

  /** The delivery without an attempt that has not begun. */
  delivery(record: AlertRecord, channel: string): Delivery | undefined {
    const delivery = deliveryTo(record, channel);
    return delivery && this.#intents.inFact(record.alert.id, delivery);
  }

  /** The record is on its way to the disk. */
  put(record: AlertRecord, now: Moment): void {
    this.#intents.update(record);
    this.#count(record);
    const { listener } = this.#changes;
    if (listener !== undefined) listener({ before: this.#before(record), record });
    this.#unstored.put(record);
    this.restore(record, now);
  }

  /** @param now when it was raised, as far as is known */
  restore(record: AlertRecord, now: Moment): void {
    const { alert, deliveries } = record;
    if (!deliveries.some(isOpen)) {
      this.#forget(record);
      return;
    }
    this.#records.set(alert.id, record);
    // It may have grown.
    if (alert.group !== undefined) this.#groups.set(alert.id, undefined);
    if (alert.node !== undefined) {
      const ofNode = this.#ofNode.get(alert.node.name);
      if (ofNode === undefined) this.#ofNode.set(alert.node.name, new Set([alert.id]));
      else ofNode.add(alert.id);
    }
    if (deliveries.some(({ hold }) => hold === 'mass_failure')) this.#heldTogether.add(alert.id);
    else this.#heldTogether.delete(alert.id);
    if (deliveries.some(({ hold }) => hold === 'silence')) this.#silenced.add(alert.id);
    else this.#silenced.delete(alert.id);
    if (!deliveries.some(({ hold }) => hold === 'flapping')) this.#summaries.delete(alert.id);
    else if (!this.#summaries.has(alert.id)) this.#summaries.set(alert.id, now);
  }

  /** The disk has this record and everything before it. */
  stored(record: AlertRecord): void {
    const { id } = record.alert;
    if (this.#unstored.get(id) === record) this.#unstored.delete(id);
  }

  #before(record: AlertRecord): AlertRecord | undefined {
    return this.inMemory(record.alert.id) ?? (isDeliveredAgain(record) ? record : undefined);
  }

  #count(record: AlertRecord): void {
    const before = this.#records.get(record.alert.id);
    // A failed one that was not open is delivered again; it was counted before.
    if (before === undefined && isDeliveredAgain(record)) return;
    for (const { channel, state } of record.deliveries) {
      if (before !== undefined && deliveryTo(before, channel)?.state === state) continue;
      this.#totals.count(channel, state);
    }
  }

  #forget({ alert: { id, node } }: AlertRecord): void {
    this.#records.delete(id);
    this.#groups.delete(id);
    this.#heldTogether.delete(id);
    this.#silenced.delete(id);
    this.#summaries.delete(id);
    this.#ofDeletedNodes.delete(id);
    if (node === undefined) return;
    const ofNode = this.#ofNode.get(node.name);
    ofNode?.delete(id);
    if (ofNode?.size === 0) this.#ofNode.delete(node.name);
  }
}

/** Of a record that is in memory for the first time: whether it is a failed one of before. */
function isDeliveredAgain({ deliveries }: AlertRecord): boolean {
  return deliveries.some(({ lastError }) => lastError !== undefined);
}
