import { expect } from 'chai';
import fc from 'fast-check';
import { EFFORT } from '../../support/effort.js';
import { scenario } from './scenario.js';
import { PARTITIONS, World } from './world.js';

const NUM_RUNS = 12 * EFFORT;

describe('partitions shared by leases, with clocks that drift and requests that are lost, late or repeated', () => {
  it('are never answered for by two members, and by exactly one each once nothing fails any more', async () => {
    const property = fc.asyncProperty(scenario, async (story) => {
      const world = new World(story);
      await world.play();
      await world.calm();
      expect(world.problems).to.deep.equal([]);
      const answering = world.members.flatMap((member) => [...member.answering]);
      expect(answering.sort()).to.deep.equal([...PARTITIONS].sort());
      for (const member of world.members) {
        expect(member.answering.size, member.name).to.be.within(1, 2);
        expect(member.mostAtOnce, member.name).to.be.at.most(2);
      }
    });
    await fc.assert(property, { numRuns: NUM_RUNS });
  });
});
