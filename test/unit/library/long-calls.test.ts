import { expect } from 'chai';
import type { Daemon } from '../../../src/app/api/daemon.js';
import { callDaemon, callsAnswered, duringCall, giveUpCalls, pulled } from '../../../src/library/calls.js';

describe('library calls that ask several times', () => {
  /** The daemon is only the key of the calls; none of its methods is called. */
  const daemon = (): Daemon => ({}) as Daemon;
  const never = (): Promise<never> => new Promise(() => undefined);
  const outcome = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

  async function* endless(): AsyncGenerator<number> {
    yield 1;
    yield await never();
  }

  it('are under way until all of it is done', async () => {
    const instance = daemon();
    const steps: string[] = [];
    let finish = (): void => undefined;
    const call = duringCall(instance, async () => {
      await callDaemon<undefined>(instance, (resolve) => resolve(undefined));
      await new Promise<void>((resolve) => (finish = resolve));
      steps.push('done');
    });
    const answered = callsAnswered(instance).then(() => steps.push('answered'));
    await new Promise((resolve) => setImmediate(resolve));
    finish();
    await Promise.all([call, answered]);
    expect(steps).to.deep.equal(['done', 'answered']);
  });

  it('end with the instance', async () => {
    const instance = daemon();
    const items = pulled(instance, endless());
    expect(await items.next()).to.deep.equal({ value: 1, done: false });
    const waiting = [callDaemon(instance, () => undefined), duringCall(instance, never), items.next()];
    const outcomes = waiting.map(outcome);
    giveUpCalls(instance);
    for (const each of outcomes) expect(await each).to.include({ code: 'HEARTBEAT_NOT_READY' });
  });

  it('ask nothing once the instance has given up', async () => {
    const instance = daemon();
    giveUpCalls(instance);
    let asked = 0;
    const call = callDaemon(instance, () => {
      asked++;
    });
    expect(await outcome(call)).to.include({ code: 'HEARTBEAT_NOT_READY' });
    expect(asked).to.equal(0);
  });

  it('leave turns to timers and sockets, even if each is answered at once', async () => {
    const instance = daemon();
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    for (let call = 0; call < 10_000; call++)
      await callDaemon<undefined>(instance, (resolve) => resolve(undefined));
    isOver = true;
    expect(turns).to.be.within(9, 11);
  });

  it('leave a source that is not read to its end', async () => {
    let isLeft = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield 1;
        yield 2;
      } finally {
        isLeft = true;
      }
    }
    for await (const item of pulled(daemon(), source())) if (item === 1) break;
    expect(isLeft).to.equal(true);
  });
});
