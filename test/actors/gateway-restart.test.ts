import { expect } from 'chai';
import type { ExitSignal } from '../../actors/supervisor/child-spec.js';
import type { BlindInterval } from '../../src/domain/blindness.js';
import { node, user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';
import { SimulatedClock } from '../support/simulated-clock.js';
import { storeUnderTest } from '../support/store-under-test.js';

const TIMEOUT = 7000;
const ANN = user(1);
const WEB = node('web-1');
const FLAGS = { '--nodes-timeout': '7', '--nodes-max-retries': '0' };
const PORT_IN_USE = new Error('the port is in use');

describe('a crash of the gateway', () => {
  it('counts as blindness until it is up again', async () => {
    const { daemon, crash, starts } = await silentFor(TIMEOUT - 50);
    starts.take = 100;
    const crashed = daemon.clock.wall();
    crash();
    await daemon.clock.advance(1000);
    const [interval, ...others] = await blindIntervals(daemon);
    expect(others).to.be.empty;
    expect(interval).to.include({ from: crashed, cause: 'stalled' });
    const up = interval?.to ?? 0;
    expect(up - crashed).to.be.within(100, 120);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    // Nobody could be heard, so everybody has the whole time again.
    await daemon.clock.advance(up + TIMEOUT - 100 - daemon.clock.wall());
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.flips(WEB)).to.be.empty;
    await daemon.clock.advance(200);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
    expect((await daemon.flips(WEB)).map(({ to }) => to)).to.deep.equal(['failed']);
    await daemon.app.stop();
  });

  it('is one blind interval, however many starts fail', async () => {
    const { daemon, crash, starts } = await silentFor(TIMEOUT - 50);
    starts.fail = 2;
    crash();
    await daemon.clock.advance(250);
    expect(await blindIntervals(daemon), 'it is still down').to.be.empty;
    await daemon.clock.advance(3000);
    const intervals = await blindIntervals(daemon);
    expect(intervals).to.have.length(1);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.flips(WEB)).to.be.empty;
    await daemon.app.stop();
  });

  for (const end of ['kill', 'stop'] as const)
    it(`is not taken for watched after a ${end} before it is up again`, async () => {
      const { daemon, crash, starts, next } = await silentFor(TIMEOUT - 1000);
      starts.take = 5000;
      crash();
      // Some checkpoints would be taken meanwhile.
      await daemon.clock.advance(1600);
      expect(await blindIntervals(daemon)).to.be.empty;
      if (end === 'kill') await daemon.kill();
      else {
        const stopped = daemon.app.stop();
        await daemon.clock.advance(5000);
        await stopped;
      }
      const again = await next();
      await again.clock.advance(900);
      expect(await again.flips(WEB)).to.be.empty;
      expect(await again.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
      expect((await again.history(ANN))[0]?.offlineAt, 'it is online').to.be.at.least(again.clock.wall());
      await again.app.stop();
    });
});

/** A daemon that has heard one user and one node, and then nobody for so long. */
async function silentFor(milliseconds: number) {
  const clock = new SimulatedClock();
  const store = storeUnderTest(clock);
  /** How many of the next starts of the gateway fail, and how long one takes. */
  const starts = { fail: 0, take: 0 };
  let running: ExitSignal | undefined;
  const options = {
    flags: FLAGS,
    clock,
    store,
    gatewayStarts: async (exitSignal: ExitSignal) => {
      if (starts.take > 0) await new Promise<void>((resolve) => clock.after(starts.take, resolve));
      if (starts.fail-- > 0) throw PORT_IN_USE;
      running = exitSignal;
    },
  };
  const daemon = await SimulatedApp.start(options);
  await daemon.ask('heal', ANN);
  await daemon.askNode('heartbeat', WEB);
  await clock.advance(milliseconds);
  const crash = (): void => running?.crashed(new Error('the listener failed'));
  const next = async (): Promise<SimulatedApp> => {
    starts.take = 0;
    clock.standStill(1000);
    const started = SimulatedApp.start(options);
    await clock.advance(0);
    return started;
  };
  return { daemon, crash, starts, next };
}

function blindIntervals(daemon: SimulatedApp): Promise<readonly BlindInterval[]> {
  return daemon.storeOfNodes.blindIntervals(10);
}
