import { expect } from 'chai';
import fc from 'fast-check';
import { MassFailure } from '../../../actors/notifier/mass-failure.js';
import { moment } from '../../../src/domain/time.js';

const OPTIONS = { share: 0.3, atLeast: 5, window: 10_000, hold: 60_000 };

describe('a mass failure', () => {
  it('is held for exactly as long as it may be, and never again within as long, whatever fails when', () => {
    const pauses = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 3_000 }), fc.nat({ max: 100_000 })), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(pauses, fc.nat({ max: 60 }), (steps, watched) => {
        const mass = new MassFailure(OPTIONS);
        const failures: number[] = [];
        let now = 0;
        let quietUntil = -Infinity;
        for (const step of steps) {
          now += step;
          const { until } = mass.until === undefined ? { until: Infinity } : { until: mass.until };
          if (until <= now) {
            mass.release(moment(until));
            quietUntil = until + OPTIONS.hold;
          }
          const held = mass.until;
          failures.push(now);
          const recent = failures.filter((at) => at > now - OPTIONS.window).length;
          const enough = recent >= Math.max(OPTIONS.atLeast, OPTIONS.share * watched);
          const begins = mass.failed(moment(now), watched);
          expect(begins).to.equal(enough && held === undefined && now >= quietUntil);
          expect(mass.until).to.equal(begins ? now + OPTIONS.hold : held);
        }
      }),
    );
  });
});
