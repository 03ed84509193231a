import type { Alert, AlertId, LastHold } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { type Instant, type Millis, type Moment, instant, moment } from '../../../src/domain/time.js';
import { massFailureSentence } from '../channel/message.js';

export interface MassFailureOptions {
  /** A share of the unpaused nodes, from 0 to 1. */
  readonly share: number;
  /** Number of nodes that must fail within the window for a mass failure. */
  readonly atLeast: number;
  readonly window: Millis;
  readonly hold: Millis;
}

/**
 * Detects a mass failure: too many nodes fail within the window, so that the daemon itself or its network is suspect. A
 * node that fails several times counts once. Alerts are then held for a while, and afterwards not held for as long
 * again, whatever fails. So a hold always ends by itself.
 */
export class MassFailure {
  readonly #options: MassFailureOptions;
  /** When each node last failed, the latest at the end. */
  readonly #failures = new Map<NodeName, Moment>();
  #until: Moment | undefined;
  #quietUntil: Moment = moment(-Infinity);

  constructor(options: MassFailureOptions) {
    this.#options = options;
  }

  /** When the present hold ends. */
  get until(): Moment | undefined {
    return this.#until;
  }

  /** The nodes that failed within the window before the last failure. */
  get inWindow(): Iterable<NodeName> {
    return this.#failures.keys();
  }

  /** Failures of an earlier run, oldest first. They count until the window has passed over them. */
  restore(failures: readonly { readonly node: NodeName; readonly at: Moment }[]): void {
    for (const { node, at } of failures) this.#note(node, at);
  }

  /**
   * Counts a failed node.
   *
   * @param watched the number of unpaused nodes
   * @returns whether alerts are held from this one on
   */
  failed(node: NodeName, now: Moment, watched: number): boolean {
    const { share, atLeast, window, hold } = this.#options;
    for (const [other, at] of this.#failures) {
      if (at > now - window) break;
      this.#failures.delete(other);
    }
    this.#note(node, now);
    const enough = this.#failures.size >= Math.max(atLeast, share * watched);
    if (!enough || this.#until !== undefined || now < this.#quietUntil) return false;
    this.#until = moment(now + hold);
    return true;
  }

  /** A deleted node does not count. */
  forget(node: NodeName): void {
    this.#failures.delete(node);
  }

  #note(node: NodeName, at: Moment): void {
    this.#failures.delete(node);
    this.#failures.set(node, at);
  }

  /** The hold is over. */
  release(now: Moment): void {
    this.#until = undefined;
    this.#quietUntil = moment(now + this.#options.hold);
  }

  /**
   * Continues after a restart. The wall clock may have jumped, so neither period gets longer than it would have been.
   *
   * @param holding whether alerts are still held
   */
  resume(last: LastHold, holding: boolean, now: Moment, wall: Instant): void {
    const left = this.#within(last.until - wall);
    if (holding) this.#until = moment(now + left);
    else this.#quietUntil = moment(now + this.#within(instant(last.until + this.#options.hold) - wall));
  }

  #within(left: Millis): Millis {
    return Math.min(Math.max(left, 0), this.#options.hold);
  }
}

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
