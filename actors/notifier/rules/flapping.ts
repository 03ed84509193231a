import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, type Millis, type Moment } from '../../../src/domain/time.js';

const HOUR: Millis = 3_600_000;

/**
 * Counts the messages of each node and channel, so that no hour has more than so many. The last of them is kept for
 * the summary of what is over, and goes out once the node has rested.
 */
export class Flapping {
  readonly #most: number;
  /** When the messages of the last hour went out, by channel and by node; whoever had one last comes last. */
  readonly #sent = new Map<string, Map<NodeName, Moment[]>>();

  constructor(options: { readonly maxPerHour: number }) {
    this.#most = options.maxPerHour;
  }

  /** How many pairs of a channel and a node had a message in the last hour. */
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

  /** Counts one more message, where it may go out at once. @returns whether it may */
  tell(channel: string, node: NodeName, now: Moment): boolean {
    const mayTell = this.mayTell(channel, node, now);
    if (mayTell) this.told(channel, node, now);
    return mayTell;
  }

  /** How long a node has to stay as it is before what is over is summed up. */
  get rest(): Millis {
    return HOUR / this.#most;
  }

  /** When the summary of what is over may go out. */
  due(channel: string, node: NodeName, lastChange: Moment): Moment {
    const sent = this.#sent.get(channel)?.get(node) ?? [];
    const rested = lastChange + this.rest;
    // The message that has to be an hour old by then for this one to be within the limit.
    const before = sent.at(-this.#most);
    return moment(before === undefined ? rested : Math.max(rested, before + HOUR));
  }

  told(channel: string, node: NodeName, at: Moment): void {
    const sent = this.#lastHour(channel, node, at);
    sent.push(at);
    const ofChannel = this.#sent.get(channel) ?? new Map<NodeName, Moment[]>();
    ofChannel.delete(node);
    ofChannel.set(node, sent);
    this.#sent.set(channel, ofChannel);
    this.#sweep(at);
  }

  /** A message that was counted costs nobody anything after all. */
  untold(channel: string, node: NodeName): void {
    this.#sent.get(channel)?.get(node)?.pop();
  }

  /** The node was deleted. One that is registered by its name later is another one. */
  forget(node: NodeName): void {
    for (const [channel, ofChannel] of this.#sent)
      if (ofChannel.delete(node) && ofChannel.size === 0) this.#sent.delete(channel);
  }

  /** There are no other channels any more. */
  keepOnly(channels: { has(channel: string): boolean }): void {
    for (const channel of this.#sent.keys()) if (!channels.has(channel)) this.#sent.delete(channel);
  }

  #lastHour(channel: string, node: NodeName, now: Moment): Moment[] {
    const sent = this.#sent.get(channel)?.get(node) ?? [];
    while (sent[0] !== undefined && sent[0] <= now - HOUR) sent.shift();
    return sent;
  }

  /** Forgets whoever had no message in the last hour. */
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
