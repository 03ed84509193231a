import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import type { Config } from '../../src/config/schema.js';
import { Faults } from '../support/faults.js';
import { recordingChannel } from '../support/recording-channel.js';
import { user } from '../support/ids.js';
import { configOf } from '../support/simulated-app.js';
import { withDaemon } from '../support/with-daemon.js';

const limitsWith = (flags: Readonly<Record<string, string>>): Config['limits'] => configOf(flags).limits;

describe('a daemon that reloads its configuration', () => {
  const daemon = withDaemon();

  async function replies(count: number, first: number): Promise<string[]> {
    const said: string[] = [];
    for (let id = first; id < first + count; id++) {
      daemon.app.users.ask('heal', user(id), (reply) => {
        said.push(reply.kind === 'refused' ? reply.code : reply.kind);
      });
    }
    await daemon.clock.settle();
    return said;
  }

  it('admits users up to the new limit, and keeps those online', async () => {
    await daemon.start();
    expect(await replies(3, 1)).to.deep.equal(['online', 'online', 'online']);
    await daemon.app.reconfigure(limitsWith({ '--limits-users': '2' }), []);
    expect(await replies(1, 4)).to.deep.equal(['HEARTBEAT_OVERLOADED']);
    expect(await replies(3, 1)).to.deep.equal(['online', 'online', 'online']);
    await daemon.app.reconfigure(limitsWith({ '--limits-users': '4' }), []);
    expect(await replies(1, 4)).to.deep.equal(['online']);
  });

  it('has as much waiting in a mailbox, and for the disk, as may wait now', async () => {
    const store = new MemoryHistoryStore();
    const faults = new Faults();
    await daemon.start({ store, decideUser: faults.decide, flags: { '--shards': '1' } });
    await daemon.app.reconfigure(limitsWith({ '--limits-mailbox': '2' }), []);
    // Later messages wait until its actor is restarted.
    faults.plan(user(1), 'heal', 1);
    const same = Array.from({ length: 4 }, () => replies(1, 1));
    expect((await Promise.all(same)).flat()).to.include('HEARTBEAT_OVERLOADED');
    await daemon.app.reconfigure(limitsWith({ '--limits-history-queue': '1' }), []);
    expect(await replies(20, 100)).to.include('HEARTBEAT_OVERLOADED');
    await daemon.app.reconfigure(limitsWith({}), []);
    expect(await replies(20, 200)).to.not.include('HEARTBEAT_OVERLOADED');
  });

  it('lists the channels of the new configuration', async () => {
    await daemon.start({ channels: [recordingChannel('old').channel] });
    const { alerts } = daemon.app;
    expect(alerts.channels).to.deep.equal(['old']);
    await daemon.app.reconfigure(limitsWith({}), [recordingChannel('new').channel]);
    expect(alerts.channels).to.deep.equal(['new']);
  });
});
