import { expect } from 'chai';
import fc from 'fast-check';
import { TimerQueue } from '../../../actors/notifier/timer-queue.js';
import { moment } from '../../../src/domain/time.js';

describe('a timer queue', () => {
  it('returns due items, the earliest first, and equal ones in the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 })), fc.nat({ max: 20 }), (times, now) => {
        const queue = new TimerQueue<string>();
        times.forEach((at, index) => queue.add(moment(at), `${String(at)} ${String(index)}`));
        const taken: string[] = [];
        for (let item = queue.take(moment(now)); item !== undefined; item = queue.take(moment(now)))
          taken.push(item);
        const due = times
          .map((at, index) => ({ at, index }))
          .filter(({ at }) => at <= now)
          .sort((a, b) => a.at - b.at || a.index - b.index);
        expect(taken).to.deep.equal(due.map(({ at, index }) => `${String(at)} ${String(index)}`));
        const left = times.filter((at) => at > now);
        expect(queue.next).to.equal(left.length === 0 ? undefined : Math.min(...left));
      }),
    );
  });

  it('keeps at most twice as many items as are wanted and a few, in order', () => {
    const items = fc.array(fc.record({ at: fc.nat({ max: 50 }), isWanted: fc.boolean() }), {
      minLength: 150,
      maxLength: 400,
    });
    fc.assert(
      fc.property(items, (all) => {
        const queue = new TimerQueue<number>();
        all.forEach(({ at }, index) => queue.add(moment(at), index));
        const wanted = all.filter(({ isWanted }) => isWanted).length;
        queue.prune(wanted, (index) => all[index]?.isWanted === true);
        expect(queue.size).to.be.at.most(2 * wanted + 100);
        const due = all.map(({ at, isWanted }, index) => ({ at, isWanted, index }));
        const taken: number[] = [];
        for (let item = queue.take(moment(50)); item !== undefined; item = queue.take(moment(50)))
          if (all[item]?.isWanted === true) taken.push(item);
        const left = due.filter(({ isWanted }) => isWanted).sort((a, b) => a.at - b.at || a.index - b.index);
        expect(taken).to.deep.equal(left.map(({ index }) => index));
      }),
    );
  });
});
