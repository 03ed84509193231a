import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, type Moment } from '../../../src/domain/time.js';
import { TimerQueue } from '../channel/timer-queue.js';
import type { FailedNodes } from './failed-nodes.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';

/** Below this size, cleaning up is not worth while. */
const FEW = 100;

/**
 * Inhibition: alerts held because a dependency of their node has failed. They are released one timeout after the
 * dependency is back, if the node is not: it gets as long as any node to be heard. See decision 27.
 */
export class Inhibition {
  readonly #open: OpenAlerts;
  readonly #failed: FailedNodes;
  /** Nodes with a held alert, now or before, by the dependency that has failed. */
  readonly #dependents = new Map<NodeName, Set<NodeName>>();
  /** The entries in it, and how many there were after the last clean-up. */
  #size = 0;
  #kept = 0;
  readonly #timerQueue = new TimerQueue<NodeName>();

  constructor(open: OpenAlerts, failed: FailedNodes) {
    this.#open = open;
    this.#failed = failed;
  }

  /** When something may be released. */
  get nextAt(): Moment | undefined {
    return this.#timerQueue.next;
  }

  /** Alerts held in an earlier run. The nodes have yet to report which of them have failed. */
  resume(records: Iterable<AlertRecord>, now: Moment): void {
    for (const record of records) {
      this.held(record);
      if (isHeld(record)) this.#lookAt(record, now);
    }
  }

  /** A record was put, and may be held for a dependency. */
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

  /** A cause that never fails never comes back, so what is no longer held for it would stay for ever. */
  #forgetOthers(): void {
    this.#dependents.clear();
    this.#size = 0;
    for (const record of this.#open.all()) {
      if (isHeld(record) && record.alert.node !== undefined) this.#note(record.alert.node);
    }
    this.#kept = this.#size;
  }

  /** A node is alive again, or deleted. */
  back(cause: NodeName, now: Moment): void {
    const names = this.#dependents.get(cause);
    if (names === undefined) return;
    this.#dependents.delete(cause);
    this.#size -= names.size;
    for (const name of names) for (const record of this.#heldOf(name)) this.#lookAt(record, now);
  }

  /** Alerts that nothing holds any more. */
  due(now: Moment): readonly AlertId[] {
    const due = new Set<AlertId>();
    for (let name = this.#timerQueue.take(now); name !== undefined; name = this.#timerQueue.take(now)) {
      const failed = this.#failed.get(name);
      const cause = failed && this.#failed.causeOf(failed.facts);
      if (failed !== undefined) this.#failed.put({ ...failed, cause });
      for (const record of this.#heldOf(name)) {
        // Another of its dependencies has failed, or the same one again.
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
