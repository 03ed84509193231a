import { expect } from 'chai';
import { decide } from '../../../actors/node/node.machine.js';
import { Disk } from '../../support/model/disk.js';
import { node } from '../../support/ids.js';
import type { SimulationOptions } from '../../support/simulated-app.js';
import { withDaemon } from '../../support/with-daemon.js';

const DB = node('db1');

describe('requests for one node that wait for a slow disk', () => {
  let disk: Disk;
  const daemon = withDaemon({
    mend: () => {
      disk.release();
    },
  });

  beforeEach(() => {
    disk = Disk.inMemory();
  });

  async function start(options: SimulationOptions): Promise<void> {
    await daemon.start({ store: disk.attach(), ...options });
  }

  function beat(times: number, replies: string[]): void {
    daemon.app.nodes.heartbeats(new Array<typeof DB>(times).fill(DB), (all) => {
      for (const { kind } of all) replies.push(kind);
    });
  }

  it('are handled as one where they are heartbeats of the same moment', async () => {
    const messages = { handled: 0 };
    await start({
      decideNode: (...asked) => {
        messages.handled++;
        return decide(...asked);
      },
    });
    await daemon.askNode('heartbeat', DB);
    disk.hold('dropped');
    const forgotten: string[] = [];
    daemon.app.nodes.ask(DB, { kind: 'forget' }, ({ kind }) => forgotten.push(kind));
    const replies: string[] = [];
    for (let batch = 0; batch < 40; batch++) {
      daemon.clock.standStill(1);
      beat(1000, replies);
    }
    messages.handled = 0;
    disk.release();
    for (let pass = 0; pass < 10; pass++) await daemon.clock.settle();
    expect(forgotten).to.deep.equal(['forgotten']);
    expect(replies).to.have.length(40_000);
    expect(new Set(replies)).to.deep.equal(new Set(['active']));
    expect(messages.handled).to.be.within(40, 60);
    expect((await daemon.app.facts()).nodes.heartbeats).to.equal(40_001);
  });

  it('are no more than a mailbox holds: those past it are refused at once, and counted', async () => {
    await start({ flags: { '--limits-mailbox': '10' } });
    await daemon.askNode('heartbeat', DB);
    disk.hold('dropped');
    const replies: string[] = [];
    for (let round = 0; round < 15; round++) {
      daemon.clock.standStill(1);
      daemon.app.nodes.ask(DB, { kind: round % 2 === 0 ? 'pause' : 'resume' }, ({ kind }) =>
        replies.push(kind),
      );
    }
    await daemon.clock.settle();
    expect(replies).to.deep.equal(new Array(5).fill('refused'));
    expect((await daemon.app.facts()).actors.mailboxFull).to.equal(5);
    disk.release();
    for (let pass = 0; pass < 10; pass++) await daemon.clock.settle();
    expect(replies.slice(5)).to.deep.equal(new Array(10).fill('node'));
  });

  it('are answered together where the same heartbeat is to be on disk first', async () => {
    await start({ flags: { '--limits-mailbox': '10', '--blind-grace': '0' } });
    await daemon.askNode('heartbeat', DB);
    await daemon.clock.advance(100);
    disk.hold('dropped');
    const replies: string[] = [];
    for (let round = 0; round < 15; round++) {
      beat(100, replies);
      daemon.clock.standStill(1);
    }
    await daemon.clock.settle();
    expect(replies).to.deep.equal(new Array(500).fill('refused'));
    disk.release();
    for (let pass = 0; pass < 10; pass++) await daemon.clock.settle();
    expect(replies.slice(500)).to.deep.equal(new Array(1000).fill('active'));
  });
});
