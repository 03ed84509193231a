import { expect } from 'chai';
import { MassFailure } from '../../../actors/notifier/rules/mass-failure.js';
import { instant, moment } from '../../../src/domain/time.js';
import { alertId } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

const OPTIONS = { share: 0, atLeast: 1, window: 60_000, hold: 10_000 };
const NODE = nodeName('node1');

describe('the quiet period after a mass failure', () => {
  it('ends after as long as the hold', () => {
    for (const [after, isHeld] of [
      [OPTIONS.hold - 1, false],
      [OPTIONS.hold, true],
    ] as const) {
      const massFailure = new MassFailure(OPTIONS);
      massFailure.release(moment(500));
      expect(massFailure.failed(NODE, moment(500 + after), 1), String(after)).to.equal(isHeld);
    }
  });

  it('continues after a restart for the rest of its time', () => {
    const [from, until] = [instant(0), instant(OPTIONS.hold)];
    const wall = instant(until + OPTIONS.hold - 1_000);
    for (const [now, isHeld] of [
      [999, false],
      [1_000, true],
    ] as const) {
      const massFailure = new MassFailure(OPTIONS);
      massFailure.resume([], { from, until }, false, moment(0), wall);
      expect(massFailure.failed(NODE, moment(now), 1), String(now)).to.equal(isHeld);
    }
  });
});

describe('the alert about a mass failure', () => {
  it('counts every node, and names the first twenty', () => {
    const massFailure = new MassFailure(OPTIONS);
    massFailure.failed(NODE, moment(0), 30);
    const alert = massFailure.begin(alertId(1), NODE, instant(0), 30);
    const names = Array.from({ length: 24 }, (_, index) => nodeName(`node${String(index + 2)}`));
    for (const name of names) massFailure.failed(name, moment(1), 30);
    expect(massFailure.upToDate(alert).mass).to.deep.equal({
      count: 25,
      sample: [NODE, ...names.slice(0, 19)],
    });
  });
});
