import { EventEmitter } from 'node:events';

import { expect } from 'chai';

import { Interrupts } from '../../../src/cli/interrupts.js';

describe('a signal to the bench', () => {
  it('ends the part that is going on, and no later one', () => {
    const source = new EventEmitter();
    let givenUp = 0;
    const interrupts = new Interrupts(source, () => givenUp++);
    const first = interrupts.nextPhase();
    source.emit('SIGINT');
    expect(first.aborted).to.equal(true);
    const second = interrupts.nextPhase();
    expect(second.aborted).to.equal(false);
    source.emit('SIGTERM');
    expect(second.aborted).to.equal(true);
    expect(givenUp).to.equal(0);
  });

  it('gives up when it comes twice in one part', () => {
    const source = new EventEmitter();
    let givenUp = 0;
    const interrupts = new Interrupts(source, () => givenUp++);
    source.emit('SIGINT');
    source.emit('SIGINT');
    expect(givenUp).to.equal(1);
    interrupts.release();
    source.emit('SIGINT');
    expect(givenUp).to.equal(1);
  });
});
