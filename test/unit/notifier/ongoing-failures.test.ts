import { expect } from 'chai';
import { FailedNodes, type FailedNode } from '../../../actors/notifier/rules/failed-nodes.js';
import { OngoingFailures } from '../../../actors/notifier/rules/ongoing-failures.js';
import { instant, moment, type Moment } from '../../../src/domain/time.js';
import { alertAt } from '../../support/alert-records.js';

interface Times {
  readonly until?: number;
  readonly reminders?: number;
  readonly inhibition?: number;
  readonly silencing?: number;
  readonly isUnderWay?: boolean;
  readonly isFull?: boolean;
}

/** The next due time, given these times of the rules. */
function nextAt({
  until,
  reminders,
  inhibition,
  silencing,
  isUnderWay = false,
  isFull = false,
}: Times): number | undefined {
  const at = (time: number | undefined): Moment | undefined =>
    time === undefined ? undefined : moment(time);
  const deps = {
    massFailure: { until: at(until) },
    reminders: { nextAt: at(reminders), isUnderWay },
    inhibition: { nextAt: at(inhibition) },
    silencing: { nextAt: () => at(silencing) },
    overflow: { hasRoomForReminders: !isFull },
  };
  return new OngoingFailures([], deps as never).nextAt(moment(0));
}

describe('failures that last', () => {
  it('are due with the first reminder, or inhibited or silenced alert', () => {
    expect(nextAt({})).to.equal(undefined);
    expect(nextAt({ reminders: 7 })).to.equal(7);
    expect(nextAt({ inhibition: 5 })).to.equal(5);
    expect(nextAt({ reminders: 7, inhibition: 5 })).to.equal(5);
    expect(nextAt({ reminders: 3, inhibition: 5 })).to.equal(3);
    expect(nextAt({ reminders: 3, inhibition: 5, silencing: 2 })).to.equal(2);
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

  it('are of an earlier run if they are reported before they were seen, and reminded of from then on', () => {
    const failed = new FailedNodes();
    const watched: string[] = [];
    const deps = {
      failed,
      inhibition: { causeOf: () => undefined },
      reminders: { watch: ({ facts }: FailedNode) => watched.push(facts.name) },
      closing: { changed: () => undefined },
      unnotified: { forget: () => undefined },
    };
    const failures = new OngoingFailures([], deps as never);
    const node = alertAt(1).node!;
    const report = (since: number): boolean | undefined => {
      const status = { node, since: instant(since), isQuiet: false, isNotified: true };
      failures.reported(node.name, status, moment(0), instant(1000));
      return failed.get(node.name)?.isOfEarlierRun;
    };
    expect([report(1), report(1), report(2)]).to.deep.equal([true, true, false]);
    expect(watched).to.have.length(1);
    failed.delete(node.name);
    const flip = { node: node.name, from: 'inactive', to: 'failed', at: instant(5) } as const;
    const change = {
      flip: { ...flip, cause: 'silence', retries: 0, blind: 0 },
      node,
      isPaused: false,
    } as const;
    failures.flipped(change, moment(0), instant(1000));
    expect(report(5)).to.equal(false);
    expect(watched).to.have.length(2);
  });
});
