import type { NodeName } from '../../src/domain/node-name.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';

const HOUR: Millis = 3_600_000;

/**
 * Counts the messages of each node and channel, so that no hour has more than so many. The last of them is kept for
 * the summary of what is over, and goes out once the node has rested.
 */
export class Flapping {
  readonly #most: number;
  /** When the messages of the last hour went out, by channel and node; whoever had one last comes last. */
  readonly #sent = new Map<string, Moment[]>();

  constructor(options: { readonly maxPerHour: number }) {
    this.#most = options.maxPerHour;
  }

  /** Nodes and channels that had a message in the last hour. */
  get size(): number {
    return this.#sent.size;
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
    const sent = this.#sent.get(keyOf(channel, node)) ?? [];
    const rested = lastChange + this.rest;
    // The message that has to be an hour old by then for this one to be within the limit.
    const before = sent.at(-this.#most);
    return moment(before === undefined ? rested : Math.max(rested, before + HOUR));
  }

  told(channel: string, node: NodeName, at: Moment): void {
    const sent = this.#lastHour(channel, node, at);
    sent.push(at);
    const key = keyOf(channel, node);
    this.#sent.delete(key);
    this.#sent.set(key, sent);
    this.#sweep(at);
  }

  /** A message that was counted costs nobody anything after all. */
  untold(channel: string, node: NodeName): void {
    this.#sent.get(keyOf(channel, node))?.pop();
  }

  #lastHour(channel: string, node: NodeName, now: Moment): Moment[] {
    const sent = this.#sent.get(keyOf(channel, node)) ?? [];
    while (sent[0] !== undefined && sent[0] <= now - HOUR) sent.shift();
    return sent;
  }

  /** Forgets whoever had no message in the last hour. */
  #sweep(now: Moment): void {
    for (const [key, sent] of this.#sent) {
      const last = sent.at(-1);
      if (last !== undefined && last > now - HOUR) return;
      this.#sent.delete(key);
    }
  }
}

function keyOf(channel: string, node: NodeName): string {
  return `${channel} ${node}`;
}
