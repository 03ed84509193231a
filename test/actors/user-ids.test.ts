import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { parseTextId, type UserId } from '../../src/domain/user-id.js';
import { HeartbeatError } from '../../src/errors.js';
import { user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';
import type { SimulatedClock } from '../support/simulated-clock.js';

const TEXT = { '--user-ids': 'text' };

function text(id: string): UserId {
  return parseTextId(id) ?? expect.fail(`${id} is no id`);
}

describe('ids of users that are texts', () => {
  let store: MemoryHistoryStore;

  beforeEach(() => {
    store = new MemoryHistoryStore();
  });

  function start(flags: Readonly<Record<string, string>>, clock?: SimulatedClock): Promise<SimulatedApp> {
    return SimulatedApp.start({ flags, store, ...(clock !== undefined && { clock }) });
  }

  it('are users of their own, over a kill too', async () => {
    const daemon = await start(TEXT);
    for (const id of ['ann', '7', '007']) await daemon.ask('heal', text(id));
    await daemon.ask('goodbye', text('007'));
    await daemon.clock.advance(2_000);
    await daemon.kill();
    const again = await start(TEXT, daemon.clock);
    const statuses = await Promise.all(
      ['ann', '7', '007', 'Ann'].map((id) => again.ask('checkup', text(id))),
    );
    expect(statuses.map((reply) => reply?.kind)).to.deep.equal(['online', 'online', 'offline', 'offline']);
    expect(await again.history(text('007'))).to.have.length(1);
    expect(await again.history(text('7'))).to.have.length(1);
  });

  it('are the digits of those that were integers before', async () => {
    const daemon = await start({});
    await daemon.ask('heal', user(7));
    await daemon.ask('goodbye', user(7));
    await daemon.ask('heal', user(-9));
    await daemon.clock.advance(2_000);
    await daemon.kill();
    const again = await start(TEXT, daemon.clock);
    expect(await again.ask('checkup', text('-9'))).to.deep.equal({ kind: 'online' });
    expect(await again.history(text('7'))).to.have.length(1);
  });

  it('cannot be read as integers, also if none was written', async () => {
    const daemon = await start(TEXT);
    await daemon.app.stop();
    const refused: unknown = await start({}, daemon.clock).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_WRONG_USER_IDS');
    expect(refused)
      .to.have.property('message')
      .that.matches(/set user_ids to text$/);
    await start(TEXT, daemon.clock);
  });
});
