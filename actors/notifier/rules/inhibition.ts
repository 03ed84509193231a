import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, type Moment } from '../../../src/domain/time.js';
import { TimerQueue } from '../channel/timer-queue.js';
import type { FailedNodes } from './failed-nodes.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';

/** So few are not worth looking through. */
const FEW = 100;

/**
 * The alerts that are held since something that their node depends on has failed. They go out when that is back and the
 * node is not, one timeout later: it gets as long to be heard again as anybody.
 */
export class Inhibition {
  readonly #open: OpenAlerts;
  readonly #failed: FailedNodes;
  /** The nodes of which something is held, or was, by what they depend on. */
  readonly #dependents = new Map<NodeName, Set<NodeName>>();
  /** Entries in it, and how many there were when it was last made anew. */
  #size = 0;
  #kept = 0;
  readonly #timerQueue = new TimerQueue<NodeName>();

  constructor(open: OpenAlerts, failed: FailedNodes) {
    this.#open = open;
    this.#failed = failed;
  }

  /** When there may be something to let go of. */
  get nextAt(): Moment | undefined {
    return this.#timerQueue.next;
  }

  /** What is held of an earlier run: who has failed in it, the nodes are still to tell. */
  resume(records: Iterable<AlertRecord>, now: Moment): void {
    for (const record of records) {
      this.held(record);
      if (isHeld(record)) this.#lookAt(record, now);
    }
  }

  /** A record that was just put, and may be held for this. */
  held(record: AlertRecord): void {
    if (!isHeld(record) || record.alert.node === undefined) return;
    this.#note(record.alert.node);
    if (this.#size > 2 * this.#kept + FEW) this.#forgetOthers();
  }

  /** Nodes and causes that are remembered. */
  get size(): number {
    return this.#size;
  }

  #note({ name, dependsOn = [] }: Pick<NodeFacts, 'name' | 'dependsOn'>): void {
    for (const cause of dependsOn) {
      const others = this.#dependents.get(cause) ?? new Set();
      if (others.size === 0) this.#dependents.set(cause, others);
      if (!others.has(name)) this.#size++;
      others.add(name);
    }
  }

  /** A cause that never fails is never back: what is no longer held for it would stay. */
  #forgetOthers(): void {
    this.#dependents.clear();
    this.#size = 0;
    for (const record of this.#open.all()) {
      if (isHeld(record) && record.alert.node !== undefined) this.#note(record.alert.node);
    }
    this.#kept = this.#size;
  }

  /** A node is alive again, or gone. */
  back(cause: NodeName, now: Moment): void {
    const names = this.#dependents.get(cause);
    if (names === undefined) return;
    this.#dependents.delete(cause);
    this.#size -= names.size;
    for (const name of names) for (const record of this.#heldOf(name)) this.#lookAt(record, now);
  }

  /** The alerts that nothing holds any more. */
  due(now: Moment): readonly AlertId[] {
    const due = new Set<AlertId>();
    for (let name = this.#timerQueue.take(now); name !== undefined; name = this.#timerQueue.take(now)) {
      const failed = this.#failed.get(name);
      const cause = failed && this.#failed.causeOf(failed.facts);
      if (failed !== undefined) this.#failed.put({ ...failed, cause });
      for (const record of this.#heldOf(name)) {
        // Something else that it depends on has failed, or the same again.
        if (cause !== undefined) this.held(record);
        else due.add(record.alert.id);
      }
    }
    return [...due];
  }

  #heldOf(name: NodeName): readonly AlertRecord[] {
    return this.#open.ofNode(name).filter(isHeld);
  }

  #lookAt({ alert: { node } }: AlertRecord, now: Moment): void {
    if (node !== undefined)
      this.#timerQueue.add(moment(now + (node.adaptive?.max ?? node.timeout)), node.name);
  }
}

function isHeld({ deliveries }: AlertRecord): boolean {
  return deliveries.some(({ hold }) => hold === 'dependency');
}
