import { expect } from 'chai';
import { POLICIES } from '../../actors/tree.js';
import { Faults } from '../support/faults.js';
import { node, user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';
import { SimulatedClock } from '../support/simulated-clock.js';
import { storeUnderTest } from '../support/store-under-test.js';

const TIMEOUT = 7000;
const ANN = user(1);
const BEN = user(2);
const WEB = node('web-1');
const DB = node('db-1');
const FLAGS = { '--shards': '1', '--nodes-timeout': '7', '--nodes-max-retries': '0' };
/** How long a supervisor waits before it starts a shard again that has crashed twice in a row. */
const DOWN = POLICIES.users.backoff.min * 1000;

describe('a shard that is restarted', () => {
  for (const shards of ['users', 'nodes'] as const)
    it(`of ${shards} has one blind interval for the time in which it was down`, async () => {
      const { daemon, crash } = await silentFor(TIMEOUT - 50);
      await crash(shards);
      // The first restart takes no time.
      expect(await daemon.storeOfNodes.blindIntervals(10)).to.be.empty;
      await crash(shards);
      const crashed = daemon.clock.wall();
      expect(await daemon.ask('heal', BEN)).to.have.property(
        'kind',
        shards === 'users' ? 'refused' : 'online',
      );
      await daemon.clock.advance(DOWN);
      const [interval, ...others] = await daemon.storeOfNodes.blindIntervals(10);
      expect(others).to.be.empty;
      expect(interval).to.include({ from: crashed, to: crashed + DOWN, cause: 'stalled' });
      // Some could not be heard, so everybody has the whole time again.
      await daemon.clock.advance(TIMEOUT - 100);
      expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
      expect(await daemon.flips(WEB)).to.be.empty;
      await daemon.clock.advance(200);
      expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
      expect((await daemon.flips(WEB)).map(({ to }) => to)).to.deep.equal(['failed']);
      await daemon.app.stop();
    });

  for (const end of ['kill', 'stop'] as const)
    it(`is not taken for watched after a ${end} before it is up again`, async () => {
      const { daemon, crash, next } = await silentFor(TIMEOUT - 50);
      await crash('users');
      await crash('users');
      await daemon.clock.advance(DOWN - 1);
      if (end === 'kill') await daemon.kill();
      else await daemon.app.stop();
      const again = await next();
      expect(await again.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
      expect(await again.flips(WEB)).to.be.empty;
      await again.app.stop();
    });
});

/** A daemon that has heard one user and one node, and then nobody for so long. */
async function silentFor(milliseconds: number) {
  const clock = new SimulatedClock();
  const store = storeUnderTest(clock);
  const faults = new Faults();
  const options = {
    flags: FLAGS,
    clock,
    store,
    decideUser: faults.decide,
    decideNode: faults.decideNode,
  };
  const daemon = await SimulatedApp.start(options);
  await daemon.ask('heal', ANN);
  await daemon.askNode('heartbeat', WEB);
  await clock.advance(milliseconds);
  /** Crashes actors of others until their shard gives up. */
  const crash = async (shards: 'users' | 'nodes'): Promise<void> => {
    for (let crashes = 0; crashes <= POLICIES.shard.intensity; crashes++) {
      if (shards === 'users') {
        faults.plan(BEN, 'heal', 1);
        await daemon.ask('heal', BEN);
      } else {
        faults.plan(DB, 'heartbeat', 1);
        await daemon.askNode('heartbeat', DB);
      }
    }
  };
  const next = async (): Promise<SimulatedApp> => {
    clock.standStill(1000);
    const started = SimulatedApp.start(options);
    await clock.advance(0);
    return started;
  };
  return { daemon, crash, next };
}
