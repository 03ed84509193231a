import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, type Instant, type Moment } from '../../../src/domain/time.js';
import { TimerQueue } from '../timer-queue.js';
import { GroupRelease, movedToMassFailure } from '../grouping/group-release.js';
import type { HoldQueueRules } from '../grouping/hold-queue.js';
import type { FailedNode, FailedNodes } from './failed-nodes.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';

/** Below this size, cleaning up is not worth while. */
const FEW = 100;

/**
 * Inhibition: alerts held because a dependency of their node has failed. They are released one timeout after the
 * dependency is back, if the node is not: it gets as long as any node to send a heartbeat. See decision 27.
 */
export class Inhibition {
  readonly #open: OpenAlerts;
  readonly #failed: FailedNodes;
  /** Nodes with an alert that is or was held while a dependency of them had failed, by that dependency. */
  readonly #dependents = new Map<NodeName, Set<NodeName>>();
  /** The entries in it, now and after the last clean-up. */
  #size = 0;
  #sizeAfterCleanUp = 0;
  readonly #timerQueue = new TimerQueue<NodeName>();
  /** Until when a node has time to send a heartbeat, since a dependency of it is back. */
  readonly #graceEnds = new Map<NodeName, Moment>();
  /** Alerts whose dependency is back. */
  readonly #released = new Set<AlertId>();
  readonly #groupRelease: GroupRelease;
  readonly #massFailure: HoldQueueRules['massFailure'];

  constructor(open: OpenAlerts, failed: FailedNodes, rules: HoldQueueRules) {
    this.#open = open;
    this.#failed = failed;
    this.#massFailure = rules.massFailure;
    this.#groupRelease = new GroupRelease(open, rules, 'dependency');
  }

  /** When something may be released. */
  get nextAt(): Moment | undefined {
    const isHolding = this.#massFailure.until !== undefined;
    if (this.#released.size > 0 || (this.#groupRelease.isUnderWay && !isHolding)) return moment(-Infinity);
    return this.#timerQueue.next;
  }

  /** The first of its dependencies that has failed, unless that failed because of this node. See decision 27. */
  causeOf({ name, dependsOn }: Pick<NodeFacts, 'name' | 'dependsOn'>): NodeName | undefined {
    return dependsOn?.find((other) => this.#failed.get(other) !== undefined && !this.#comesFrom(other, name));
  }

  /** Whether the cause of its failure is still failed: nobody is reminded of it then. */
  isInhibited({ cause }: Pick<FailedNode, 'cause'>): boolean {
    return cause !== undefined && this.#failed.get(cause) !== undefined;
  }

  /** Whether a dependency of the node is back, and the node has its timeout to be back, too. */
  hasGrace(name: NodeName): boolean {
    return this.#graceEnds.has(name);
  }

  #comesFrom(name: NodeName, origin: NodeName): boolean {
    const seen = new Set<NodeName>();
    for (
      let at: NodeName | undefined = name;
      at !== undefined && !seen.has(at);
      at = this.#failed.get(at)?.cause
    ) {
      if (at === origin) return true;
      seen.add(at);
    }
    return false;
  }

  /** Alerts held in an earlier run. The nodes have yet to report which of them have failed. */
  resume(now: Moment): void {
    for (const record of this.#open.all()) {
      this.held(record);
      if (isHeld(record)) this.#releaseLater(record, now);
    }
    this.#groupRelease.resume();
  }

  /** A record was put, and may be inhibited. */
  held(record: AlertRecord): void {
    if (!isHeldWithCause(record) || record.alert.node === undefined) return;
    this.#remember(record.alert.node);
    if (this.#size > 2 * this.#sizeAfterCleanUp + FEW) this.#cleanUp();
  }

  /** Pairs of a node and a dependency in memory. */
  get size(): number {
    return this.#size;
  }

  #remember({ name, dependsOn = [] }: Pick<NodeFacts, 'name' | 'dependsOn'>): void {
    for (const cause of dependsOn) {
      const others = this.#dependents.get(cause) ?? new Set();
      if (others.size === 0) this.#dependents.set(cause, others);
      if (!others.has(name)) this.#size++;
      others.add(name);
    }
  }

  /** A dependency that never fails never recovers, so its entries would stay for ever. */
  #cleanUp(): void {
    this.#dependents.clear();
    this.#size = 0;
    for (const record of this.#open.all()) {
      if (isHeldWithCause(record) && record.alert.node !== undefined) this.#remember(record.alert.node);
    }
    this.#sizeAfterCleanUp = this.#size;
  }

  /** A node is alive again, or deleted. */
  recovered(cause: NodeName, now: Moment): void {
    const names = this.#dependents.get(cause);
    if (names === undefined) return;
    this.#dependents.delete(cause);
    this.#size -= names.size;
    for (const name of names)
      for (const record of this.#open.ofNode(name))
        if (isHeldWithCause(record)) this.#releaseLater(record, now);
  }

  /** @returns the records that change because nothing inhibits them any more */
  due(now: Moment, wall: Instant): readonly AlertRecord[] {
    this.#collectDue(now);
    return this.#massFailure.until === undefined
      ? this.#releaseNext(now, wall)
      : movedToMassFailure(this.#open, this.#released, 'dependency');
  }

  #collectDue(now: Moment): void {
    for (let name = this.#timerQueue.take(now); name !== undefined; name = this.#timerQueue.take(now)) {
      if ((this.#graceEnds.get(name) ?? now) <= now) this.#graceEnds.delete(name);
      const failed = this.#failed.get(name);
      const cause = failed && this.causeOf(failed.facts);
      if (failed !== undefined) this.#failed.put({ ...failed, cause });
      for (const record of this.#heldOf(name)) {
        // Another of its dependencies has failed, or the same one again.
        if (cause !== undefined) this.held(record);
        else this.#released.add(record.alert.id);
      }
    }
  }

  /** As much at a time as delays nothing else. The rest is released by the next call. */
  #releaseNext(now: Moment, wall: Instant): readonly AlertRecord[] {
    if (this.#released.size === 0 && !this.#groupRelease.isUnderWay) return [];
    const records = this.#groupRelease.step(this.#released, now, wall);
    if (!this.#groupRelease.isUnderWay) this.#released.clear();
    return records;
  }

  #heldOf(name: NodeName): readonly AlertRecord[] {
    return this.#open.ofNode(name).filter(isHeld);
  }

  #releaseLater({ alert: { node } }: AlertRecord, now: Moment): void {
    if (node === undefined) return;
    const until = moment(now + (node.adaptive?.max ?? node.timeout));
    this.#graceEnds.set(node.name, until);
    this.#timerQueue.add(until, node.name);
  }
}

/** Whether it is held for a dependency, or has one as its cause and is held for another reason. */
function isHeldWithCause(record: AlertRecord): boolean {
  const { alert, deliveries } = record;
  return (
    isHeld(record) || (alert.causedBy !== undefined && deliveries.some(({ hold }) => hold !== undefined))
  );
}

function isHeld({ deliveries }: AlertRecord): boolean {
  return deliveries.some(({ hold }) => hold === 'dependency');
}
