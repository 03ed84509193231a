import { expect } from 'chai';
import { POLICIES } from '../../actors/tree.js';
import { Faults } from '../support/faults.js';
import { Disk } from '../support/model/disk.js';
import { user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const FAILED = { kind: 'refused', code: 'HEARTBEAT_INTERNAL' };

describe('a message that crashed its actor twice', () => {
  let faults: Faults;
  let disk: Disk;
  const daemon = withDaemon({
    options: () => {
      faults = new Faults();
      disk = Disk.inMemory();
      return {
        decideUser: faults.decide,
        store: disk.attach(),
        flags: { '--shards': '1' },
      };
    },
  });

  it('leaves no actor behind for an offline user', async () => {
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
