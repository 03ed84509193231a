import type { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Instant } from '../../../src/domain/time.js';
import { fresh } from './delivery.js';
import { overflowSentence } from '../channel/sentences.js';

const SAMPLE = 20;

/** Counts flips whose alerts had no room in memory while the disk was full, and their nodes. */
export class Overflow {
  #flips = 0;
  #nodes = new Set<NodeName>();

  /** @returns whether it is the first */
  add(node: NodeName): boolean {
    this.#nodes.add(node);
    return ++this.#flips === 1;
  }

  /** One alert for all of them, to each of these channels; undefined if there were none. */
  take(ids: AlertIds, channels: readonly string[], wall: Instant): AlertRecord | undefined {
    if (this.#flips === 0) return undefined;
    const [flips, nodes] = [this.#flips, this.#nodes];
    this.#flips = 0;
    this.#nodes = new Set();
    const sample = [...nodes].slice(0, SAMPLE);
    const alert = {
      id: ids.next(wall),
      type: 'mass_failure',
      at: wall,
      node: undefined,
      blind: 0,
      message: overflowSentence(flips, nodes.size, sample),
      mass: { count: nodes.size, sample },
    } as const;
    return { alert, deliveries: channels.map((channel) => fresh(channel, wall)) };
  }
}
