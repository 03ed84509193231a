import { expect } from 'chai';
import { node, user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';
import { SimulatedClock } from '../support/simulated-clock.js';
import { storeUnderTest } from '../support/store-under-test.js';

const TIMEOUT = 7000;
const CLOSING = 3500;
const ANN = user(1);
const BEN = user(2);
const WEB = node('web-1');
const FLAGS = { '--nodes-timeout': '7', '--nodes-max-retries': '0' };

describe('an orderly stop that slow requests and sockets hold up', () => {
  it("ends nobody's session and fails no node", async () => {
    const { daemon, next } = await silentFor(TIMEOUT - 1000);
    const stopped = daemon.app.stop();
    await daemon.clock.advance(CLOSING + 100);
    await stopped;
    const again = await next(5000);
    const [running] = await again.history(ANN);
    expect(running?.offlineAt).to.equal(again.clock.wall() + TIMEOUT);
    expect(await again.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    expect(await again.flips(WEB)).to.be.empty;
    // What had been left when the stop began is left.
    await again.clock.advance(900);
    expect(await again.flips(WEB)).to.be.empty;
    await again.app.stop();
  });

  it('still hears who was due meanwhile, and answers at once', async () => {
    const { daemon, next } = await silentFor(TIMEOUT - 1000);
    const opened = daemon.clock.wall() - (TIMEOUT - 1000);
    const stopped = daemon.app.stop();
    await daemon.clock.advance(CLOSING - 500);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
    const healed = daemon.clock.wall();
    expect(await daemon.askNode('heartbeat', WEB)).to.deep.equal({ kind: 'active' });
    await daemon.clock.advance(600);
    await stopped;
    const again = await next(5000);
    await again.clock.advance(TIMEOUT + 100);
    const [session, ...others] = await again.history(ANN);
    expect(others).to.be.empty;
    expect(session?.onlineAt).to.equal(opened);
    expect(session?.offlineAt).to.be.at.least(healed + TIMEOUT);
    await again.app.stop();
  });

  it('gives silent users the time at another restart', async () => {
    const { daemon, next } = await silentFor(0);
    await daemon.kill();
    const second = await next(1000, CLOSING);
    // Nobody has been heard in this run.
    await second.clock.advance(TIMEOUT - 1000);
    const stopped = second.app.stop();
    await second.clock.advance(CLOSING + 100);
    await stopped;
    const third = await next(1000);
    await third.clock.advance(900);
    expect(await third.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    await third.clock.advance(200);
    expect(await third.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
    await third.app.stop();
  });

  it('acts on what was due before it', async () => {
    const { daemon, next } = await silentFor(TIMEOUT - 1000);
    const opened = daemon.clock.wall() - (TIMEOUT - 1000);
    await daemon.ask('heal', BEN);
    await daemon.clock.advance(995);
    const due = daemon.clock.wall() + 5;
    daemon.clock.standStill(10);
    const stopped = daemon.app.stop();
    await daemon.clock.advance(CLOSING + 100);
    await stopped;
    const again = await next(1000);
    expect(await again.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: due }]);
    expect((await again.flips(WEB)).map(({ at, to }) => ({ at, to }))).to.deep.equal([
      { at: due, to: 'failed' },
    ]);
    expect(await again.ask('checkup', BEN)).to.deep.equal({ kind: 'online' });
    await again.app.stop();
  });
});

/** A daemon that has heard one user and one node, and then nobody for so long. */
async function silentFor(milliseconds: number) {
  const clock = new SimulatedClock();
  const store = storeUnderTest(clock);
  const options = { flags: FLAGS, closesIn: CLOSING, clock, store };
  const daemon = await SimulatedApp.start(options);
  await daemon.ask('heal', ANN);
  await daemon.askNode('heartbeat', WEB);
  await clock.advance(milliseconds);
  const next = async (away: number, closesIn = 0): Promise<SimulatedApp> => {
    clock.standStill(away);
    const started = SimulatedApp.start({ ...options, closesIn });
    await clock.advance(0);
    return started;
  };
  return { daemon, next };
}
