import { expect } from 'chai';
import { RefusingStore } from '../support/refusing-store.js';
import { user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const BEN = user(2);
const REFUSED = { kind: 'refused', code: 'HEARTBEAT_STORE_REFUSES' };

describe('a store that refuses writes', () => {
  let store: RefusingStore;
  const daemon = withDaemon({
    options: () => {
      store = new RefusingStore();
      return { store };
    },
    mend: () => {
      store.full = false;
    },
  });

  it('goes on extending sessions, and refuses new ones and goodbyes', async () => {
    await daemon.ask('heal', ANN);
    store.full = true;
    expect(await daemon.ask('heal', BEN)).to.deep.equal(REFUSED);
    expect(await daemon.ask('checkup', BEN)).to.deep.equal({ kind: 'offline' });
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.ask('goodbye', ANN)).to.deep.equal(REFUSED);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
  });

  it('refuses a goodbye while a refused opening may still be on disk', async () => {
    await daemon.ask('heal', ANN);
    store.full = true;
    expect(await daemon.ask('heal', BEN)).to.deep.equal(REFUSED);
    expect(await daemon.ask('goodbye', BEN)).to.deep.equal(REFUSED);
    expect(await daemon.ask('goodbye', user(3))).to.deep.equal({ kind: 'offline' });
    store.full = false;
    await daemon.clock.advance(31_000);
    expect(await daemon.ask('goodbye', BEN)).to.deep.equal({ kind: 'offline' });
  });

  it('is reported by readiness and the log until it writes again', async () => {
    store.full = true;
    await daemon.ask('heal', BEN);
    expect(daemon.app.unready()).to.deep.equal([]);
    expect(daemon.app.notStoring()).to.deep.equal(['the store refuses writes']);
    expect(daemon.logger.events()).to.include('store refuses writes');
    store.full = false;
    await daemon.clock.advance(31_000);
    expect(daemon.app.notStoring()).to.deep.equal([]);
    expect(await daemon.ask('heal', BEN)).to.deep.equal({ kind: 'online' });
  });

  it('is tried at once when it is reached again, whatever is left of the back-off', async () => {
    store.full = true;
    await daemon.ask('heal', BEN);
    await daemon.clock.advance(16_000);
    store.full = false;
    await daemon.clock.advance(1_000);
    expect(await daemon.ask('heal', BEN), 'the next attempt is 31 s after the refusal').to.deep.equal(
      REFUSED,
    );
    daemon.app.storeReached();
    await daemon.clock.settle();
    expect(await daemon.ask('heal', BEN)).to.deep.equal({ kind: 'online' });
  });

  it('is tried again after a second when it was reached in vain', async () => {
    store.full = true;
    await daemon.ask('heal', BEN);
    await daemon.clock.advance(16_000);
    daemon.app.storeReached();
    await daemon.clock.settle();
    store.full = false;
    await daemon.clock.advance(1_000);
    expect(await daemon.ask('heal', BEN)).to.deep.equal({ kind: 'online' });
  });

  it('keeps the ends of sessions in memory, shows them in the history, and stores them later', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    store.full = true;
    await daemon.clock.advance(10_000);
    const whole = [{ onlineAt: opened, offlineAt: opened + 7000 }];
    expect(store.countSessions()).to.equal(0);
    expect(await daemon.history(ANN)).to.deep.equal(whole);
    store.full = false;
    await daemon.clock.advance(31_000);
    expect(store.countSessions()).to.equal(1);
    expect(await daemon.history(ANN)).to.deep.equal(whole);
  });

  it('gets a last attempt at an orderly stop, whatever is left of the back-off', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    store.full = true;
    await daemon.clock.advance(60_000);
    store.full = false;
    await daemon.app.stop();
    await store.open();
    expect(store.countSessions()).to.equal(1);
    const stored = await store.lastSession(ANN);
    expect(stored?.offlineAt).to.equal(opened + 7000);
    expect(daemon.logger.lines.filter(({ event }) => event.startsWith('stopping with'))).to.deep.equal([]);
  });

  it('makes an orderly stop log what was lost', async () => {
    await daemon.ask('heal', ANN);
    await daemon.ask('heal', BEN);
    store.full = true;
    await daemon.clock.advance(10_000);
    await daemon.app.stop();
    // One line from each partition that lost something.
    const lines = daemon.logger.lines.filter(({ event }) => event.startsWith('stopping with'));
    for (const { event, fields } of lines) {
      expect(event).to.equal('stopping with entries the store refused: they are lost');
      expect(fields).to.include({ flips: 0, alerts: 0 });
    }
    expect(lines.reduce((sum, { fields }) => sum + Number(fields['sessions']), 0)).to.equal(2);
  });

  for (const keepsRefused of [false, true]) {
    const how = keepsRefused ? 'although it had reached the disk' : 'which had not reached the disk';

    it(`leaves nothing behind of a refused opening ${how}`, async () => {
      Object.assign(store, { full: true, keepsRefused });
      expect(await daemon.ask('heal', ANN)).to.deep.equal(REFUSED);
      store.full = false;
      await daemon.clock.advance(31_000);
      await daemon.killAndStart();
      expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
      expect(await daemon.history(ANN)).to.deep.equal([]);
    });

    it(`goes on with a session whose goodbye was refused ${how}`, async () => {
      const opened = daemon.clock.wall();
      await daemon.ask('heal', ANN);
      Object.assign(store, { full: true, keepsRefused });
      expect(await daemon.ask('goodbye', ANN)).to.deep.equal(REFUSED);
      store.full = false;
      for (let second = 0; second < 31; second++) {
        await daemon.clock.advance(1000);
        await daemon.ask('heal', ANN);
      }
      await daemon.killAndStart();
      expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
      expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 38_000 }]);
    });
  }
});
