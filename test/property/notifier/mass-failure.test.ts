import { expect } from 'chai';
import fc from 'fast-check';
import { MassFailure } from '../../../actors/notifier/rules/mass-failure.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { moment } from '../../../src/domain/time.js';
import { nodeName } from '../../support/simulated-alerts.js';

const OPTIONS = { share: 0.3, atLeast: 5, window: 10_000, hold: 60_000 };

describe('a mass failure', () => {
  it('is held exactly as long as configured, not again within as long, and counts a flapping node once', () => {
    const pause = fc.oneof(fc.constant(0), fc.nat({ max: 3_000 }), fc.nat({ max: 100_000 }));
    const failing = fc.array(fc.tuple(pause, fc.nat({ max: 12 })), { maxLength: 300 });
    fc.assert(
      fc.property(failing, fc.nat({ max: 60 }), (steps, watched) => {
        const mass = new MassFailure(OPTIONS);
        const failures: { readonly node: NodeName; readonly at: number }[] = [];
        let now = 0;
        let quietUntil = -Infinity;
        for (const [step, which] of steps) {
          now += step;
          const { until } = mass.until === undefined ? { until: Infinity } : { until: mass.until };
          if (until <= now) {
            mass.release(moment(until));
            quietUntil = until + OPTIONS.hold;
          }
          const held = mass.until;
          const node = nodeName(`n${String(which)}`);
          failures.push({ node, at: now });
          const recent = failures.filter(({ at }) => at > now - OPTIONS.window);
          const enough =
            new Set(recent.map((failure) => failure.node)).size >=
            Math.max(OPTIONS.atLeast, OPTIONS.share * watched);
          const begins = mass.failed(node, moment(now), watched);
          expect(begins).to.equal(enough && held === undefined && now >= quietUntil);
          expect(mass.until).to.equal(begins ? now + OPTIONS.hold : held);
        }
      }),
    );
  });
});
