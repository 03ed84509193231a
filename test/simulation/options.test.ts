import { expect } from 'chai';
import { parseOptions, WrongOptions } from './options.js';
import { PLANTS } from './plants.js';
import { shrink } from './shrink.js';
import { simulate } from './simulation.js';
import { storyOf } from './story.js';

describe('the options of the simulator', () => {
  it('are refused when they are wrong', () => {
    for (const wrong of [
      ['--faults', 'fire'],
      ['--hours', '0'],
      ['--seed', '-1'],
      ['--seed', ''],
      ['--seed', '4294967295', '--seeds', '2'],
      ['--hours', '0x1'],
      ['--seeds', '1e3'],
      ['--seeds', 'x'],
      ['--what'],
    ])
      expect(() => parseOptions(wrong), wrong.join(' ')).to.throw(WrongOptions);
    expect(parseOptions(['--faults', 'kill,stall', '--seed', '7'])).to.deep.include({
      seed: 7,
      faults: ['kill', 'stall'],
    });
  });
});

describe('a seed that breaks a promise', () => {
  it('is reduced, and its events are listed', async () => {
    const plant = PLANTS.find(({ name }) => name === 'goodbye-forgotten');
    const options = { seed: 3, length: 40_000, faults: 'chosen', plant } as const;
    const outcome = await simulate(options);
    const smaller = await shrink(options, outcome);
    expect(smaller.options.faults).to.deep.equal([]);
    expect(smaller.options.length).to.be.below(options.length / 4);
    expect(await simulate(smaller.options)).to.deep.equal(smaller.outcome);
    expect(storyOf(smaller.outcome)).to.match(/sends a goodbye\.\n.*gets 'offline' to the goodbye/);
  });
});
