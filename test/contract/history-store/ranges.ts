import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import type { MakeSubject } from './subject.js';
import { withStore } from '../../support/with-store.js';
import { attemptIntents, ended, user } from './reading.js';

const ALICE = user(-5);

export function describeRanges(make: MakeSubject): void {
  describe("reads a range of a user's history, and", () => {
    const history = withStore(make, 'all');
    before(async () => {
      const sessions = [
        [-500, -400],
        [100, 200],
        [200, 200],
        [201, 300],
        [400, 500],
        [600, 700],
      ] as const;
      await history.store.write(sessions.map(([onlineAt, offlineAt]) => ended(ALICE, onlineAt, offlineAt)));
      await history.store.write([ended(user(-6), 0, 1_000), ended(user(-4), 0, 1_000)]);
    });

    const all = [-500, 100, 200, 201, 400, 600];
    const cases: [string, NonNullable<Parameters<typeof attemptIntents>[2]>, number[]][] = [
      ['has it all, oldest first', {}, all],
      ['begins with the session that covers `from`', { from: 450 }, [400, 600]],
      ['begins with the session that ends at `from`', { from: 500 }, [400, 600]],
      ['leaves out the session that ended before `from`', { from: 501 }, [600]],
      ['begins with the session that begins at `from`', { from: 400 }, [400, 600]],
      [
        'begins with both that end at `from` where the next one begins there',
        { from: 200 },
        [100, 200, 201, 400, 600],
      ],
      ['knows instants before 1970', { from: -450, before: 0 }, [-500]],
      ['ends before the session that begins at `before`', { before: 400 }, [-500, 100, 200, 201]],
      ['ends with the session that begins just before `before`', { before: 401 }, [-500, 100, 200, 201, 400]],
      ['is empty where nobody was online', { from: 301, before: 400 }, []],
      ['is empty when it ends before it begins', { from: 500, before: 100 }, []],
      ['continues behind `after`', { after: 200 }, [201, 400, 600]],
      ['continues behind an `after` that no session began at', { after: 350 }, [400, 600]],
      ['takes the narrower of `from` and `after`', { from: 450, after: 100 }, [400, 600]],
      ['takes the narrower of `after` and `from`', { from: 150, after: 400 }, [600]],
      ['takes any number', { from: -8.64e15, before: 8.64e15, after: -8.64e15 }, all],
      ['is empty beyond all time', { from: 8.64e15 }, []],
    ];
    for (const [promise, range, expected] of cases) {
      it(promise, async () => {
        expect(await attemptIntents(history.store, ALICE, range)).to.deep.equal(expected);
      });
      if (range.after === undefined)
        it(`${promise}, or newest first`, async () => {
          expect(await attemptIntents(history.store, ALICE, { ...range, order: 'desc' })).to.deep.equal(
            expected.toReversed(),
          );
        });
    }

    const newestFirst: [string, NonNullable<Parameters<typeof attemptIntents>[2]>, number[]][] = [
      ['continues behind `after`', { after: 400 }, [201, 200, 100, -500]],
      ['continues behind an `after` that no session began at', { after: 350 }, [201, 200, 100, -500]],
      ['takes the narrower of `before` and `after`', { before: 300, after: 400 }, [201, 200, 100, -500]],
      ['takes the narrower of `after` and `before`', { before: 600, after: 201 }, [200, 100, -500]],
      ['ends with the session that covers `from`', { from: 150, after: 400 }, [201, 200, 100]],
    ];
    for (const [promise, range, expected] of newestFirst)
      it(`${promise}, newest first`, async () => {
        expect(await attemptIntents(history.store, ALICE, { ...range, order: 'desc' })).to.deep.equal(
          expected,
        );
      });

    it('reads a long history in chunks that are not empty, and may be stopped at any time', async () => {
      const bob = user(7);
      await history.store.write(
        Array.from({ length: 5_000 }, (_, index) => ended(bob, index * 10, index * 10 + 5)),
      );
      const lengths: number[] = [];
      for await (const chunk of history.store.sessions(bob, { order: 'asc' })) lengths.push(chunk.length);
      expect(lengths.reduce((total, length) => total + length)).to.equal(5_000);
      expect(Math.max(...lengths)).to.be.at.most(1_000);
      expect(Math.min(...lengths)).to.be.at.least(1);
      for await (const [first] of history.store.sessions(bob, { order: 'desc', before: instant(100) })) {
        expect(first?.onlineAt).to.equal(90);
        break;
      }
    });
  });
}
