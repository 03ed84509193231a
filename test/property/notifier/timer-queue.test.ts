import { expect } from 'chai';
import fc from 'fast-check';
import { TimerQueue } from '../../../actors/notifier/channel/timer-queue.js';
import { NodeOrdering } from '../../../actors/notifier/channel/ordering.js';
import { moment } from '../../../src/domain/time.js';

describe('a timer queue', () => {
  it('hands out what is due, earliest first, and in the order of arrival', () => {
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

  it('keeps no more than twice what is wanted and a few, in its order', () => {
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

describe('items in order for each node', () => {
  it('free whatever has nothing before it for any of its nodes, and nothing else', () => {
    const lane = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(lane, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (all, picks) => {
        const ordering = new NodeOrdering<{ readonly nodes: readonly string[]; ahead: number }>();
        const left = all.map((names) => ({ nodes: names, ahead: 0 }));
        for (const item of left) ordering.add(item);
        const isFree = (item: (typeof left)[number]) =>
          item.nodes.every((name) => left.find((other) => other.nodes.includes(name)) === item);
        let free = new Set(left.filter(isFree));
        while (left.length > 0) {
          for (const item of left) expect(item.ahead === 0).to.equal(isFree(item));
          const [picked] = left.splice((picks.next().value as number) % left.length, 1);
          const freed = ordering.remove(picked!);
          const now = new Set(left.filter(isFree));
          expect(freed).to.have.members([...now].filter((item) => !free.has(item)));
          free = now;
        }
      }),
    );
  });
});
