import { expect } from 'chai';
import fc from 'fast-check';
import { NodeOrdering } from '../../../actors/notifier/channel/ordering.js';

describe('alerts that are sent in order for each node', () => {
  it('are released exactly when no earlier one waits for any of their nodes', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(names, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (all, picks) => {
        const ordering = new NodeOrdering<{ readonly nodes: readonly string[]; ahead: number }>();
        const left = all.map((nodes) => ({ nodes, ahead: 0 }));
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
