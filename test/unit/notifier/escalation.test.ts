import { expect } from 'chai';
import { FailedNodes } from '../../../actors/notifier/rules/failed-nodes.js';
import { Escalation } from '../../../actors/notifier/rules/escalation.js';
import { UnnotifiedChannels } from '../../../actors/notifier/rules/unnotified-channels.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import { HOLDS, type Alert, type Delivery } from '../../../src/domain/alert.js';
import { alertAt, delivery } from '../../support/alert-records.js';

const escalation = new Escalation(
  [
    { name: 'ops', events: [] },
    { name: 'boss', events: [], after: 900_000 },
  ],
  {
    failed: new FailedNodes(),
    open: new OpenAlerts(),
    ids: new AlertIds(() => 0),
    unnotified: new UnnotifiedChannels(),
    silencing: { of: () => [] },
  },
);

const failure = alertAt(1);
const toOps = (more: Partial<Delivery> = {}) => delivery('pending', { channel: 'ops', ...more });
const toBoss = (more: Partial<Delivery> = {}) => delivery('pending', { channel: 'boss', ...more });

describe('the first attempt of a channel with a delay', () => {
  it('waits, unless somebody else could not deliver the alert or it is a reminder', () => {
    expect(escalation.wait(failure, toOps())).to.equal(0);
    expect(escalation.wait(failure, toBoss())).to.equal(900_000);
    expect(escalation.wait(failure, toBoss({ attempts: 1 })), 'not the first').to.equal(0);
    expect(escalation.wait(failure, toBoss({ insteadOf: 'ops' }))).to.equal(0);
    expect(escalation.wait({ ...failure, reminder: 1 }, toBoss())).to.equal(0);
  });

  it('does not wait for the end of a failure, or a test', () => {
    for (const type of ['node.recovered', 'node.deleted', 'channel.closed', 'test'] as const)
      expect(escalation.wait({ ...failure, type }, toBoss()), type).to.equal(0);
  });
});

describe('a delivery whose node has changed its status', () => {
  const settled = (one: Delivery, isQuiet: boolean | undefined, alert: Alert = failure): string => {
    const { state, hold } = escalation.settled(alert, one, isQuiet);
    return hold ?? state;
  };
  const reminder = { ...failure, reminder: 1 };

  it('stays as it is once an attempt has begun', () => {
    for (const isQuiet of [undefined, false, true]) {
      expect(settled(toBoss({ attempts: 1 }), isQuiet)).to.equal('pending');
      expect(settled(toOps({ attempts: 1 }), isQuiet, reminder)).to.equal('pending');
    }
  });

  it('is held by an acknowledgement if it waits, and cancelled if it is a reminder', () => {
    expect(settled(toBoss(), true)).to.equal('acknowledged');
    expect(settled(toOps(), true)).to.equal('pending');
    expect(settled(toOps(), true, reminder)).to.equal('cancelled');
    expect(settled(toBoss({ state: 'held', hold: 'flapping' }), true)).to.equal('flapping');
  });

  it('is pending again when the acknowledgement has ended', () => {
    for (const hold of HOLDS) {
      const expected = hold === 'acknowledged' ? 'pending' : hold;
      expect(settled(toBoss({ state: 'held', hold }), false)).to.equal(expected);
    }
    expect(settled(toBoss(), false)).to.equal('pending');
    expect(settled(toOps(), false, reminder)).to.equal('pending');
  });

  it('is cancelled when the node is no longer watched, if somebody would only be notified late or again', () => {
    expect(settled(toBoss(), undefined)).to.equal('cancelled');
    expect(settled(toOps(), undefined)).to.equal('pending');
    expect(settled(toOps(), undefined, reminder)).to.equal('cancelled');
    for (const hold of HOLDS) {
      const isOver = hold === 'acknowledged' || hold === 'dependency' || hold === 'silence';
      expect(settled(toOps({ state: 'held', hold }), undefined)).to.equal(isOver ? 'cancelled' : hold);
    }
  });
});
