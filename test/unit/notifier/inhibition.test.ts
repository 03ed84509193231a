import { expect } from 'chai';
import { Flapping } from '../../../actors/notifier/rules/flapping.js';
import { Inhibition } from '../../../actors/notifier/rules/inhibition.js';
import { FailedNodes } from '../../../actors/notifier/rules/failed-nodes.js';
import { MassFailure } from '../../../actors/notifier/rules/mass-failure.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord, Delivery } from '../../../src/domain/alert.js';
import { instant, moment } from '../../../src/domain/time.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

const ROUTER = nodeName('router');
const WEB = nodeName('web');
const WALL = instant(1_000_000);
const TIMEOUT = 30_000;

/** Inhibition with the failed nodes and open alerts of a test. */
class Play {
  readonly open = new OpenAlerts();
  readonly failed = new FailedNodes();
  readonly massFailure = new MassFailure({ share: 0, atLeast: 1, window: 10_000, hold: 60_000 });
  readonly inhibition: Inhibition;

  constructor() {
    const { open, failed, massFailure } = this;
    const flapping = new Flapping({ maxPerHour: 12 });
    this.inhibition = new Inhibition(open, failed, {
      ids: new AlertIds(() => 0),
      flapping,
      massFailure,
      nextHold: () => undefined,
    });
  }

  fail(name: string, cause?: string): void {
    const facts = { ...alertAt(1).node!, name: nodeName(name) };
    const status = { since: instant(1), failedAt: moment(0), isQuiet: false, isNotified: true };
    this.failed.put({ facts, ...status, cause: cause === undefined ? undefined : nodeName(cause) });
  }

  /** Puts an alert of a node behind the router into the outbox. */
  hold(at: number, name: string, hold: Delivery['hold'] = 'dependency'): AlertRecord {
    const record = heldAt(at, name, hold);
    this.open.put(record, moment(0));
    this.inhibition.held(record);
    return record;
  }

  /** @returns the names of the nodes whose alerts change, and the new states */
  due(now: number): string[] {
    return this.inhibition
      .due(moment(now), WALL)
      .flatMap(({ alert, deliveries }) =>
        deliveries.map(({ state, hold }) => `${alert.node?.name ?? 'group'} ${hold ?? state}`),
      );
  }
}

function heldAt(at: number, name: string, hold: Delivery['hold']): AlertRecord {
  const node = { ...alertAt(at).node!, name: nodeName(name), dependsOn: [ROUTER] };
  const one = hold === undefined ? delivery('pending') : delivery('held', { hold });
  return { alert: alertAt(at, { node }), deliveries: [one] };
}

describe('the cause of a failure', () => {
  it('inhibits it while the cause is failed', () => {
    const play = new Play();
    expect(play.inhibition.isInhibited({ cause: undefined })).to.equal(false);
    expect(play.inhibition.isInhibited({ cause: ROUTER }), 'not failed').to.equal(false);
    play.fail('router');
    expect(play.inhibition.isInhibited({ cause: ROUTER })).to.equal(true);
  });

  it('is found even if causes went round in a circle', () => {
    const play = new Play();
    play.fail('a', 'b');
    play.fail('b', 'a');
    expect(play.inhibition.causeOf({ name: WEB, dependsOn: [nodeName('a')] })).to.equal('a');
  });

  it('is forgotten once the alert is released, so that a later failure of it inhibits nothing', () => {
    const play = new Play();
    play.fail('router');
    play.fail('web', 'router');
    play.hold(1, 'web');
    play.failed.delete(ROUTER);
    play.inhibition.recovered(ROUTER, moment(0));
    expect(play.due(TIMEOUT - 1)).to.deep.equal([]);
    expect(play.due(TIMEOUT)).to.deep.equal(['web pending']);
    expect(play.failed.get(WEB)?.cause).to.equal(undefined);
  });

  it('is not looked for when the node is not failed any more', () => {
    const play = new Play();
    play.hold(1, 'web');
    play.inhibition.recovered(ROUTER, moment(0));
    expect(play.due(TIMEOUT)).to.deep.equal(['web pending']);
    expect(play.failed.get(WEB)).to.equal(undefined);
  });
});

describe('released alerts of inhibited nodes', () => {
  it('are due at once, and before them those whose time comes', () => {
    const play = new Play();
    expect(play.inhibition.nextAt).to.equal(undefined);
    play.hold(1, 'web');
    play.inhibition.recovered(ROUTER, moment(5));
    expect(play.inhibition.nextAt).to.equal(TIMEOUT + 5);
  });

  it('wait for the end of a mass failure, and are due then', () => {
    const play = new Play();
    // More than are released in one step.
    for (let count = 0; count < 5_001; count++) play.hold(count + 1, `n${String(count)}`);
    play.inhibition.recovered(ROUTER, moment(0));
    expect(play.due(TIMEOUT), 'a group, and what it names').to.have.length(5_001);
    expect(play.inhibition.nextAt, 'another step').to.equal(-Infinity);
    const other = nodeName('other');
    play.massFailure.failed(other, moment(TIMEOUT), 1);
    play.massFailure.begin(alertAt(9_000).id, other, WALL, 1);
    const steps = [play.due(TIMEOUT), play.due(TIMEOUT)];
    expect(steps.map(({ length }) => length)).to.deep.equal([5_000, 1]);
    expect(new Set(steps.flat().map((line) => line.split(' ')[1]))).to.deep.equal(new Set(['mass_failure']));
    expect(play.inhibition.nextAt, 'while they are held').to.equal(undefined);
    play.massFailure.release(moment(TIMEOUT));
    expect(play.inhibition.nextAt, 'the group is still to be completed').to.equal(-Infinity);
  });
});

describe('the memory of dependencies', () => {
  it('grows with the held alerts, and keeps nothing for a cause that never fails', () => {
    const open = new OpenAlerts();
    const inhibition = new Inhibition(open, new FailedNodes(), {
      ids: new AlertIds(() => 0),
      flapping: new Flapping({ maxPerHour: 12 }),
      nextHold: () => undefined,
      massFailure: new MassFailure({ share: 0.3, atLeast: 20, window: 10_000, hold: 60_000 }),
    });
    for (let count = 0; count < 10_000; count++) {
      const alert = alertAt(count + 1);
      if (alert.node === undefined) throw new TypeError('an alert of a node has one');
      const node = { ...alert.node, name: nodeName(`n${count}`), dependsOn: [nodeName('router')] };
      // It has no open alert any more.
      inhibition.held({
        alert: { ...alert, node },
        deliveries: [delivery('held', { hold: 'dependency' })],
      });
    }
    expect(inhibition.size).to.be.at.most(101);
  });

  it('counts held alerts only, and is cleaned up when it has doubled since', () => {
    const play = new Play();
    play.inhibition.held(heldAt(1, 'web', undefined));
    play.inhibition.held({ ...heldAt(1, 'web', 'dependency'), alert: alertAt(1, { node: undefined }) });
    expect(play.inhibition.size).to.equal(0);
    for (let count = 1; count <= 10; count++) play.hold(count, `open${String(count)}`);
    // Open, but held for another reason, or about no single node.
    play.hold(11, 'other', 'mass_failure');
    const group = alertAt(12, { node: undefined });
    play.open.put({ alert: group, deliveries: [delivery('held', { hold: 'dependency' })] }, moment(0));
    for (let count = 1; count <= 90; count++)
      play.inhibition.held(heldAt(100 + count, `closed${String(count)}`, 'dependency'));
    expect(play.inhibition.size).to.equal(100);
    play.inhibition.held(heldAt(200, 'closed', 'dependency'));
    expect(play.inhibition.size, 'only what is open').to.equal(10);
    for (let count = 1; count <= 110; count++)
      play.inhibition.held(heldAt(300 + count, `later${String(count)}`, 'dependency'));
    expect(play.inhibition.size, 'twice as many, and a hundred').to.equal(120);
    play.inhibition.held(heldAt(500, 'last', 'dependency'));
    expect(play.inhibition.size).to.equal(10);
  });
});
