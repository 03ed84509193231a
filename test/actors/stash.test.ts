import { expect } from 'chai';
import { decide } from '../../actors/user/user.machine.js';
import { Disk } from '../support/model/disk.js';
import { user } from '../support/ids.js';
import type { SimulatedApp } from '../support/simulated-app.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);

type Kind = Parameters<SimulatedApp['ask']>[0];

describe('requests for one user that wait for a slow disk', () => {
  let disk: Disk;
  let answers: string[];
  const daemon = withDaemon({
    options: () => {
      disk = Disk.inMemory();
      answers = [];
      return { store: disk.attach() };
    },
    mend: () => {
      disk.release();
      disk.mend();
    },
  });

  function ask(...kinds: readonly Kind[]): void {
    for (const kind of kinds)
      daemon.app.users.ask(kind, ANN, (reply) => answers.push(`${kind} ${reply.kind}`));
  }

  async function release(): Promise<void> {
    disk.release();
    for (let pass = 0; pass < 4; pass++) await daemon.clock.settle();
  }

  it('are handled in their order, so that the last one counts', async () => {
    const opened = daemon.clock.wall();
    ask('goodbye', 'heal', 'goodbye');
    await release();
    expect(answers).to.deep.equal(['goodbye offline', 'heal online', 'goodbye offline']);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal({ kind: 'offline' });
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened }]);
  });

  it('are handled before requests that arrive while the disk settles', async () => {
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

  it('are answered together where they ask the same: 40 batches of 10,000 heals are 40 messages', async () => {
    const messages = { handled: 0 };
    await daemon.app.stop();
    await daemon.start({
      store: disk.attach(),
      decideUser: (...asked) => {
        messages.handled++;
        return decide(...asked);
      },
    });
    await daemon.ask('heal', ANN);
    disk.hold('dropped');
    ask('goodbye');
    const replies: string[] = [];
    for (let batch = 0; batch < 40; batch++) {
      daemon.clock.standStill(1);
      daemon.app.users.askMany('heal', new Array<typeof ANN>(10_000).fill(ANN), (all) => {
        for (const { kind } of all) replies.push(kind);
      });
    }
    messages.handled = 0;
    disk.release();
    // One message per pass of the event loop, and the writes beside them.
    for (let pass = 0; pass < 10; pass++) await daemon.clock.settle();
    expect(replies).to.have.length(400_000);
    expect(new Set(replies)).to.deep.equal(new Set(['online']));
    expect(messages.handled).to.be.within(40, 50);
    expect((await daemon.app.facts()).users.heals).to.equal(400_001);
  });

  it('are no more than a mailbox holds: those past it are refused at once, and counted', async () => {
    await daemon.app.stop();
    await daemon.start({ store: disk.attach(), flags: { '--limits-mailbox': '10' } });
    disk.hold('dropped');
    for (let round = 0; round < 20; round++) {
      daemon.clock.standStill(1);
      ask('heal', 'goodbye');
    }
    expect(answers).to.deep.equal(new Array(15).fill(['heal refused', 'goodbye refused']).flat());
    const { mailboxFull } = (await daemon.app.facts()).actors;
    expect(mailboxFull).to.equal(30);
    for (let turn = 0; turn < 10; turn++) await release();
    expect(answers.slice(30)).to.deep.equal(new Array(5).fill(['heal online', 'goodbye offline']).flat());
  });

  it('are bounded while a session opens, too, and equal heals are one of them', async () => {
    await daemon.app.stop();
    await daemon.start({ store: disk.attach(), flags: { '--limits-mailbox': '10' } });
    disk.hold('dropped');
    for (let round = 0; round < 20; round++) {
      ask('heal', 'heal', 'heal');
      daemon.clock.standStill(1);
    }
    expect(answers).to.deep.equal(new Array(30).fill('heal refused'));
    await release();
    expect(answers.slice(30)).to.deep.equal(new Array(30).fill('heal online'));
  });
});
