import { expect } from 'chai';
import fc from 'fast-check';
import { assign, isSameAssignment, type Assignment } from '../../../src/domain/assignment.js';
import { EFFORT } from '../../support/effort.js';

const NUM_RUNS = 300 * EFFORT;
const NAMES = ['a', 'b', 'c', 'd', 'e'];

const partitions = fc
  .integer({ min: 0, max: 12 })
  .map((count) => Array.from({ length: count }, partitionName));
const members = fc.subarray(NAMES, { minLength: 1 });
/** Of members and partitions that there are, or were. */
const current = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 14 }), fc.constantFrom(...NAMES, 'gone')))
  .map((pairs): Assignment => new Map(pairs.map(([index, member]) => [partitionName(0, index), member])));

function partitionName(_: unknown, index: number): string {
  return `users-${String(index)}`;
}

function holds(promise: (p: readonly string[], m: readonly string[], c: Assignment) => void): void {
  fc.assert(fc.property(partitions, members, current, promise), { numRuns: NUM_RUNS });
}

function countOf(assignment: Assignment, member: string): number {
  return [...assignment.values()].filter((each) => each === member).length;
}

function moves(from: Assignment, to: Assignment): number {
  return [...to].filter(([partition, member]) => from.get(partition) !== member).length;
}

describe('the assignment of partitions to members', () => {
  it('gives each partition to one of the members', () => {
    holds((all, alive, before) => {
      const after = assign(all, alive, before);
      expect([...after.keys()].sort()).to.deep.equal([...all].sort());
      for (const member of after.values()) expect(alive).to.include(member);
    });
  });

  it('gives no member more than one partition more than another', () => {
    holds((all, alive, before) => {
      const counts = alive.map((member) => countOf(assign(all, alive, before), member));
      expect(Math.max(...counts) - Math.min(...counts)).to.be.at.most(1);
    });
  });

  it('moves as few as any balanced assignment can', () => {
    holds((all, alive, before) => {
      const least = Math.floor(all.length / alive.length);
      const kept = alive.map((member) => all.filter((each) => before.get(each) === member).length);
      // Every choice of the members that have one more.
      const bests = choices(alive.length, all.length % alive.length).map((withOneMore) =>
        kept.reduce(
          (sum, count, index) => sum + Math.min(count, least + (withOneMore.has(index) ? 1 : 0)),
          0,
        ),
      );
      expect(moves(before, assign(all, alive, before))).to.equal(all.length - Math.max(...bests));
    });
  });

  it('changes nothing when it is made again', () => {
    holds((all, alive, before) => {
      const after = assign(all, alive, before);
      expect(isSameAssignment(assign([...all].reverse(), [...alive].reverse(), after), after)).to.equal(true);
    });
  });

  it('is empty without members', () => {
    expect([...assign(['users-0'], [], new Map([['users-0', 'a']]))]).to.deep.equal([]);
  });

  it('moves a third of each when a third member comes', () => {
    const all = Array.from({ length: 12 }, partitionName);
    const two = assign(all, ['a', 'b'], new Map());
    const three = assign(all, ['a', 'b', 'c'], two);
    expect([moves(two, three), countOf(three, 'c')]).to.deep.equal([4, 4]);
  });
});

/** All sets of some of the first numbers. */
function choices(numbers: number, some: number): Set<number>[] {
  if (some === 0) return [new Set()];
  if (numbers < some) return [];
  const last = numbers - 1;
  return [...choices(last, some), ...choices(last, some - 1).map((rest) => new Set([...rest, last]))];
}
