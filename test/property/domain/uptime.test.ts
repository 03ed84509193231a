import { expect } from 'chai';
import fc from 'fast-check';
import type { Flip, NodeState } from '../../../src/domain/node.js';
import { instant } from '../../../src/domain/time.js';
import { NO_TIME, plus, ratioOf, uptimeOf } from '../../../src/domain/uptime.js';
import { node } from '../../support/simulated-app.js';

const LENGTH = 60;
const at = fc.nat(LENGTH + 20).map((moment) => instant(moment - 10));
const stretches = fc.array(
  fc.tuple(at, fc.nat(20)).map(([from, length]) => ({ from, to: instant(from + length) })),
  { maxLength: 5 },
);
const state = fc.constantFrom<NodeState>('active', 'inactive', 'failed');

describe('the uptime of a node', () => {
  it('is each millisecond counted once, as what the node was in it', () => {
    fc.assert(
      fc.property(
        state,
        fc.uniqueArray(fc.tuple(fc.nat(LENGTH - 1), state), { selector: ([when]) => when, maxLength: 8 }),
        stretches,
        stretches,
        (first, turns, pauses, blind) => {
          const inOrder = turns.toSorted(([a], [b]) => a - b);
          const flips = inOrder.map(([when, to]): Flip => ({
            node: node('ann'),
            from: 'active',
            to,
            at: instant(when),
            cause: 'report',
            retries: 0,
            blind: 0,
          }));
          const expected = { active: 0, inactive: 0, failed: 0, paused: 0, blind: 0 };
          for (let now = 0; now < LENGTH; now++) {
            const within = ({ from, to }: { from: number; to: number }) => from <= now && now < to;
            const was = inOrder.findLast(([when]) => when <= now)?.[1] ?? first;
            expected[pauses.some(within) ? 'paused' : blind.some(within) ? 'blind' : was]++;
          }
          const range = { from: instant(0), to: instant(LENGTH) };
          expect(uptimeOf({ ...range, state: first, flips, pauses, blind })).to.deep.equal(expected);
          // In pieces, each up to its last flip.
          let folded = NO_TIME;
          let [at, was] = [range.from, first];
          for (const flip of flips) {
            folded = plus(
              folded,
              uptimeOf({ from: at, to: flip.at, state: was, flips: [flip], pauses, blind }),
            );
            [at, was] = [flip.at, flip.to];
          }
          const rest = uptimeOf({ from: at, to: range.to, state: was, flips: [], pauses, blind });
          expect(plus(folded, rest)).to.deep.equal(expected);
        },
      ),
    );
  });

  it('is the share of what is known, and nothing where nothing is', () => {
    const none = { active: 0, inactive: 0, failed: 0, paused: 5, blind: 5 };
    expect(ratioOf(none)).to.equal(undefined);
    expect(ratioOf({ ...none, active: 2, inactive: 1, failed: 1 })).to.equal(0.75);
  });
});
