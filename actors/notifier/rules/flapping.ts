import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, type Millis, type Moment } from '../../../src/domain/time.js';

const HOUR: Millis = 3_600_000;

/**
 * Counts the messages of each node on each channel, and limits them in an hour. The last one is held for the summary,
 * which goes out once the node has been quiet.
 */
export class Flapping {
  readonly #most: number;
  /** The messages of the last hour by channel and node. The node with the latest message is last. */
  readonly #sent = new Map<string, Map<NodeName, Moment[]>>();

  constructor(options: { readonly maxPerHour: number }) {
    this.#most = options.maxPerHour;
  }

  /** The number of pairs of channel and node with a message in the last hour. */
  get size(): number {
    let size = 0;
    for (const ofChannel of this.#sent.values()) size += ofChannel.size;
    return size;
  }

  /** Whether one more message may go out at once. */
  mayTell(channel: string, node: NodeName, now: Moment): boolean {
    const used = this.#lastHour(channel, node, now).length;
    return used === 0 || used < this.#most - 1;
  }

  /** Counts one more message if it may go out at once. @returns whether it may */
  tell(channel: string, node: NodeName, now: Moment): boolean {
    const mayTell = this.mayTell(channel, node, now);
    if (mayTell) this.sent(channel, node, now);
    return mayTell;
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
