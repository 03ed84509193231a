import fc from 'fast-check';
import { expect } from 'chai';
import { World, type Deed, type Reaction, type Step } from './world.js';

const deed = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Deed>('work') },
  { weight: 3, arbitrary: fc.constantFrom<Deed>('fall once', 'fall twice', 'tell and fall') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Deed>('retire', 'retire and fall', 'stop', 'stop and fall', 'tell'),
  },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('tell', 'insist'), deed }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass'), times: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('restart', 'stop', 'retire', 'spawn') }) },
);

const reaction = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Reaction>('retry') },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Reaction>(
      'drop',
      'keep',
      'throw',
      'retry and throw',
      'stop',
      'stop and throw',
      'stop and retry',
    ),
  },
);

const script = fc.record({
  steps: fc.array(step, { maxLength: 60 }),
  reactions: fc.array(reaction, { minLength: 1, maxLength: 8 }),
  mailbox: fc.integer({ min: 1, max: 12 }),
  end: fc.constantFrom('stop', 'system'),
});

describe('an actor and its owner, acting at random', () => {
  it('handle every message once and in order, with one nact actor per name', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ({ steps, reactions, mailbox, end }) => {
        const world = new World(reactions, mailbox);
        for (const each of steps) {
          await world.take(each);
          world.checkRunning();
        }
        await world.end(end);
        for (const { name, fates } of world.ledger()) expect(fates, name).to.have.length(1);
        for (const handled of world.handledByIncarnation()) {
          expect(handled, 'in the order of telling').to.deep.equal([...handled].sort((a, b) => a - b));
        }
        expect(world.running).to.equal(0);
        expect(world.unexpected, 'nothing escapes').to.deep.equal([]);
      }),
      { numRuns: 1500 },
    );
  });
});
