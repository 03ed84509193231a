import { expect } from 'chai';
import { DeadLetters } from '../../../src/runtime/dead-letters.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

describe('the dead letters', () => {
  it('say when, for whom, what and why', () => {
    const clock = new SimulatedClock(1_700_000_000_000);
    const letters = new DeadLetters(clock);
    letters.add('root/users/42', { kind: 'heal', secret: 'x' }, 'it crashed its actor twice');
    expect(letters.recent).to.deep.equal([
      { at: 1_700_000_000_000, path: 'root/users/42', message: 'heal', reason: 'it crashed its actor twice' },
    ]);
  });

  it('keep the last hundred, the newest last, and count all', () => {
    const letters = new DeadLetters(new SimulatedClock());
    for (let n = 0; n < 250; n++) letters.add('a', { kind: `m${n}` }, 'why');
    expect(letters.total).to.equal(250);
    expect(letters.recent.map(({ message }) => message)).to.deep.equal(
      Array.from({ length: 100 }, (_, n) => `m${n + 150}`),
    );
  });

  it('name a message by its kind or type, and take anything for one', () => {
    const letters = new DeadLetters(new SimulatedClock());
    const messages: unknown[] = [
      { kind: 'heal' },
      { type: 'child_exited' },
      { kind: Object.create(null) as object, type: 7 },
      {},
      'text',
      7,
      null,
      undefined,
      Symbol('s'),
    ];
    for (const message of messages) letters.add('a', message, 'why');
    expect(letters.recent.map(({ message }) => message)).to.deep.equal([
      'heal',
      'child_exited',
      'object',
      'object',
      'string',
      'number',
      'object',
      'undefined',
      'symbol',
    ]);
  });
});
