import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { POLICIES } from '../../actors/tree.js';
import { Faults } from '../support/faults.js';
import { Disk } from '../support/model/disk.js';
import { SimulatedApp, user } from '../support/simulated-app.js';

const ANN = user(1);
const FAILED = { kind: 'refused', code: 'HEARTBEAT_INTERNAL' };

describe('a message that crashed its actor twice', () => {
  let faults: Faults;
  let disk: Disk;
  let daemon: SimulatedApp;

  beforeEach(async () => {
    faults = new Faults();
    const memory = new MemoryHistoryStore();
    disk = new Disk(() => memory);
    daemon = await SimulatedApp.start({
      decideUser: faults.decide,
      store: disk.attach(),
      flags: { '--shards': '1' },
    });
  });

  afterEach(async () => {
    await daemon.app.stop();
  });

  it('leaves no actor behind for somebody who is offline', async () => {
    for (const kind of ['heal', 'goodbye', 'erase'] as const) {
      faults.plan(ANN, kind, 2);
      expect(await daemon.ask(kind, ANN)).to.deep.equal(FAILED);
    }
    expect(await daemon.app.supervision()).to.nested.include({ 'users.online': 0 });
  });

  it('does not keep the user waiting for ever, if it said what became of a session on the disk', async () => {
    const opened = daemon.clock.wall();
    faults.plan('', 'settled', 2);
    expect(await daemon.ask('heal', ANN)).to.deep.equal(FAILED);
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
    faults.plan('', 'settled', 2);
    expect(await daemon.ask('goodbye', ANN)).to.deep.equal(FAILED);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened }]);
  });

  it('moves no deadline, if it was the deadline that had come', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    faults.plan('', 'expire', 2);
    await daemon.clock.advance(7100);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
    await daemon.clock.advance(2000);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 7000 }]);
    expect(await daemon.app.supervision()).to.nested.include({ 'users.online': 0 });
  });

  it('is not what the disk settles while a shard is down: that arrives when it is up again', async () => {
    let answer: string | undefined;
    disk.hold('dropped');
    daemon.app.users.ask('heal', ANN, ({ kind }) => (answer = kind));
    await daemon.clock.settle();
    for (let crash = 0; crash <= POLICIES.shard.intensity; crash++) {
      faults.plan(ANN, 'describe', 1);
      await daemon.ask('describe', ANN);
    }
    disk.release();
    await daemon.clock.settle();
    await daemon.clock.advance(1000);
    expect(answer).to.equal('online');
    expect(await daemon.ask('heal', ANN)).to.deep.equal({ kind: 'online' });
  });
});
