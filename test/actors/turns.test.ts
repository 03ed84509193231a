import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { Disk } from '../support/model/disk.js';
import { SimulatedApp, user } from '../support/simulated-app.js';

const ANN = user(1);

type Kind = Parameters<SimulatedApp['ask']>[0];

describe('those who wait for a slow disk', () => {
  let disk: Disk;
  let daemon: SimulatedApp;
  let answers: string[];

  beforeEach(async () => {
    const memory = new MemoryHistoryStore();
    disk = new Disk(() => memory);
    daemon = await SimulatedApp.start({ store: disk.attach() });
    answers = [];
  });

  afterEach(async () => {
    disk.release();
    disk.mend();
    await daemon.app.stop();
  });

  function ask(...kinds: readonly Kind[]): void {
    for (const kind of kinds) daemon.app.ask(kind, ANN, (reply) => answers.push(`${kind} ${reply.kind}`));
  }

  async function release(): Promise<void> {
    disk.release();
    for (let pass = 0; pass < 4; pass++) await daemon.clock.settle();
  }

  it('have their turn in the order they asked, so that the last word counts', async () => {
    const opened = daemon.clock.wall();
    ask('goodbye', 'heal', 'goodbye');
    await release();
    expect(answers).to.deep.equal(['goodbye offline', 'heal online', 'goodbye offline']);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened }]);
  });

  it('come before those who ask while it settles', async () => {
    disk.hold('dropped');
    ask('heal');
    await daemon.clock.settle();
    ask('goodbye');
    await daemon.clock.advance(1000);
    disk.release();
    ask('heal');
    await release();
    expect(answers).to.deep.equal(['heal online', 'goodbye offline', 'heal online']);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'online' });
    expect(await daemon.history(ANN)).to.have.length(2);
  });

  it('share one opening, however many they are', async () => {
    disk.hold('dropped');
    ask('erase', 'heal', 'heal', 'heal');
    await daemon.clock.advance(100);
    await release();
    expect(answers).to.deep.equal(['erase erased', 'heal online', 'heal online', 'heal online']);
    expect(await daemon.history(ANN)).to.have.length(1);
  });

  it('are not overtaken by the end of the time that they asked in', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(6000);
    disk.hold('dropped');
    disk.refuse('dropped');
    ask('goodbye', 'heal');
    await daemon.clock.advance(990);
    disk.release();
    await daemon.clock.advance(5000);
    expect(answers).to.deep.equal(['goodbye refused', 'heal online']);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 13_000 }]);
  });
});
