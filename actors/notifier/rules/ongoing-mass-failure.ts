import type { Alert, AlertId } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { MassFailureOptions } from './mass-failure.js';
import { massFailureSentence } from '../channel/sentences.js';

/** The facts in the alert of a mass failure. */
export type MassFacts = Pick<Alert, 'message' | 'mass'>;

/** Names in the sample of a mass failure. */
const SAMPLE = 20;

/** The mass failure that alerts are held for, and the nodes that have failed in it. Each counts once. */
export class OngoingMassFailure {
  /** Its `mass_failure` alert. */
  readonly alert: AlertId;
  readonly #nodes: Set<NodeName>;
  readonly #sample = new Set<NodeName>();
  /** The most nodes that were watched during it. */
  #watched = 0;

  /** @param nodes that had failed when it began */
  constructor(alert: AlertId, nodes: Iterable<NodeName>) {
    this.alert = alert;
    this.#nodes = new Set(nodes);
  }

  add(node: NodeName, watched: number): void {
    this.#nodes.add(node);
    this.#watched = Math.max(this.#watched, watched);
    if (this.#sample.size < SAMPLE) this.#sample.add(node);
  }

  /** A deleted node does not count. */
  forget(node: NodeName): void {
    this.#nodes.delete(node);
    this.#sample.delete(node);
  }

  /** The facts so far. */
  facts(options: MassFailureOptions): MassFacts {
    const [count, sample] = [this.#nodes.size, [...this.#sample]];
    return {
      message: massFailureSentence(count, this.#watched, options, sample),
      mass: { count, sample },
    };
  }
}
