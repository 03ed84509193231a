import { expect } from 'chai';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { Flapping, FlappingSummaries } from '../../../actors/notifier/rules/flapping.js';
import type { Delivery } from '../../../src/domain/alert.js';
import { instant, moment } from '../../../src/domain/time.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

const HOUR = 3_600_000;
const WALL = 10 * HOUR;
const NODE = nodeName('node1');

describe('the messages of a flapping node', () => {
  it('count for an hour', () => {
    const flapping = new Flapping({ maxPerHour: 2 });
    flapping.sent('ops', NODE, moment(0));
    expect(flapping.allows('ops', NODE, moment(HOUR - 1))).to.equal(false);
    expect(flapping.allows('ops', NODE, moment(HOUR))).to.equal(true);
  });

  it('are forgotten after an hour without another one', () => {
    const flapping = new Flapping({ maxPerHour: 2 });
    flapping.sent('ops', NODE, moment(0));
    flapping.sent('ops', nodeName('node2'), moment(HOUR - 1));
    expect(flapping.size).to.equal(2);
    flapping.sent('ops', nodeName('node3'), moment(HOUR));
    expect(flapping.size).to.equal(2);
  });

  it('end in a summary after a rest, and not before the limit allows one more', () => {
    const flapping = new Flapping({ maxPerHour: 2 });
    expect(flapping.due('ops', NODE, moment(20))).to.equal(20 + HOUR / 2);
    flapping.sent('ops', NODE, moment(0));
    flapping.sent('ops', NODE, moment(10));
    expect(flapping.due('ops', NODE, moment(20))).to.equal(HOUR);
    expect(flapping.due('ops', NODE, moment(HOUR))).to.equal(1.5 * HOUR);
  });

  /** Whether another message may be sent `after` a restart, given these deliveries of an earlier run. */
  function allowsAfterRestart(deliveries: readonly Delivery[], after = 0, maxPerHour = 2): boolean {
    const flapping = new Flapping({ maxPerHour });
    const records = deliveries.map((each) => ({ alert: alertAt(WALL - 2 * HOUR), deliveries: [each] }));
    flapping.resume(records, moment(0), instant(WALL));
    return flapping.allows('ops', NODE, moment(after));
  }

  it('count after a restart from the last attempt, or else from their delivery', () => {
    const [old, recent] = [instant(WALL - 2 * HOUR), instant(WALL - 1)];
    expect(allowsAfterRestart([delivery('delivered', { since: old, lastAttempt: recent })])).to.equal(false);
    expect(allowsAfterRestart([delivery('delivered', { since: recent })])).to.equal(false);
    expect(allowsAfterRestart([delivery('delivered', { since: old })])).to.equal(true);
    expect(allowsAfterRestart([delivery('pending', { since: old, attempts: 1 })])).to.equal(true);
  });

  it('count from the restart if they have not been tried', () => {
    expect(allowsAfterRestart([delivery('pending', { since: instant(WALL - 2 * HOUR) })])).to.equal(false);
  });

  it('count in the order of their attempts after a restart', () => {
    const at = (ago: number) => delivery('delivered', { lastAttempt: instant(WALL - ago) });
    expect(allowsAfterRestart([at(1_000), at(HOUR - 1_000)], 999, 3)).to.equal(false);
    expect(allowsAfterRestart([at(1_000), at(HOUR - 1_000)], 1_000, 3)).to.equal(true);
  });
});

describe('summaries of flapping nodes', () => {
  it('are due at no time while there are none', () => {
    const summaries = new FlappingSummaries(
      new OpenAlerts(),
      new Flapping({ maxPerHour: 2 }),
      () => undefined,
    );
    expect(summaries.nextAt).to.equal(undefined);
  });
});
