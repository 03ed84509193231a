import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';

describe('the counters of sessions', () => {
  it('balance: opened and recovered ones have expired, were closed or erased, or are online', async () => {
    const store = new MemoryHistoryStore();
    const before = await SimulatedApp.start({ store });
    for (let id = 1; id <= 5; id++) await before.ask('heal', user(id));
    await before.clock.advance(1000);
    await before.kill();

    const daemon = await SimulatedApp.start({ store, clock: before.clock });
    for (let id = 6; id <= 20; id++) await daemon.ask('heal', user(id));
    for (let id = 4; id <= 9; id++) await daemon.ask('goodbye', user(id));
    for (let id = 10; id <= 12; id++) await daemon.ask('erase', user(id));
    // Only online users can go offline.
    await daemon.ask('goodbye', user(99));
    await daemon.ask('erase', user(99));
    await daemon.clock.advance(5000);
    for (let id = 15; id <= 20; id++) await daemon.ask('heal', user(id));
    await daemon.clock.advance(4000);

    const { users } = await daemon.app.facts();
    const expired = users.expiries.counts.reduce((sum, count) => sum + count, 0);
    expect(users).to.deep.include({ recoveries: 5, openings: 15, goodbyes: 6, erasures: 3, online: 6 });
    expect(users.recoveries + users.openings).to.equal(
      expired + users.goodbyes + users.erasures + users.online,
    );
    await daemon.app.stop();
  });
});
