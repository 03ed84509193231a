import { expect } from 'chai';
import { buildSupervisor, type SupervisorNode } from '../../../actors/supervisor/build-supervisor.js';
import type { ExitSignal } from '../../../actors/supervisor/child-spec.js';
import type { Moment } from '../../../src/domain/time.js';
import { ActorSystem } from '../../../src/runtime/actor-system.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

/** Supervisors one below another, above one worker. */
function nested(
  [id = 'root', ...below]: readonly string[],
  start: (exitSignal: ExitSignal) => Promise<void> | undefined,
): SupervisorNode {
  const worker = {
    kind: 'worker' as const,
    id: 'worker',
    restart: 'permanent' as const,
    shutdown: 1,
    start: async (exitSignal: ExitSignal) => {
      await start(exitSignal);
      return { stop: () => Promise.resolve(), inspect: () => ({}) };
    },
  };
  return {
    kind: 'supervisor',
    id,
    restart: 'permanent',
    shutdown: 1,
    policy: { strategy: 'one_for_one', intensity: 1, period: 10, backoff: { min: 0, max: 0 } },
    children: [below.length === 0 ? worker : nested(below, start)],
  };
}

describe('a child whose restart fails', () => {
  for (const isStopping of [false, true]) {
    it(isStopping ? 'is no crash while its supervisor stops' : 'has crashed', async () => {
      const clock = new SimulatedClock();
      const logger = new RecordingLogger();
      const system = new ActorSystem(clock, logger);
      let starts = 0;
      let exit: ExitSignal | undefined;
      let fail = (): void => undefined;
      const tree = nested(['root'], (exitSignal) => {
        exit = exitSignal;
        if (++starts === 1) return undefined;
        return new Promise<void>((_resolve, reject) => {
          fail = () => {
            reject(new Error('not now'));
          };
        });
      });
      const root = buildSupervisor({ system, clock, logger }, system.place(system, 'root'), tree, {
        crashed: () => undefined,
      });
      await root.start();
      exit?.crashed(new Error('planned'));
      await clock.settle();
      const crashes = () => logger.events().filter((event) => event === 'child crashed').length;
      expect([starts, crashes()]).to.deep.equal([2, 1]);
      const stopped = isStopping ? root.stop() : undefined;
      fail();
      await clock.settle();
      expect(crashes()).to.equal(isStopping ? 1 : 2);
      await (stopped ?? root.stop());
      system.stop();
    });
  }
});

/** A clock that throws as often as a test says. */
class FaultyClock extends SimulatedClock {
  faults = 0;

  override now(): Moment {
    if (this.faults-- > 0) throw new Error('a bug');
    return super.now();
  }
}

describe('a supervisor that a message crashes twice while it starts', () => {
  it('fails to start, so that nobody waits for it for ever', async () => {
    const clock = new FaultyClock();
    const logger = new RecordingLogger();
    const system = new ActorSystem(new SimulatedClock(), logger);
    const tree = nested(['root'], () => undefined);
    const root = buildSupervisor({ system, clock, logger }, system.place(system, 'root'), tree, {
      crashed: () => undefined,
    });
    let failure: unknown;
    void root.start().catch((error: unknown) => (failure = error));
    clock.faults = 2;
    await clock.settle();
    expect(failure).to.be.an('error').with.property('message', 'a bug');
    await root.stop();
    system.stop();
  });
});

describe('a supervisor above another one', () => {
  it('starts it again with everything below it, however deep, and past its own intensity fails', async () => {
    const clock = new SimulatedClock();
    const logger = new RecordingLogger();
    const system = new ActorSystem(clock, logger);
    let starts = 0;
    let crash: ((error: Error) => void) | undefined;
    let fatal: Error | undefined;
    const tree = nested(['root', 'notifier', 'channel', 'webhook'], (exitSignal) => {
      starts++;
      crash = (error) => {
        exitSignal.crashed(error);
      };
      return undefined;
    });
    const root = buildSupervisor({ system, clock, logger }, system.place(system, 'root'), tree, {
      crashed: (error) => {
        fatal = error;
      },
    });
    await root.start();
    while (fatal === undefined && starts < 100) {
      crash?.(new Error('planned'));
      await clock.settle();
    }
    // Each level allows one restart.
    expect(starts).to.equal(2 ** 4);
    expect(fatal?.message).to.match(/^notifier was .* channel was .* webhook was .* worker was .*: planned$/);
    await root.stop();
    system.stop();
  });
});

describe('a supervisor that has stopped', () => {
  it('has no children left to remove', async () => {
    const clock = new SimulatedClock();
    const logger = new RecordingLogger();
    const system = new ActorSystem(clock, logger);
    const tree = nested(['root'], () => undefined);
    const root = buildSupervisor({ system, clock, logger }, system.place(system, 'root'), tree, {
      crashed: () => undefined,
    });
    await root.start();
    const stopped = root.stop();
    const meanwhile = root.remove('worker');
    await Promise.all([stopped, meanwhile]);
    await root.remove('worker');
  });
});
