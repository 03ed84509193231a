import type { LastHold } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { instant, moment, type Instant, type Millis, type Moment } from '../../../src/domain/time.js';

export interface MassFailureOptions {
  /** A share of the unpaused nodes, from 0 to 1. */
  readonly share: number;
  /** Fewer failed nodes than this are never a mass failure. */
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
