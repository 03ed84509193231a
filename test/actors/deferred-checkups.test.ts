import { expect } from 'chai';
import { node, user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';

const TIMEOUT = 7_000;

describe('a request whose credential is still being checked', () => {
  it('keeps its user online as of when it was read, however long that takes', async () => {
    const { app, clock, ...daemon } = await started();
    await daemon.ask('heal', user(1));
    await daemon.ask('heal', user(2));
    await clock.advance(TIMEOUT - 10);
    const resume = app.defer();
    await clock.advance(3_000);
    resume(() => {
      app.users.ask('heal', user(1), () => undefined);
    });
    // It was read ten milliseconds before the deadline, and counts from then.
    await clock.advance(TIMEOUT - 3_000 - 50);
    expect(await daemon.ask('checkup', user(1))).to.deep.equal({ kind: 'online' });
    expect(await daemon.ask('checkup', user(2))).to.deep.equal({ kind: 'offline' });
    await clock.advance(100);
    expect(await daemon.ask('checkup', user(1))).to.deep.equal({ kind: 'offline' });
    const [session, ...others] = await daemon.history(user(1));
    expect(others).to.be.empty;
    expect(session!.offlineAt - session!.onlineAt).to.equal(2 * TIMEOUT - 10);
    // Sessions that waited with it end at their own deadlines.
    const [waited] = await daemon.history(user(2));
    expect(waited!.offlineAt - waited!.onlineAt).to.equal(TIMEOUT);
    await app.stop();
  });

  it('keeps a node from failing, too', async () => {
    const { app, clock, ...daemon } = await started();
    await daemon.askNode('heartbeat', node('web-1'));
    await clock.advance(29_990);
    const resume = app.defer();
    await clock.advance(1_000);
    resume(() => {
      app.nodes.ask(node('web-1'), { kind: 'heartbeat' }, () => undefined);
    });
    await clock.advance(100);
    expect(await daemon.flips(node('web-1'))).to.be.empty;
    await app.stop();
  });
});

async function started() {
  const daemon = await SimulatedApp.start();
  return {
    app: daemon.app,
    clock: daemon.clock,
    ask: daemon.ask.bind(daemon),
    askNode: daemon.askNode.bind(daemon),
    history: daemon.history.bind(daemon),
    flips: daemon.flips.bind(daemon),
  };
}
