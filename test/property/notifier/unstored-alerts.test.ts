import { expect } from 'chai';
import fc from 'fast-check';
import { SortedAlerts } from '../../../actors/notifier/outbox/unstored-alerts.js';
import { recordAt } from '../../support/alert-records.js';

const MOST = 600;
const steps = fc.array(fc.tuple(fc.nat(MOST), fc.boolean()), { maxLength: 1500, size: 'max' });

describe('unstored alerts', () => {
  const idOf = (at: number) => recordAt(at + 1, 'pending').alert.id;

  it('are those that were added and not removed, in order, from any position', () => {
    fc.assert(
      fc.property(steps, fc.nat(MOST), fc.nat(1500), (changes, before, copied) => {
        const sorted = new SortedAlerts();
        const known = new Set<number>();
        let then = sorted.copy();
        let knownThen: readonly number[] = [];
        for (const [step, [at, comes]] of changes.entries()) {
          if (step === copied) [then, knownThen] = [sorted.copy(), [...known]];
          if (comes) sorted.put(recordAt(at + 1, 'pending'));
          else sorted.delete(idOf(at));
          if (comes) known.add(at);
          else known.delete(at);
        }
        const listed = (of: SortedAlerts, from?: number) =>
          [...of.newestFirst(from === undefined ? undefined : idOf(from))].map(({ alert }) => alert.id);
        const expected = (all: Iterable<number>) => [...all].sort((a, b) => b - a);
        expect(listed(sorted)).to.deep.equal(expected(known).map(idOf));
        const older = expected(known).filter((at) => at < before);
        expect(listed(sorted, before)).to.deep.equal(older.map(idOf));
        expect(sorted.has(idOf(before))).to.equal(known.has(before));
        // Whatever was added and removed since.
        expect(listed(then)).to.deep.equal(expected(knownThen).map(idOf));
      }),
      { numRuns: 60 },
    );
  });
});
