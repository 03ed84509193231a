import { expect } from 'chai';
import { user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);

describe('presence', () => {
  const daemon = withDaemon({ options: () => ({}) });

  it('opens a session at the first heal and says online', async () => {
    const before = daemon.clock.wall();
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: before, offlineAt: before + 7000 }]);
  });

  it('holds a user online for 7 s after the last heal, and not a millisecond more', async () => {
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(5000);
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(6999);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    await daemon.clock.advance(1);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
  });

  it('stores the end with the deadline, however late it is noticed, and lets the actor go', async () => {
    const before = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(8000);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: before, offlineAt: before + 7000 }]);
    expect(await daemon.app.supervision()).to.nested.include({
      'users.online': 0,
      'store.sessions_stored': 1,
    });
  });

  it('extends the session with a heal exactly at the deadline, and opens a new one a millisecond later', async () => {
    const before = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(7000);
    await daemon.ask('heal', ANN);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: before, offlineAt: before + 14_000 }]);
    await daemon.clock.advance(7001);
    await daemon.ask('heal', ANN);
    expect(await daemon.history(ANN)).to.deep.equal([
      { onlineAt: before, offlineAt: before + 14_000 },
      { onlineAt: before + 14_001, offlineAt: before + 21_001 },
    ]);
  });
});

describe('a session whose deadline has passed', () => {
  it('is in the history also before its end has been noticed', async () => {
    const daemon = await SimulatedApp.start();
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(6990);
    daemon.clock.standStill(15);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 7000 }]);
    await daemon.app.stop();
  });
});

describe('a batch', () => {
  it('is answered once every session that it opened is on disk, in the order of its users', async () => {
    const daemon = await SimulatedApp.start();
    await daemon.ask('heal', user(3));
    const users = Array.from({ length: 100 }, (_, id) => user(id));
    let kinds: string[] = [];
    daemon.app.users.askMany('heal', users, (replies) => {
      kinds = replies.map(({ kind }) => kind);
    });
    await daemon.clock.settle();
    expect(kinds).to.deep.equal(users.map(() => 'online'));
    await daemon.kill();
    const next = await SimulatedApp.start({ store: daemon.store, clock: daemon.clock });
    next.app.users.askMany('checkup', [user(500), ...users], (replies) => {
      kinds = replies.map(({ kind }) => kind);
    });
    await next.clock.settle();
    expect(kinds).to.deep.equal(['offline', ...users.map(() => 'online')]);
    await next.app.stop();
  });
});
