import { expect } from 'chai';
import { KIND } from '../../../src/adapters/history/format.js';
import { RANGES } from '../../../src/adapters/history/kind-ranges.js';

describe('sizes by kind', () => {
  it('count each range once, and silences, overrides, incidents and status pages with alerts', () => {
    const first = RANGES.map(([, { gte }]) => gte[0]);
    expect(new Set(first)).to.have.property('size', first.length);
    const ofAlerts = RANGES.filter(([kind]) => kind === 'alerts').map(([, { gte }]) => gte[0]);
    expect(ofAlerts).to.include.members([
      KIND.ALERT,
      KIND.SILENCE,
      KIND.OVERRIDE,
      KIND.INCIDENT,
      KIND.STATUS_PAGE,
    ]);
  });
});
