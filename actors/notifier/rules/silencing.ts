import type { AlertId, AlertRecord, AlertType, Delivery, Hold } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import { moment, type Instant, type Millis, type Moment } from '../../../src/domain/time.js';
import type { Clock } from '../../../src/ports/clock.js';
import { GroupRelease, movedToMassFailure } from '../grouping/group-release.js';
import { moveToHold } from '../grouping/next-hold.js';
import type { HoldQueueRules } from '../grouping/hold-queue.js';
import { held, moved } from '../outbox/delivery.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { SilencedNode } from '../silences/fitting-silences.js';
import type { SilenceTable } from '../silences/silence-table.js';
import type { FailedNodes } from './failed-nodes.js';

/** How long a jump of the wall clock may go unnoticed while a silence is pending or active. */
const LOOK_EVERY: Millis = 1_000;
/** One step, while everything else waits: so many alerts, or comparisons of a silence with a node, which take longer. */
const STEP_OF_CHECKS = { alerts: 500, comparisons: 2_500 };

/** What a silence holds. The end of a failure is delivered: an incident must not stay open at a provider. */
const SILENCED: ReadonlySet<AlertType> = new Set<AlertType>([
  'node.failed',
  'node.reported_failure',
  'node.inactive',
]);

export function isSilenceable(type: AlertType): boolean {
  return SILENCED.has(type);
}

export interface SilencingDeps {
  readonly open: OpenAlerts;
  readonly failed: FailedNodes;
  readonly table: SilenceTable;
  readonly clock: Pick<Clock, 'wall'>;
  readonly rules: HoldQueueRules;
}

/**
 * Silences: alerts held while one of them fits their node. Once none does, what is still failed is notified, all
 * together in one group for each channel. See decision 172.
 */
export class Silencing {
  readonly #deps: SilencingDeps;
  readonly #groupRelease: GroupRelease;
  /** Alerts that nothing silences any more. */
  readonly #released = new Set<AlertId>();
  /** The silences that were active when all alerts were last looked at. */
  #active = '';
  #checking: Iterator<AlertRecord> | undefined;
  #lookAt: Moment | undefined;
  /** Nothing is released before the nodes of an earlier run have reported. */
  #isOpen = false;

  constructor(deps: SilencingDeps) {
    this.#deps = deps;
    this.#groupRelease = new GroupRelease(deps.open, deps.rules, 'silence');
  }

  /** The active silences of a node. */
  of(node: SilencedNode): readonly SilenceId[] {
    return this.#deps.table.of(node);
  }

  isSilenced(node: SilencedNode): boolean {
    return this.of(node).length > 0;
  }

  /** @returns the record as a silence holds it, if one does, in place of another reason */
  nextHold(hold: Hold, record: AlertRecord): AlertRecord | undefined {
    if (!isSilenceable(record.alert.type)) return undefined;
    const silencedBy = this.#silencesOf(record);
    if (silencedBy.length === 0) return undefined;
    const deliveries = moveToHold(record.deliveries, hold, 'silence');
    return { alert: { ...record.alert, silencedBy }, deliveries };
  }

  /** Alerts of an earlier run may have to be held, or released. */
  resume(): void {
    this.#groupRelease.resume();
    this.check();
  }

  /**
   * The nodes of an earlier run have reported. Call it until nothing is left to check, before any alert is offered.
   *
   * @returns alerts that are silenced by now
   */
  nodesKnown(): readonly AlertRecord[] {
    const held = this.#checkNext();
    this.#isOpen = this.#checking === undefined;
    return held;
  }

  /** Whether open alerts are still to be looked at. */
  get isChecking(): boolean {
    return this.#checking !== undefined;
  }

  /** The silences have changed: looks at all open alerts. */
  check(): void {
    this.#active = this.#deps.table.active();
    this.#checking = this.#deps.open.all()[Symbol.iterator]();
    this.#lookAt = undefined;
  }

  /** Something about a node has changed. @returns the alerts that are held from now on */
  settle(name: NodeName): readonly AlertRecord[] {
    return this.#deps.open.ofNode(name).flatMap((record) => this.#checked(record));
  }

  /** When something may be held or released. */
  nextAt(now: Moment): Moment | undefined {
    const { table, clock } = this.#deps;
    const canRelease = this.#released.size > 0 || (this.#groupRelease.isUnderWay && !this.#isHeldTogether);
    if (this.#checking !== undefined || (this.#isOpen && canRelease)) return moment(-Infinity);
    const change = table.nextChange();
    if (change === undefined) return undefined;
    this.#lookAt ??= moment(now + Math.min(LOOK_EVERY, change - clock.wall()));
    return this.#lookAt;
  }

  /** @returns the records that change because a silence has begun or ended; the rest comes with the next call */
  due(now: Moment, wall: Instant): readonly AlertRecord[] {
    if (this.#lookAt !== undefined && this.#lookAt <= now) this.#lookAt = undefined;
    if (this.#deps.table.active() !== this.#active) this.check();
    if (this.#checking !== undefined) return this.#checkNext();
    if (!this.#isOpen) return [];
    return this.#isHeldTogether
      ? movedToMassFailure(this.#deps.open, this.#released, 'silence')
      : this.#releaseNext(now, wall);
  }

  get #isHeldTogether(): boolean {
    return this.#deps.rules.massFailure.until !== undefined;
  }

  #checkNext(): readonly AlertRecord[] {
    const { table } = this.#deps;
    const { alerts, comparisons } = STEP_OF_CHECKS;
    const changed: AlertRecord[] = [];
    const most = table.compared + comparisons;
    for (let checked = 0; checked < alerts && table.compared < most; checked++) {
      if (this.#checking === undefined) break;
      const next = this.#checking.next();
      if (next.done === true) this.#checking = undefined;
      else changed.push(...this.#checked(next.value));
    }
    return changed;
  }

  /** @returns the record, if it is held from now on */
  #checked(record: AlertRecord): readonly AlertRecord[] {
    const { alert, deliveries } = record;
    if (!isSilenceable(alert.type) || alert.node === undefined) return [];
    const silencedBy = this.#silencesOf(record);
    if (silencedBy.length === 0) {
      if (deliveries.some(({ hold }) => hold === 'silence')) this.#released.add(alert.id);
      return [];
    }
    this.#released.delete(alert.id);
    const changed = deliveries.map((delivery) => this.#silenced(record, delivery));
    if (changed.every((delivery, at) => delivery === deliveries[at])) return [];
    return [{ alert: { ...alert, silencedBy }, deliveries: changed }];
  }

  /** A reminder has had its time: the next one comes if the node is still failed then. */
  #silenced(record: AlertRecord, stored: Delivery): Delivery {
    const delivery = this.#deps.open.delivery(record, stored.channel) ?? stored;
    if (delivery.state !== 'pending' || delivery.attempts > 0) return stored;
    if (record.alert.reminder !== undefined) return moved(delivery, 'cancelled');
    const { node } = record.alert;
    if (node !== undefined) this.#deps.rules.flapping.notSent(delivery.channel, node.name);
    return held(delivery, 'silence');
  }

  #silencesOf({ alert: { node } }: AlertRecord): readonly SilenceId[] {
    if (node === undefined) return [];
    return this.of(this.#deps.failed.get(node.name)?.facts ?? node);
  }

  #releaseNext(now: Moment, wall: Instant): readonly AlertRecord[] {
    if (this.#released.size === 0 && !this.#groupRelease.isUnderWay) return [];
    const records = this.#groupRelease.step(this.#released, now, wall);
    if (!this.#groupRelease.isUnderWay) this.#released.clear();
    return records;
  }
}
