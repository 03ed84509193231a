import { expect } from 'chai';
import { Flapping } from '../../../actors/notifier/rules/flapping.js';
import { Inhibition } from '../../../actors/notifier/rules/inhibition.js';
import { FailedNodes } from '../../../actors/notifier/rules/failed-nodes.js';
import { MassFailure } from '../../../actors/notifier/rules/mass-failure.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

describe('the memory of dependencies', () => {
  it('grows with the held alerts, and keeps nothing for a cause that never fails', () => {
    const open = new OpenAlerts();
    const inhibition = new Inhibition(open, new FailedNodes(), {
      ids: new AlertIds(() => 0),
      flapping: new Flapping({ maxPerHour: 12 }),
      massFailure: new MassFailure({ share: 0.3, atLeast: 20, window: 10_000, hold: 60_000 }),
    });
    for (let count = 0; count < 10_000; count++) {
      const alert = alertAt(count + 1);
      if (alert.node === undefined) throw new TypeError('an alert of a node has one');
      const node = { ...alert.node, name: nodeName(`n${count}`), dependsOn: [nodeName('router')] };
      // Nothing of it is open any more.
      inhibition.held({
        alert: { ...alert, node },
        deliveries: [delivery('held', { hold: 'dependency' })],
      });
    }
    expect(inhibition.size).to.be.at.most(101);
  });
});
