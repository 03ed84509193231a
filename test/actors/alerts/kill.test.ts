import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import type { HistoryRecord } from '../../../src/ports/history-store.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

/** A disk from which the process is cut off after so many batches: what it writes later is lost with it. */
class MortalStore extends MemoryHistoryStore {
  left = Infinity;

  override write(batch: readonly HistoryRecord[]): Promise<void> {
    if (this.left <= 0) return new Promise(() => undefined);
    this.left--;
    return super.write(batch);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('kill -9', () => {
  // The flip, the beginning of each channel's attempt, and what came of it: each in a batch of its own, or together.
  for (let batches = 1; batches <= 7; batches++) {
    it(`after ${batches} batches loses no alert, and changes no id`, async () => {
      const store = new MortalStore();
      const channels = { ops: {}, chat: {} };
      const first = await SimulatedAlerts.start({ store, channels });
      store.left = batches;
      const [raised] = first.flip('node1', 'inactive', 'failed');
      await first.pass(1);
      await first.kill();
      store.left = Infinity;
      const second = await SimulatedAlerts.start({ store, channels, clock: first.clock });
      await second.pass(3600);
      for (const channel of ['ops', 'chat']) {
        const ids = [...first.seen, ...second.seen]
          .filter((seen) => seen.channel === channel)
          .map(({ message }) => message.id);
        expect(ids.length, 'delivered at least once').to.be.within(1, 2);
        expect(new Set(ids)).to.deep.equal(new Set([raised?.alert.id]));
      }
      expect(await second.states()).to.deep.equal(['delivered', 'delivered']);
      await second.stop();
    });
  }

  it('before the beginning of an attempt is stored: no attempt has begun', async () => {
    const store = new MortalStore();
    const first = await SimulatedAlerts.start({ store });
    store.left = 1;
    first.fail('node1');
    await first.pass(60);
    expect(first.seen).to.deep.equal([]);
    await first.kill();
  });

  it('does not let a recovery cancel a failure whose attempt had begun', async () => {
    const store = new MortalStore();
    const first = await SimulatedAlerts.start({
      store,
      channels: { ops: { answer: () => new Promise(() => undefined) } },
    });
    first.fail('node1');
    await first.pass(1);
    expect(first.seen).to.have.length(1);
    await first.kill();
    const second = await SimulatedAlerts.start({ store, clock: first.clock });
    second.recover('node1');
    await second.pass(60);
    expect(second.told()).to.deep.equal(['node.failed node1', 'node.recovered node1']);
    await second.stop();
  });

  it('in a loop repeats no attempt sooner than its pause', async () => {
    const store = new MortalStore();
    const channels = { ops: { answer: () => Promise.reject(new Error('down')) } };
    let alerts = await SimulatedAlerts.start({ store, channels });
    const { clock } = alerts;
    alerts.fail('node1');
    await alerts.pass(1);
    let attempts = alerts.seen.length;
    for (let turn = 0; turn < 100; turn++) {
      await alerts.kill();
      alerts = await SimulatedAlerts.start({ store, channels, clock });
      await alerts.pass(1);
      attempts += alerts.seen.length;
    }
    // 7.5 s, 12.5 s, 22.5 s, 42.5 s after one another.
    expect(attempts).to.be.within(4, 6);
    await alerts.stop();
  });

  it('never lets a new id sort before an old one, even when the wall clock was set back', async () => {
    const store = new MortalStore();
    const first = await SimulatedAlerts.start({ store });
    const [before] = first.flip('node1', 'inactive', 'failed');
    await first.pass(1);
    await first.kill();
    first.clock.jumpWall(-86_400_000);
    const second = await SimulatedAlerts.start({ store, clock: first.clock });
    const [after] = second.flip('node2', 'inactive', 'failed');
    expect(String(after?.alert.id) > String(before?.alert.id)).to.equal(true);
    await second.stop();
  });

  it('loses nothing that a channel of the next start does not know: it is a dead letter', async () => {
    const store = new MortalStore();
    const first = await SimulatedAlerts.start({
      store,
      channels: { gone: { answer: () => Promise.reject(new Error('down')) } },
    });
    first.fail('node1');
    await first.pass(1);
    await first.kill();
    const second = await SimulatedAlerts.start({ store, clock: first.clock });
    await second.pass(1);
    const [record] = await second.stored();
    expect(record?.deliveries[0]).to.include({
      state: 'dead',
      lastError: 'the channel is not configured any more',
    });
    await second.stop();
  });
});
