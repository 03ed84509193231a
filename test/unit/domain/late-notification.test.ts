import { expect } from 'chai';
import { isNotification, LATE, notifiedLateAt } from '../../../src/domain/late-notification.js';
import { instant } from '../../../src/domain/time.js';
import { alertAt, delivery } from '../../support/alert-records.js';

const RAISED = 1_000_000;
const DUE = RAISED + LATE;
const attemptedAt = (at: number) => delivery('delivered', { lastAttempt: instant(at) });
const lateAt = (...deliveries: ReturnType<typeof delivery>[]) =>
  notifiedLateAt({ alert: alertAt(RAISED), deliveries });

describe('a late notification', () => {
  it('is one an hour after its alert or later', () => {
    expect(lateAt(attemptedAt(DUE - 1))).to.equal(undefined);
    expect(lateAt(attemptedAt(DUE))).to.equal(DUE);
    expect(lateAt(delivery('pending', { since: instant(DUE + 5) }))).to.equal(DUE + 5);
  });

  it('is the last one of its alert', () => {
    expect(lateAt(attemptedAt(DUE + 2), attemptedAt(DUE + 3), attemptedAt(DUE + 1))).to.equal(DUE + 3);
    expect(lateAt(attemptedAt(DUE - 1), attemptedAt(DUE + 1))).to.equal(DUE + 1);
  });

  it('is not a delivery that notifies nobody', () => {
    for (const state of ['pending', 'delivered', 'dead'] as const)
      expect(isNotification({ state }), state).to.equal(true);
    for (const state of ['held', 'cancelled', 'folded'] as const) {
      expect(isNotification({ state }), state).to.equal(false);
      expect(lateAt(delivery(state, { since: instant(DUE) })), state).to.equal(undefined);
    }
  });
});
