import { expect } from 'chai';
import { Disk } from '../support/model/disk.js';
import { user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const ONLINE = { kind: 'online' };
const OFFLINE = { kind: 'offline' };

describe('a start after a kill', () => {
  let disk: Disk;
  const daemon = withDaemon({
    options: () => {
      disk = Disk.inMemory();
      return { store: disk.attach() };
    },
    mend: () => {
      disk.mend();
      disk.release();
    },
  });

  async function start(): Promise<void> {
    daemon.clock.standStill(1);
    await daemon.startAgain({ store: disk.attach() });
  }

  async function killAndStart(): Promise<void> {
    await disk.detach();
    await daemon.kill();
    await start();
  }

  it('knows users healed for the first time since the last start, once they were answered', async () => {
    await daemon.ask('heal', ANN);
    await killAndStart();
    await daemon.clock.advance(6900);
    disk.hold('kept');
    let answer: string | undefined;
    daemon.app.users.ask('heal', ANN, ({ kind }) => (answer = kind));
    await daemon.clock.settle();
    expect(answer).to.equal(undefined);
    disk.release();
    await daemon.clock.settle();
    expect(answer).to.equal('online');
    await killAndStart();
    await daemon.clock.advance(6900);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
  });

  it('leaves out a first heal that the disk refuses to note, which is answered all the same', async () => {
    await daemon.ask('heal', ANN);
    await killAndStart();
    disk.refuse('dropped');
    expect(await daemon.ask('heal', ANN)).to.deep.equal(ONLINE);
    disk.mend();
    await daemon.clock.advance(5000);
    await daemon.ask('heal', ANN);
    await killAndStart();
    await daemon.clock.advance(6900);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
  });

  it('is up to date right after blindness', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    daemon.clock.standStill(60_000);
    await daemon.ask('heal', ANN);
    await killAndStart();
    await daemon.clock.advance(7100);
    const [session] = await daemon.history(ANN);
    expect(session?.offlineAt).to.be.within(opened + 60_000, opened + 74_000);
  });

  it('is up to date after an orderly stop, to the last heal', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(6990);
    await daemon.ask('heal', ANN);
    await daemon.app.stop();
    await start();
    await daemon.clock.advance(7100);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 13_990 }]);
  });

  it('gives silent users again the time in which the last daemon was blind', async () => {
    await daemon.ask('heal', ANN);
    await killAndStart();
    await daemon.clock.advance(1000);
    daemon.clock.standStill(60_000);
    await daemon.clock.advance(100);
    await killAndStart();
    await daemon.clock.advance(5000);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
    await daemon.clock.advance(2000);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(OFFLINE);
  });

  it('does not bring back a user whose deadline passed before the daemon was blind', async () => {
    const opened = daemon.clock.wall();
    disk.hold('kept');
    daemon.app.users.ask('heal', ANN, () => undefined);
    await daemon.clock.advance(7100);
    daemon.clock.standStill(60_000);
    await daemon.clock.advance(100);
    disk.release();
    await daemon.clock.advance(100);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 7000 }]);
  });

  it('is not in a history before its time: an end that was refused, and is on disk all the same', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    disk.refuse('kept');
    expect(await daemon.ask('goodbye', ANN)).to.have.property('kind', 'refused');
    const going = [{ onlineAt: opened, offlineAt: opened + 7000 }];
    expect(await daemon.history(ANN, { order: 'asc' })).to.deep.equal(going);
    expect(await daemon.history(ANN, { order: 'desc' })).to.deep.equal(going);
  });
});
