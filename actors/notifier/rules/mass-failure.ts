import { raisedAt } from '../../../src/domain/alert-id.js';
import type { Alert, AlertId, CountedAlert, LastHold } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import {
  type Instant,
  type Millis,
  type Moment,
  instant,
  moment,
  momentOf,
} from '../../../src/domain/time.js';
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
 * again, whatever fails. So a hold always ends by itself. One alert names the nodes. `grouping/hold-queue.ts` holds the
 * others and releases them as a group.
 */
export class MassFailure {
  readonly #options: MassFailureOptions;
  /** When each node last failed, the latest at the end. */
  readonly #failures = new Map<NodeName, Moment>();
  #until: Moment | undefined;
  #quietUntil: Moment = moment(-Infinity);
  /** The present mass failure, and the one before it, whose alert may still be undelivered. */
  #ongoing: OngoingMassFailure | undefined;
  #last: { readonly alert: AlertId; readonly facts: MassFacts } | undefined;

  constructor(options: MassFailureOptions) {
    this.#options = options;
  }

  /** When the present hold ends. */
  get until(): Moment | undefined {
    return this.#until;
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
    this.#add(node, now);
    const enough = this.#failures.size >= Math.max(atLeast, share * watched);
    if (!enough || this.#until !== undefined || now < this.#quietUntil) {
      this.#ongoing?.add(node, watched);
      return false;
    }
    this.#until = moment(now + hold);
    return true;
  }

  /** Alerts are held from this failure on. @returns the alert about all that have failed */
  begin(id: AlertId, node: NodeName, at: Instant, watched: number): Alert {
    this.#ongoing = new OngoingMassFailure(id, this.#failures.keys());
    this.#ongoing.add(node, watched);
    return { id, type: 'mass_failure', at, node: undefined, blind: 0, ...this.#ongoing.facts(this.#options) };
  }

  /** A hold that begins now, as the next start needs it. */
  holdFrom(wall: Instant): LastHold {
    return { from: wall, until: instant(wall + this.#options.hold) };
  }

  /** A mass failure gets the facts of the moment at which somebody is first notified of it. */
  upToDate(alert: Alert): Alert {
    if (this.#ongoing?.alert === alert.id) return { ...alert, ...this.#ongoing.facts(this.#options) };
    return this.#last?.alert === alert.id ? { ...alert, ...this.#last.facts } : alert;
  }

  /** A deleted node does not count. */
  forget(node: NodeName): void {
    this.#failures.delete(node);
    this.#ongoing?.forget(node);
  }

  #add(node: NodeName, at: Moment): void {
    this.#failures.delete(node);
    this.#failures.set(node, at);
  }

  /** The hold is over. */
  release(now: Moment): void {
    this.#until = undefined;
    this.#quietUntil = moment(now + this.#options.hold);
    if (this.#ongoing !== undefined)
      this.#last = { alert: this.#ongoing.alert, facts: this.#ongoing.facts(this.#options) };
    this.#ongoing = undefined;
  }

  /**
   * Continues after a restart. Failures of an earlier run count until the window has passed over them. The wall clock
   * may have jumped, so neither period gets longer than it would have been.
   *
   * @param recent alerts of the last hour, and possibly others
   * @param isHolding whether alerts are still held
   */
  resume(
    recent: readonly CountedAlert[],
    last: LastHold | undefined,
    isHolding: boolean,
    now: Moment,
    wall: Instant,
  ): void {
    for (const { node, at } of failuresIn(recent, now, wall)) this.#add(node, at);
    if (last === undefined && !isHolding) return;
    const until = last?.until ?? wall;
    const remaining = this.#within(until - wall);
    if (isHolding) this.#until = moment(now + remaining);
    else this.#quietUntil = moment(now + this.#within(instant(until + this.#options.hold) - wall));
  }

  #within(remaining: Millis): Millis {
    return Math.min(Math.max(remaining, 0), this.#options.hold);
  }
}

/** The failures that counted, oldest first. */
function failuresIn(
  recent: readonly CountedAlert[],
  now: Moment,
  wall: Instant,
): readonly { readonly node: NodeName; readonly at: Moment }[] {
  return recent
    .flatMap(({ alert: { id, type, node, reminder, causedBy, silencedBy } }) => {
      const isHeld = causedBy !== undefined || silencedBy !== undefined;
      const counts = type === 'node.failed' && reminder === undefined && !isHeld;
      return counts && node !== undefined ? [{ node: node.name, at: momentOf(raisedAt(id), now, wall) }] : [];
    })
    .sort((a, b) => a.at - b.at);
}

/** The facts in the alert of a mass failure. */
type MassFacts = Pick<Alert, 'message' | 'mass'>;

/** Names in the sample of a mass failure. */
const SAMPLE = 20;

/** The mass failure that alerts are held for, and the nodes that have failed in it. Each counts once. */
class OngoingMassFailure {
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
