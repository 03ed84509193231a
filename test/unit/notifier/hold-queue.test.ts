import { expect } from 'chai';
import { AlertingRules } from '../../../actors/notifier/rules/alerting.js';
import { STEP } from '../../../actors/notifier/grouping/group-release.js';
import { HoldQueue } from '../../../actors/notifier/grouping/hold-queue.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { DeliveryRules } from '../../../actors/notifier/rules/delivery-rules.js';
import { Flapping } from '../../../actors/notifier/rules/flapping.js';
import { MassFailure } from '../../../actors/notifier/rules/mass-failure.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import type { NodeState } from '../../../src/domain/node.js';
import { instant, moment } from '../../../src/domain/time.js';
import { alertAt } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

const WALL = 1_700_000_000_000;
const HOLD = 60_000;

/** The rules of alerts with a clock that a test sets, without a disk. */
class Rules {
  readonly open = new OpenAlerts();
  readonly massFailure = new MassFailure({ share: 0, atLeast: 2, window: 10_000, hold: HOLD });
  readonly holdQueue: HoldQueue;
  readonly #rules: AlertingRules;
  now = 0;

  constructor() {
    const { open, massFailure } = this;
    const ids = new AlertIds(() => 0);
    const flapping = new Flapping({ maxPerHour: 12 });
    this.holdQueue = new HoldQueue(open, { ids, flapping, massFailure, nextHold: () => undefined });
    this.#rules = new AlertingRules(
      [{ name: 'ops', events: ['node.failed', 'node.recovered', 'mass_failure'] }],
      {
        open,
        ids,
        massFailure,
        flapping,
        holdQueue: this.holdQueue,
        deliveryRules: new DeliveryRules(open, massFailure, flapping),
      },
    );
  }

  flip(name: string, from: NodeState, to: NodeState): readonly AlertRecord[] {
    const [at, node] = [instant(WALL + this.now), nodeName(name)];
    const facts = { ...alertAt(at).node!, name: node, state: to };
    const cause = to === 'failed' ? 'silence' : 'heartbeat';
    const flip = { node, from, to, at, cause, retries: 0, blind: 0 } as const;
    const circumstances = { now: moment(this.now), wall: at, watched: 10 };
    return this.#rules.raise({ flip, node: facts, isPaused: false }, circumstances).records;
  }

  /** As the notifier does when it wakes. */
  wake(): readonly AlertRecord[] {
    const now = moment(this.now);
    const changed = this.holdQueue.release(now, instant(WALL + this.now));
    for (const record of changed) this.open.put(record, now);
    this.holdQueue.endHold(now);
    return changed;
  }
}

describe('a hold of more alerts than are let go of in one step', () => {
  it('lasts until the last of them is: what is new of their nodes overtakes none of them', () => {
    const played = new Rules();
    for (let index = 0; index <= STEP + 10; index++) played.flip(`n${String(index)}`, 'inactive', 'failed');
    played.now = HOLD;
    expect(played.wake().length).to.be.at.least(STEP);
    expect(played.open.heldTogether.size).to.be.greaterThan(0);
    expect(played.massFailure.until, 'still held').to.not.equal(undefined);
    // Its failure is in the group message that is being built.
    const [recovery] = played.flip('n1', 'failed', 'active');
    expect(recovery?.deliveries).to.have.nested.property('[0].hold', 'mass_failure');
    const [failure] = played.flip('another', 'inactive', 'failed');
    expect(failure?.deliveries).to.have.nested.property('[0].state', 'held');
    played.wake();
    expect(played.open.heldTogether.size).to.equal(0);
    expect(played.massFailure.until).to.equal(undefined);
  });
});
