import { expect } from 'chai';
import { Admission } from '../../../actors/user/admission.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const LEAST = 2000;

describe('admission', () => {
  let clock: SimulatedClock;
  let admission: Admission;

  beforeEach(() => {
    clock = new SimulatedClock();
    admission = new Admission(clock);
  });

  /** How many requests, sent evenly over one second, are admitted. */
  async function admitted(asking: number): Promise<number> {
    const steps = 100;
    let most = 0;
    for (let step = 0; step < steps; step++) {
      for (let asked = 0; asked < asking / steps; asked++) if (admission.admits()) most++;
      await clock.advance(1000 / steps);
    }
    return most;
  }

  it('admits everybody before any overload', async () => {
    expect(await admitted(200_000)).to.equal(200_000);
  });

  it('admits few for a second after an overload, and continues from a quarter of that load', async () => {
    await admitted(100_000);
    admission.overloaded('shedding');
    expect(await admitted(100_000)).to.be.within(0.9 * LEAST, LEAST);
    expect(await admitted(100_000)).to.be.within(24_000, 26_000);
  });

  it('admits more while the daemon is only strained: usual coming and going is not refused', async () => {
    await admitted(20_000);
    admission.overloaded('strained');
    expect(await admitted(5000), 'from here on').to.be.at.least(4950);
    admission.overloaded('strained');
    expect(await admitted(100_000)).to.be.within(9000, 11_000);
    admission.overloaded('shedding');
    admission.overloaded('strained');
    expect(await admitted(100_000), 'and no more because of that').to.be.within(0.9 * LEAST, LEAST);
  });

  it('lets in twice as many each second without overload, until there is no limit', async () => {
    admission.overloaded('shedding');
    const rates: number[] = [];
    for (let second = 0; second < 6; second++) rates.push(await admitted(100_000));
    const doubled = rates.map((_, second) => LEAST * 2 ** Math.max(0, second - 1));
    for (const [second, rate] of rates.entries())
      expect(rate, `second ${second}`).to.be.closeTo(doubled[second] ?? 0, 0.15 * (doubled[second] ?? 0));
    await clock.advance(5000);
    expect(await admitted(1_500_000)).to.equal(1_500_000);
  });

  it('admits the minimum while the overload lasts, and never nobody', async () => {
    await admitted(100_000);
    let sum = 0;
    for (let tenth = 0; tenth < 100; tenth++) {
      admission.overloaded('shedding');
      for (let asked = 0; asked < 1000; asked++) if (admission.admits()) sum++;
      await clock.advance(100);
    }
    expect(sum).to.be.within(9 * LEAST, 10.1 * LEAST);
  });

  it('saves up admissions for a tenth of a second at most', async () => {
    admission.overloaded('shedding');
    await clock.advance(900);
    let burst = 0;
    for (let asked = 0; asked < 10_000; asked++) if (admission.admits()) burst++;
    expect(burst).to.equal(LEAST / 10);
  });
});
