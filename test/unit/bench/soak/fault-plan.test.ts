import { expect } from 'chai';
import { planFaults, type FaultKind } from '../../../../bench/soak/fault-plan.js';

const LENGTH = 600_000;
const EVERY = 12_000;

describe('the faults of a soak', () => {
  const of = (seed: number) => planFaults(seed, LENGTH, EVERY);

  it('are the same for the same seed, and others for another one', () => {
    expect(of(7)).to.deep.equal(of(7));
    expect(of(7)).to.not.deep.equal(of(8));
  });

  it('are of all kinds, in order, and over by the end', () => {
    for (let seed = 0; seed < 50; seed++) {
      const faults = of(seed);
      const kinds: readonly FaultKind[] = ['kill', 'restart', 'freeze', 'full-disk', 'reload', 'outage'];
      expect(faults.map(({ kind }) => kind)).to.include.members([...kinds]);
      expect(faults.map(({ at }) => at)).to.deep.equal(faults.map(({ at }) => at).sort((a, b) => a - b));
      for (const { at, lasts } of faults) expect(at + lasts).to.be.at.most(LENGTH);
    }
  });

  it('never overlap, but for outages of the provider', () => {
    for (let seed = 0; seed < 50; seed++) {
      let free = 0;
      for (const { kind, at, lasts } of of(seed)) {
        if (kind === 'outage') continue;
        expect(at).to.be.at.least(free);
        free = at + lasts;
      }
    }
  });
});
