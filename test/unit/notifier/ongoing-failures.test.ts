import { expect } from 'chai';
import { OngoingFailures } from '../../../actors/notifier/rules/ongoing-failures.js';
import { moment, type Moment } from '../../../src/domain/time.js';

interface Times {
  readonly until?: number;
  readonly reminders?: number;
  readonly inhibition?: number;
  readonly isUnderWay?: boolean;
  readonly isFull?: boolean;
}

/** When something is due next, if these times are those of the rules. */
function nextAt({
  until,
  reminders,
  inhibition,
  isUnderWay = false,
  isFull = false,
}: Times): number | undefined {
  const at = (time: number | undefined): Moment | undefined =>
    time === undefined ? undefined : moment(time);
  const deps = {
    massFailure: { until: at(until) },
    reminders: { nextAt: at(reminders), isUnderWay },
    inhibition: { nextAt: at(inhibition) },
    overflow: { hasRoomForReminders: !isFull },
  };
  return new OngoingFailures([], deps as never).nextAt;
}

describe('failures that last', () => {
  it('are due with the first reminder or inhibited alert', () => {
    expect(nextAt({})).to.equal(undefined);
    expect(nextAt({ reminders: 7 })).to.equal(7);
    expect(nextAt({ inhibition: 5 })).to.equal(5);
    expect(nextAt({ reminders: 7, inhibition: 5 })).to.equal(5);
    expect(nextAt({ reminders: 3, inhibition: 5 })).to.equal(3);
  });

  it('have no reminder while alerts are held', () => {
    expect(nextAt({ until: 9, reminders: 7 })).to.equal(9);
    expect(nextAt({ until: 9, reminders: 7, inhibition: 5 })).to.equal(5);
    expect(nextAt({ until: 9, reminders: 7, isUnderWay: true })).to.equal(9);
  });

  it('have no reminder while memory is full', () => {
    expect(nextAt({ isFull: true, reminders: 7 })).to.equal(undefined);
    expect(nextAt({ isFull: true, reminders: 7, isUnderWay: true })).to.equal(undefined);
    expect(nextAt({ isFull: true, reminders: 7, inhibition: 9 })).to.equal(9);
  });

  it('are due at once while reminders are being made', () => {
    expect(nextAt({ reminders: 7, inhibition: 5, isUnderWay: true })).to.equal(-Infinity);
  });
});
