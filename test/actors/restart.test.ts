import { expect } from 'chai';
import { sliceOf } from '../support/partition-stores.js';
import { PARTITION_IDS, partitionHolding } from '../support/partitions.js';
import { user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const BEN = user(2);
const ONLINE = { kind: 'online' };
const OFFLINE = { kind: 'offline' };

describe('a restart', () => {
  const daemon = withDaemon({ options: () => ({}) });

  it('keeps users online for one more timeout, and resumes a session healed within it', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(5000);
    await daemon.killAndStart(60_000);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
    await daemon.clock.advance(6900);
    expect(await daemon.ask('heal', ANN)).to.deep.equal(ONLINE);
    const healed = daemon.clock.wall();
    await daemon.clock.advance(8000);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: healed + 7000 }]);
  });

  it('ends a session without another heal within one timeout of its real end', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(5000);
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(3000);
    await daemon.killAndStart(60_000);
    await daemon.clock.advance(8000);
    const [session] = await daemon.history(ANN);
    expect(session?.onlineAt).to.equal(opened);
    expect(session?.offlineAt).to.be.within(opened + 5000, opened + 12_000 + 7000);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(OFFLINE);
  });

  it('keeps what had ended, exactly', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(8000);
    await daemon.ask('heal', BEN);
    await daemon.ask('goodbye', BEN);
    await daemon.killAndStart(1000);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 7000 }]);
    expect(await daemon.history(BEN)).to.deep.equal([{ onlineAt: opened + 8000, offlineAt: opened + 8000 }]);
    expect(await daemon.ask('checkup', BEN)).to.deep.equal(OFFLINE);
  });

  it('in a crash loop, ends silent users after a timeout of life, and keeps users who heal', async () => {
    await daemon.ask('heal', ANN);
    await daemon.ask('heal', BEN);
    await daemon.clock.advance(2000);
    for (let crash = 0; crash < 5; crash++) {
      await daemon.killAndStart(500);
      await daemon.clock.advance(1000);
      expect(await daemon.ask('heal', BEN), `after crash ${crash}`).to.deep.equal(ONLINE);
      expect(await daemon.history(BEN)).to.have.length(1);
      await daemon.clock.advance(1500);
    }
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(OFFLINE);
    expect(await daemon.history(ANN)).to.have.length(1);
  });

  it('finds everything after an orderly stop', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.app.stop();
    daemon.clock.standStill(3000);
    await daemon.startAgain();
    expect(await daemon.ask('heal', ANN)).to.deep.equal(ONLINE);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 10_000 }]);
  });

  it('forgets the silent users once each one has sent a heal or has ended', async () => {
    await daemon.ask('heal', ANN);
    await daemon.ask('heal', BEN);
    await daemon.killAndStart(1000);
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(2000);
    const ofBen = sliceOf(daemon.store, partitionHolding(BEN));
    expect((await ofBen.open()).recovery?.silent).to.have.length(1);
    await daemon.clock.advance(8000);
    for (const partition of PARTITION_IDS) {
      const store = sliceOf(daemon.store, partition);
      expect((await store.open()).recovery, partition).to.deep.equal({ generation: 2, silent: [] });
      for await (const healed of store.healedSince()) expect.fail(JSON.stringify(healed));
    }
  });

  it('records that it was blind meanwhile', async () => {
    await daemon.clock.advance(2000);
    await daemon.killAndStart(60_000);
    const supervision = await daemon.app.supervision();
    expect(supervision).to.nested.include({ 'blind_intervals[0].cause': 'restarted' });
    expect(supervision).to.have.nested.property('blind_intervals[0].seconds').that.is.within(60, 61.1);
  });
});
