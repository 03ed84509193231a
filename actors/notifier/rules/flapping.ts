import { raisedAt } from '../../../src/domain/alert-id.js';
import type { AlertRecord, CountedAlert, Delivery } from '../../../src/domain/alert.js';
import { isNotification } from '../../../src/domain/late-notification.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, momentOf, type Instant, type Millis, type Moment } from '../../../src/domain/time.js';
import { moved, withDelivery, type NodeMessages } from '../outbox/delivery.js';
import type { NextHold } from '../grouping/next-hold.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';

const HOUR: Millis = 3_600_000;

/** A node that was deleted in an earlier run. */
interface DeletedNode {
  readonly node: NodeName;
  readonly at: Instant;
  readonly messages: NodeMessages;
}

/** A message that was sent in an earlier run. */
interface SentMessage {
  readonly channel: string;
  readonly node: NodeName;
  readonly at: Moment;
  readonly ofDeleted: NodeMessages | undefined;
}

export interface FlappingOptions {
  /** The most messages of a node on a channel. */
  readonly maxPerHour: number;
}

/**
 * Flapping: counts the messages of each node on each channel, and limits them in an hour. The last one is held for the
 * summary, which `FlappingSummaries` releases once the node has been quiet (a debounce).
 */
export class Flapping {
  readonly #most: number;
  /** The messages of the last hour by channel and node. The node with the latest message is last. */
  readonly #sent = new Map<string, Map<NodeName, Moment[]>>();

  constructor(options: FlappingOptions) {
    this.#most = options.maxPerHour;
  }

  /** The number of pairs of channel and node with a message in the last hour. */
  get size(): number {
    let size = 0;
    for (const ofChannel of this.#sent.values()) size += ofChannel.size;
    return size;
  }

  /**
   * Whether one more message may go out at once.
   *
   * @param ofDeleted the messages of the node, if it has been deleted
   */
  allows(channel: string, node: NodeName, now: Moment, ofDeleted?: NodeMessages): boolean {
    const used = this.#lastHour(channel, node, now, ofDeleted).length;
    return used === 0 || used < this.#most - 1;
  }

  /** Counts one more message if it may go out at once. @returns whether it may */
  admit(channel: string, node: NodeName, now: Moment, ofDeleted?: NodeMessages): boolean {
    const isAllowed = this.allows(channel, node, now, ofDeleted);
    if (isAllowed) this.sent(channel, node, now, ofDeleted);
    return isAllowed;
  }

  /** How long a node has to stay unchanged before the summary. */
  get rest(): Millis {
    return HOUR / this.#most;
  }

  /** When the summary may go out. */
  due(channel: string, node: NodeName, lastChange: Moment, ofDeleted?: NodeMessages): Moment {
    const sent = this.#of(channel, node, ofDeleted);
    const rested = lastChange + this.rest;
    // The message that must be an hour old by then, so that this one is within the limit.
    const before = sent.at(-this.#most);
    return moment(before === undefined ? rested : Math.max(rested, before + HOUR));
  }

  sent(channel: string, node: NodeName, at: Moment, ofDeleted?: NodeMessages): void {
    const sent = this.#lastHour(channel, node, at, ofDeleted);
    sent.push(at);
    if (ofDeleted !== undefined) {
      ofDeleted.set(channel, sent);
      return;
    }
    const ofChannel = this.#sent.get(channel) ?? new Map<NodeName, Moment[]>();
    ofChannel.delete(node);
    ofChannel.set(node, sent);
    this.#sent.set(channel, ofChannel);
    this.#sweep(at);
  }

  /**
   * The first attempt of a counted message begins: it counts from now on. A channel that was down may have kept it for
   * hours.
   */
  begins(
    { alert: { node, reminder } }: AlertRecord,
    { channel, since }: Delivery,
    { now, wall }: { readonly now: Moment; readonly wall: Instant },
    ofDeleted?: NodeMessages,
  ): void {
    if (node === undefined || reminder !== undefined || since === wall) return;
    const countedAt = momentOf(since, now, wall);
    const sent = this.#lastHour(channel, node.name, now, ofDeleted);
    const own = sent.findLastIndex((at) => Math.abs(at - countedAt) <= 1);
    if (own >= 0) sent.splice(own, 1);
    this.sent(channel, node.name, now, ofDeleted);
  }

  /** A counted message was not delivered after all. */
  notSent(channel: string, node: NodeName): void {
    this.#sent.get(channel)?.get(node)?.pop();
  }

  /**
   * Counts the messages of an earlier run.
   *
   * @param recent everything delivered, or about to be, in the last hour, and possibly others
   * @returns the nodes that were deleted, with their messages
   */
  resume(recent: readonly CountedAlert[], now: Moment, wall: Instant): readonly DeletedNode[] {
    const deleted = deletions(recent);
    const sent: SentMessage[] = [];
    for (const { alert, deliveries } of recent) {
      const { id, node, reminder } = alert;
      if (node === undefined || reminder !== undefined) continue;
      const deletion = deleted.get(node.name);
      const ofDeleted = deletion && raisedAt(id) <= deletion.at ? deletion.messages : undefined;
      for (const delivery of deliveries) {
        if (!isNotification(delivery)) continue;
        const at = momentOf(notifiedAt(delivery, wall), now, wall);
        if (at > now - HOUR) sent.push({ channel: delivery.channel, node: node.name, at, ofDeleted });
      }
    }
    for (const { channel, node, at, ofDeleted } of sent.sort((a, b) => a.at - b.at))
      this.sent(channel, node, at, ofDeleted);
    return [...deleted.values()];
  }

  /** The node was deleted. A later node of its name is another one. @returns its messages */
  forget(node: NodeName): NodeMessages {
    const messages: NodeMessages = new Map();
    for (const [channel, ofChannel] of this.#sent) {
      const sent = ofChannel.get(node);
      if (sent === undefined) continue;
      messages.set(channel, sent);
      ofChannel.delete(node);
      if (ofChannel.size === 0) this.#sent.delete(channel);
    }
    return messages;
  }

  /** All other channels were removed. */
  keepOnly(channels: { has(channel: string): boolean }): void {
    for (const channel of this.#sent.keys()) if (!channels.has(channel)) this.#sent.delete(channel);
  }

  #of(channel: string, node: NodeName, ofDeleted: NodeMessages | undefined): Moment[] {
    const sent = ofDeleted === undefined ? this.#sent.get(channel)?.get(node) : ofDeleted.get(channel);
    return sent ?? [];
  }

  #lastHour(channel: string, node: NodeName, now: Moment, ofDeleted?: NodeMessages): Moment[] {
    const sent = this.#of(channel, node, ofDeleted);
    while (sent[0] !== undefined && sent[0] <= now - HOUR) sent.shift();
    return sent;
  }

  /** Forgets nodes without a message in the last hour. */
  #sweep(now: Moment): void {
    for (const [channel, ofChannel] of this.#sent) {
      for (const [node, sent] of ofChannel) {
        const last = sent.at(-1);
        if (last !== undefined && last > now - HOUR) break;
        ofChannel.delete(node);
      }
      if (ofChannel.size === 0) this.#sent.delete(channel);
    }
  }
}

/** Alerts that were pending while there was no daemon are delivered now. */
function notifiedAt(
  { state, attempts, since, lastAttempt }: CountedAlert['deliveries'][number],
  wall: Instant,
): Instant {
  return lastAttempt ?? (state === 'pending' && attempts === 0 ? wall : since);
}

/** The last deletion of each node that somebody is notified of. Messages before it were those of another node. */
function deletions(records: readonly CountedAlert[]): ReadonlyMap<NodeName, DeletedNode> {
  const deleted = new Map<NodeName, DeletedNode>();
  for (const { alert } of records) {
    if (alert.type !== 'node.deleted' || alert.node === undefined) continue;
    const at = raisedAt(alert.id);
    const { name: node } = alert.node;
    if (at > (deleted.get(node)?.at ?? -Infinity)) deleted.set(node, { node, at, messages: new Map() });
  }
  return deleted;
}

/** Releases the summary of a flapping node once the node has been quiet. */
export class FlappingSummaries {
  readonly #open: OpenAlerts;
  readonly #flapping: Flapping;
  readonly #nextHold: NextHold;
  /** No summary may go out before this. */
  #dueAt: Moment = moment(-Infinity);

  constructor(open: OpenAlerts, flapping: Flapping, nextHold: NextHold) {
    this.#open = open;
    this.#flapping = flapping;
    this.#nextHold = nextHold;
  }

  /** When a summary may be due; undefined while there is none. */
  get nextAt(): Moment | undefined {
    return this.#open.summaries.size > 0 ? this.#dueAt : undefined;
  }

  /** @returns the summaries that are due, now pending */
  due(now: Moment, wall: Instant): readonly AlertRecord[] {
    if (now < this.#dueAt) return [];
    const due: AlertRecord[] = [];
    // A new one cannot be due any sooner.
    let next = moment(now + this.#flapping.rest);
    for (const [id, changedAt] of this.#open.summaries) {
      const record = this.#open.get(id);
      const node = record?.alert.node?.name;
      if (record === undefined || node === undefined) continue;
      const other = this.#nextHold(record, 'flapping');
      if (other !== undefined) {
        due.push(other);
        continue;
      }
      const ofDeleted = this.#open.messagesOfDeleted(record);
      let changed = record;
      for (const delivery of record.deliveries) {
        const { channel } = delivery;
        if (delivery.hold !== 'flapping') continue;
        const at = this.#flapping.due(channel, node, changedAt, ofDeleted);
        if (at > now) {
          next = moment(Math.min(next, at));
          continue;
        }
        this.#flapping.sent(channel, node, now, ofDeleted);
        changed = withDelivery(changed, { ...moved(delivery, 'pending'), since: wall });
      }
      if (changed !== record) due.push(changed);
    }
    this.#dueAt = next;
    return due;
  }
}
