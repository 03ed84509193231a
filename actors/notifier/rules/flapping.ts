import { raisedAt } from '../../../src/domain/alert-id.js';
import type { AlertRecord, Delivery } from '../../../src/domain/alert.js';
import { isNotification } from '../../../src/domain/late-notification.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, momentOf, type Instant, type Millis, type Moment } from '../../../src/domain/time.js';
import { moved, withDelivery } from '../outbox/delivery.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';

const HOUR: Millis = 3_600_000;

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

  /** Whether one more message may go out at once. */
  allows(channel: string, node: NodeName, now: Moment): boolean {
    const used = this.#lastHour(channel, node, now).length;
    return used === 0 || used < this.#most - 1;
  }

  /** Counts one more message if it may go out at once. @returns whether it may */
  admit(channel: string, node: NodeName, now: Moment): boolean {
    const isAllowed = this.allows(channel, node, now);
    if (isAllowed) this.sent(channel, node, now);
    return isAllowed;
  }

  /** How long a node has to stay unchanged before the summary. */
  get rest(): Millis {
    return HOUR / this.#most;
  }

  /** When the summary may go out. */
  due(channel: string, node: NodeName, lastChange: Moment): Moment {
    const sent = this.#sent.get(channel)?.get(node) ?? [];
    const rested = lastChange + this.rest;
    // The message that must be an hour old by then, so that this one is within the limit.
    const before = sent.at(-this.#most);
    return moment(before === undefined ? rested : Math.max(rested, before + HOUR));
  }

  sent(channel: string, node: NodeName, at: Moment): void {
    const sent = this.#lastHour(channel, node, at);
    sent.push(at);
    const ofChannel = this.#sent.get(channel) ?? new Map<NodeName, Moment[]>();
    ofChannel.delete(node);
    ofChannel.set(node, sent);
    this.#sent.set(channel, ofChannel);
    this.#sweep(at);
  }

  /** A counted message was not delivered after all. */
  notSent(channel: string, node: NodeName): void {
    this.#sent.get(channel)?.get(node)?.pop();
  }

  /**
   * Counts the messages of an earlier run.
   *
   * @param recent everything delivered, or about to be, in the last hour, and possibly others
   */
  resume(recent: readonly AlertRecord[], now: Moment, wall: Instant): void {
    const deleted = deletions(recent);
    const sent = recent.flatMap(({ alert: { id, node, reminder }, deliveries }) =>
      node === undefined || reminder !== undefined || raisedAt(id) <= (deleted.get(node.name) ?? -Infinity)
        ? []
        : deliveries
            .filter(isNotification)
            .map((delivery) => ({ node, channel: delivery.channel, at: notifiedAt(delivery, wall) })),
    );
    for (const { node, channel, at } of sent.sort((a, b) => a.at - b.at))
      this.sent(channel, node.name, momentOf(at, now, wall));
  }

  /** The node was deleted. A later node of its name is another one. */
  forget(node: NodeName): void {
    for (const [channel, ofChannel] of this.#sent)
      if (ofChannel.delete(node) && ofChannel.size === 0) this.#sent.delete(channel);
  }

  /** All other channels were removed. */
  keepOnly(channels: { has(channel: string): boolean }): void {
    for (const channel of this.#sent.keys()) if (!channels.has(channel)) this.#sent.delete(channel);
  }

  #lastHour(channel: string, node: NodeName, now: Moment): Moment[] {
    const sent = this.#sent.get(channel)?.get(node) ?? [];
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
function notifiedAt({ state, attempts, since, lastAttempt }: Delivery, wall: Instant): Instant {
  return lastAttempt ?? (state === 'pending' && attempts === 0 ? wall : since);
}

/** The last deletion of each node that somebody is notified of. Messages before it were those of another node. */
function deletions(records: readonly AlertRecord[]): ReadonlyMap<NodeName, Instant> {
  const deleted = new Map<NodeName, Instant>();
  for (const { alert } of records) {
    if (alert.type !== 'node.deleted' || alert.node === undefined) continue;
    const at = raisedAt(alert.id);
    if (at > (deleted.get(alert.node.name) ?? -Infinity)) deleted.set(alert.node.name, at);
  }
  return deleted;
}

/** Releases the summary of a flapping node once the node has been quiet. */
export class FlappingSummaries {
  readonly #open: OpenAlerts;
  readonly #flapping: Flapping;
  /** No summary may go out before this. */
  #dueAt: Moment = moment(-Infinity);

  constructor(open: OpenAlerts, flapping: Flapping) {
    this.#open = open;
    this.#flapping = flapping;
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
      let changed = record;
      for (const delivery of record.deliveries) {
        const { channel } = delivery;
        if (delivery.hold !== 'flapping') continue;
        const at = this.#flapping.due(channel, node, changedAt);
        if (at > now) {
          next = moment(Math.min(next, at));
          continue;
        }
        if (!this.#open.isOfDeletedNode(record)) this.#flapping.sent(channel, node, now);
        changed = withDelivery(changed, { ...moved(delivery, 'pending'), since: wall });
      }
      if (changed !== record) due.push(changed);
    }
    this.#dueAt = next;
    return due;
  }
}
