import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { MortalStore } from '../../support/mortal-store.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

describe('kill -9', () => {
  // The flip, the intent of each channel's attempt, and its outcome: each in its own batch, or together.
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

  describe('while attempts are stored ahead', () => {
    /** Accepts one alert after another, and then hangs: the intents of others are stored behind it. */
    async function hanging(store: MemoryHistoryStore): Promise<SimulatedAlerts> {
      let taken = 0;
      const answer = () => (++taken <= 4 ? Promise.resolve() : new Promise<void>(() => undefined));
      const channels = { ops: { answer, concurrency: 1, attemptTimeout: 3_600_000 } };
      const alerts = await SimulatedAlerts.start({ store, channels });
      alerts.fail(...NODES);
      await alerts.pass(1);
      expect(alerts.seen).to.have.length(5);
      return alerts;
    }
    const NODES = Array.from({ length: 8 }, (_, index) => `node${String(index)}`);
    const attempts = async (alerts: SimulatedAlerts) =>
      (await alerts.stored()).flatMap(({ deliveries }) => deliveries.map((each) => each.attempts));

    it('loses none, and sends each with its id', async () => {
      const store = new MemoryHistoryStore();
      const first = await hanging(store);
      expect(await attempts(first)).to.deep.equal(NODES.map(() => 1));
      await first.kill();
      const second = await SimulatedAlerts.start({ store, clock: first.clock });
      await second.pass(60);
      expect(await second.states()).to.deep.equal(NODES.map(() => 'delivered'));
      const ids = new Set([...first.seen, ...second.seen].map(({ message }) => message.id));
      expect(ids.size).to.equal(NODES.length);
      await second.stop();
    });

    it('treats planned attempts as begun: a recovery cancels none of them', async () => {
      const store = new MemoryHistoryStore();
      const first = await hanging(store);
      await first.kill();
      const second = await SimulatedAlerts.start({ store, clock: first.clock });
      second.recover('node6');
      await second.pass(60);
      expect(second.told().filter((told) => told.includes('node6'))).to.deep.equal([
        'node.failed node6',
        'node.recovered node6',
      ]);
      await second.stop();
    });

    it('without a kill, a recovery cancels attempts that have not begun', async () => {
      const alerts = await hanging(new MemoryHistoryStore());
      alerts.recover('node6', 'node4');
      await alerts.pass(1);
      const stored = await alerts.stored();
      const ofNode = (name: string) =>
        stored
          .filter(({ alert }) => alert.node?.name === name)
          .map(({ deliveries: [only] }) => [only?.state, only?.attempts]);
      expect(ofNode('node6')).to.deep.equal([
        ['cancelled', 0],
        ['cancelled', 0],
      ]);
      expect(ofNode('node4')).to.deep.equal([
        ['pending', 1],
        ['pending', 0],
      ]);
      await alerts.kill();
    });

    it('withdraws attempts that have not begun at an orderly stop', async () => {
      const store = new MemoryHistoryStore();
      const first = await hanging(store);
      await first.stop();
      expect(await attempts(first)).to.deep.equal([1, 1, 1, 1, 1, 0, 0, 0]);
      const second = await SimulatedAlerts.start({ store, clock: first.clock });
      await second.pass(0);
      expect(second.seen.map(({ message }) => message.node?.name)).to.have.members([
        'node5',
        'node6',
        'node7',
      ]);
      await second.stop();
    });
  });

  // Two steps of the release, the attempt intent, and the outcome.
  for (let batches = 0; batches <= 4; batches++) {
    it(`after ${batches} batches of releasing 6,000 alerts sends all of them in one message`, async () => {
      const store = new MortalStore();
      const first = await SimulatedAlerts.start({ store, watched: 10 });
      const all = Array.from({ length: 6_019 }, (_, index) => `n${String(index)}`);
      first.fail(...all.slice(0, 19));
      await first.clock.settle();
      first.fail(...all.slice(19));
      await first.pass(59);
      expect(first.told().at(-1)).to.equal('mass_failure 6019');
      store.left = batches;
      await first.pass(10);
      await first.kill();
      store.left = Infinity;
      const second = await SimulatedAlerts.start({ store, watched: 10, clock: first.clock });
      await second.pass(60);
      const messages = [...first.seen, ...second.seen].filter(({ message }) => message.nodes !== undefined);
      expect(messages.length).to.be.within(1, 2);
      expect(new Set(messages.map(({ message }) => message.id)).size).to.equal(1);
      for (const { message } of messages) {
        expect(message.nodes).to.have.length(6_000);
        expect(message.alert_ids).to.have.length(6_000);
      }
      expect(second.notifier.inspect()).to.include({ open: 0, unstored: 0, held: 0 });
      await second.stop();
    });
  }

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

  it('keeps alerts of a channel missing at the next start as dead letters', async () => {
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
