import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import { LargeAnswers } from '../../../src/http/server/large-answers.js';
import type { Refusal } from '../../../src/http/server/refusal.js';
import { UnsentBytes } from '../../../src/http/server/unsent-bytes.js';
import type { ErrorCode } from '../../../src/errors.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

/** A request whose client may leave. */
class Asking {
  open = true;
  readonly request = new IncomingMessage(new Socket());
  readonly response = new ServerResponse(this.request);
  readonly outcomes: unknown[] = [];

  abandon(): void {
    this.outcomes.push('abandoned');
  }

  refuse(code: ErrorCode, { retryAfter }: Refusal): void {
    this.outcomes.push([code, retryAfter]);
  }
}

describe('large answers', () => {
  const begin = () => {
    const unsent = new UnsentBytes(1000, { heapLimit: Infinity, reset: () => undefined });
    const answers = new LargeAnswers(unsent, clock);
    /** Those that are being made, by what ends them. */
    const making: (() => void)[] = [];
    const make = () => new Promise<void>((resolve) => making.push(resolve));
    return { unsent, answers, making, make };
  };
  const clock = new SimulatedClock();
  const settled = () => clock.settle();

  it('are made two at a time, in the order in which they were asked for', async () => {
    const { answers, making, make } = begin();
    const all = Array.from({ length: 5 }, () => answers.make(new Asking(), 'state', make));
    for (const made of [2, 3, 4, 5, 5]) {
      await settled();
      expect(making).to.have.length(made);
      making[made - 2]?.();
    }
    for (const end of making) end();
    await Promise.all(all);
  });

  it('do not wait for those that are made from another source, or have turns elsewhere', async () => {
    const { answers, making, make } = begin();
    for (const source of ['history', 'history', 'history', 'state', 'in turns of its own'] as const)
      void answers.make(new Asking(), source, make);
    await settled();
    expect(making).to.have.length(4);
  });

  it('are not made for clients that left while they waited, and one that fails holds up nobody', async () => {
    const { answers, making, make } = begin();
    const asking = Array.from({ length: 20 }, () => new Asking());
    const failing = answers.make(new Asking(), 'state', () => Promise.reject(new Error('damaged')));
    const all = asking.map((each) => answers.make(each, 'state', make));
    expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(Error);
    await settled();
    expect(making).to.have.length(2);
    for (const each of asking.slice(2, 19)) each.open = false;
    making.splice(0).forEach((end) => end());
    await settled();
    expect(making).to.have.length(1);
    making[0]?.();
    await Promise.all(all);
    expect(asking.map(({ outcomes }) => outcomes.length)).to.deep.equal([
      0,
      0,
      ...Array.from({ length: 17 }, () => 1),
      0,
    ]);
    expect(asking[2]?.outcomes).to.deep.equal(['abandoned']);
  });

  it('are refused while too many bytes wait, when they are asked for and when their turn comes', async () => {
    const { unsent, answers, making, make } = begin();
    const waits = new Asking();
    const all = [new Asking(), new Asking(), waits].map((each) => answers.make(each, 'state', make));
    await settled();
    const taken = unsent.add(new Socket(), 1000);
    const late = new Asking();
    await answers.make(late, 'in turns of its own', make);
    making.splice(0).forEach((end) => end());
    await Promise.all(all);
    expect([waits.outcomes, late.outcomes]).to.deep.equal([
      [['HEARTBEAT_OVERLOADED', 5]],
      [['HEARTBEAT_OVERLOADED', 5]],
    ]);
    expect([making.length, answers.refused]).to.deep.equal([0, 2]);
    taken();
    void answers.make(new Asking(), 'state', make);
    await settled();
    expect(making).to.have.length(1);
  });
});
