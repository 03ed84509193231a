import type { AlertIds } from '../../src/domain/alert-id.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Instant } from '../../src/domain/time.js';
import { fresh } from './delivery.js';
import { overflowSentence } from './sentences.js';

const SAMPLE = 20;

/** Counts the flips for whose alerts there was no room in memory while the disk was full. */
export class Overflow {
  #count = 0;
  #sample: NodeName[] = [];

  /** @returns whether it is the first */
  add(node: NodeName): boolean {
    if (this.#sample.length < SAMPLE) this.#sample.push(node);
    return ++this.#count === 1;
  }

  /** One alert that stands for all of them, to each of these channels; undefined where there was none. */
  take(ids: AlertIds, channels: readonly string[], wall: Instant): AlertRecord | undefined {
    if (this.#count === 0) return undefined;
    const [count, sample] = [this.#count, this.#sample];
    this.#count = 0;
    this.#sample = [];
    const alert = {
      id: ids.next(wall),
      type: 'mass_failure',
      at: wall,
      node: undefined,
      blind: 0,
      message: overflowSentence(count, sample),
      mass: { count, sample },
    } as const;
    return { alert, deliveries: channels.map((channel) => fresh(channel, wall)) };
  }
}
