import { expect } from 'chai';
import { DueAlerts } from '../../../actors/notifier/rules/due-alerts.js';
import { moment } from '../../../src/domain/time.js';

/** Due alerts whose sources are next due at these times, while alerts are held until `holdUntil`. */
function dueAlerts(times: readonly (number | undefined)[], holdUntil?: number): DueAlerts {
  const [held, summary, failure, silence] = times.map((at) => (at === undefined ? undefined : moment(at)));
  return new DueAlerts({
    writer: { put: () => undefined },
    massFailure: { until: holdUntil === undefined ? undefined : moment(holdUntil) },
    holdQueue: { nextAt: () => held, release: () => [], endHold: () => undefined },
    summaries: { nextAt: summary, due: () => [] },
    ongoingFailures: {
      nextAt: () => failure,
      silenced: () => [],
      due: () => [],
      raised: () => undefined,
      released: (records) => records,
    },
    maintenance: { look: () => undefined, save: () => undefined },
    silenceRequests: { nextAt: () => silence, removeOld: () => undefined },
  });
}

describe('due alerts', () => {
  it('are next due when the first of their sources is', () => {
    const orders = [
      [10, 20, 30],
      [30, 10, 20],
      [20, 30, 10],
      [undefined, 10, undefined],
      [10, undefined, 20],
      [undefined, 20, 30, 10],
    ];
    for (const times of orders) expect(dueAlerts(times).nextAt(moment(0)), times.join()).to.equal(10);
    expect(dueAlerts([undefined, undefined, undefined]).nextAt(moment(0))).to.equal(undefined);
  });

  it('know how much longer alerts are held', () => {
    expect(dueAlerts([], 1_000).holdEndsIn(moment(400))).to.equal(1);
    expect(dueAlerts([], 1_000).holdEndsIn(moment(1_001))).to.equal(0);
    expect(dueAlerts([]).holdEndsIn(moment(400))).to.equal(null);
  });
});
