import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { nodeName, SimulatedAlerts, type Seen } from '../../support/simulated-alerts.js';

const HOUR = 3_600_000;

/** The most messages in any hour. */
function mostInAnHour(seen: readonly Seen[]): number {
  return Math.max(
    0,
    ...seen.map(({ at }) => seen.filter((other) => other.at >= at && other.at < at + HOUR).length),
  );
}

async function flap(alerts: SimulatedAlerts, times: number, every: number): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    if (turn % 2 === 0) alerts.fail('node1');
    else alerts.recover('node1');
    await alerts.pass(every);
  }
}

describe('a node that flaps', () => {
  it('sends at most max_per_hour messages in any hour of a day, and its final state at last', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: {}, chat: {} } });
    // One change in 50 s for a day, ending failed.
    await flap(alerts, 1729, 50);
    await alerts.pass(3600);
    for (const channel of ['ops', 'chat']) {
      const seen = alerts.seen.filter((each) => each.channel === channel);
      expect(mostInAnHour(seen)).to.be.at.most(12);
      expect(seen.length).to.be.within(24, 300);
      expect(seen.at(-1)?.message.node?.state).to.equal('failed');
    }
    const states = await alerts.states();
    expect(states.filter((state) => state === 'folded').length).to.be.greaterThan(2_000);
    expect(states.filter((state) => state === 'held' || state === 'pending')).to.deep.equal([]);
    await alerts.stop();
  });

  it('gets a summary once it is stable: how often it changed, and its state', async () => {
    const alerts = await SimulatedAlerts.start();
    await flap(alerts, 21, 10);
    expect(alerts.told()).to.have.length(11);
    await alerts.pass(300);
    expect(alerts.told()).to.have.length(12);
    const summary = alerts.delivered.at(-1)?.message;
    expect(summary?.message).to.equal(
      "Node 'node1' has failed: no heartbeat for 2 min. It is flapping: 9 earlier changes were not told one by one.",
    );
    expect(summary?.alert_ids).to.have.length(9);
    await alerts.stop();
  });

  it('names in its summaries every alert that was folded', async () => {
    const alerts = await SimulatedAlerts.start();
    await flap(alerts, 100, 10);
    await alerts.pass(7200);
    const named = new Set(alerts.delivered.flatMap(({ message }) => message.alert_ids ?? []));
    const folded = (await alerts.stored()).filter(({ deliveries }) => deliveries[0]?.state === 'folded');
    expect(folded.length).to.be.greaterThan(80);
    for (const { alert } of folded) expect(named.has(alert.id), alert.id).to.equal(true);
    await alerts.stop();
  });

  it('delays no other node', async () => {
    const alerts = await SimulatedAlerts.start();
    await flap(alerts, 30, 5);
    alerts.fail('node2');
    await alerts.pass(1);
    expect(alerts.told().at(-1)).to.equal('node.failed node2');
    await alerts.stop();
  });

  it('is counted over a restart, and its final state is sent after it', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ store });
    await flap(first, 21, 10);
    await first.kill();
    const { clock } = first;
    const second = await SimulatedAlerts.start({ store, clock });
    second.recover('node1');
    await second.pass(60);
    expect(second.told()).to.deep.equal([]);
    await second.pass(300);
    expect(second.told()).to.deep.equal(['node.recovered node1']);
    expect(second.delivered[0]?.message.alert_ids).to.have.length(10);
    await second.stop();
  });

  it('is counted over a restart, however long its alerts were held', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ store, maxPerHour: 2 });
    const dependsOn = [nodeName('switch')];
    first.fail('switch');
    first.flip('web', 'inactive', 'failed', { dependsOn });
    await first.pass(5 * 3600);
    first.recover('switch');
    await first.pass(60);
    expect(first.told().at(-1)).to.equal('node.failed web');
    await first.kill();
    const second = await SimulatedAlerts.start({ store, clock: first.clock, maxPerHour: 2 });
    second.flip('web', 'failed', 'active', { dependsOn });
    await second.pass(1700);
    expect(second.told()).to.deep.equal([]);
    await second.pass(200);
    expect(second.told()).to.deep.equal(['node.recovered web']);
    await second.stop();
  });

  it('is counted from the first attempt, however long its channel was down', async () => {
    let isUp = false;
    const answer = (): Promise<void> => (isUp ? Promise.resolve() : Promise.reject(new Error('down')));
    const alerts = await SimulatedAlerts.start({ maxPerHour: 6, channels: { ops: { answer } } });
    await flap(alerts, 2, 1);
    await alerts.pass(4000);
    isUp = true;
    await flap(alerts, 6, 300);
    await alerts.pass(3600);
    const firstAttempts = new Map<string, Seen>();
    for (const each of alerts.seen)
      if (!firstAttempts.has(each.message.id)) firstAttempts.set(each.message.id, each);
    expect(mostInAnHour([...firstAttempts.values()])).to.be.within(2, 6);
    expect(alerts.told().at(-1)).to.equal('node.recovered node1');
    await alerts.stop();
  });

  it('sends its only message of the hour at once with max_per_hour 1', async () => {
    const alerts = await SimulatedAlerts.start({ maxPerHour: 1 });
    await flap(alerts, 5, 10);
    expect(alerts.told()).to.deep.equal(['node.failed node1']);
    await alerts.pass(3700);
    expect(alerts.told()).to.deep.equal(['node.failed node1', 'node.failed node1']);
    await alerts.stop();
  });

  it('keeps only alerts whose attempts began open while its channel is down', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: { ops: { answer: () => Promise.reject(new Error('down')) } },
    });
    await flap(alerts, 201, 10);
    expect(alerts.notifier.inspect()).to.have.property('open').that.is.at.most(4);
    await alerts.stop();
  });

  it('keeps nothing of its messages once it is deleted, and counts anew by the same name', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: {}, chat: {} }, maxPerHour: 3 });
    for (let nth = 0; nth < 15; nth++) {
      alerts.fail(`node${String(nth)}`);
      await alerts.pass(20);
    }
    expect(alerts.notifier.counted).to.equal(30);
    for (let nth = 0; nth < 15; nth++) if (nth !== 1) await alerts.delete(`node${String(nth)}`);
    expect(alerts.notifier.counted).to.equal(2);
    const told = (): string[] => alerts.told('ops').filter((line) => line.endsWith(' node1'));
    for (let turn = 0; turn < 3; turn++) {
      alerts.recover('node1');
      alerts.fail('node1');
      await alerts.pass(1);
    }
    const limited = told().length;
    alerts.recover('node1');
    await alerts.pass(1);
    expect(told()).to.have.length(limited);
    await alerts.delete('node1');
    expect(alerts.notifier.counted).to.equal(0);
    alerts.fail('node1');
    await alerts.pass(1);
    expect(told().slice(limited)).to.include('node.failed node1');
    await alerts.stop();
  });

  it('keeps nothing of a summary that goes out once it is deleted', async () => {
    const alerts = await SimulatedAlerts.start({ maxPerHour: 3 });
    await flap(alerts, 7, 10);
    const before = alerts.told().length;
    await alerts.delete('node1');
    expect(alerts.notifier.counted).to.equal(0);
    await alerts.pass(4000);
    expect(alerts.told().length).to.be.greaterThan(before);
    expect(alerts.notifier.counted).to.equal(0);
    await alerts.stop();
  });

  for (const run of ['in the same run', 'after a restart'] as const) {
    it(`sends at most max_per_hour messages in an hour although it is deleted, ${run}`, async () => {
      const store = new MemoryHistoryStore();
      const first = await SimulatedAlerts.start({ store, maxPerHour: 3 });
      // Two changes at once, and a summary of the third.
      await flap(first, 3, 10);
      await first.pass(1300);
      expect(first.told()).to.have.length(3);
      await first.delete('node1');
      let last = first;
      if (run === 'after a restart') {
        await first.kill();
        last = await SimulatedAlerts.start({ store, clock: first.clock, maxPerHour: 3 });
      }
      await last.pass(4000);
      expect(last.told().at(-1)).to.equal('node.deleted node1');
      expect(mostInAnHour([...new Set([...first.seen, ...last.seen])])).to.equal(3);
      await last.stop();
    });
  }

  it('keeps nothing of the messages of a channel that was taken away', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: {}, chat: {} } });
    for (let nth = 0; nth < 10; nth++) {
      alerts.fail(`node${String(nth)}`);
      await alerts.pass(20);
    }
    expect(alerts.notifier.counted).to.equal(20);
    await alerts.replace({ ops: {} });
    expect(alerts.notifier.counted).to.equal(10);
    await alerts.stop();
  });

  it('is not counted again by the next run, once it is deleted or its channel is gone', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ store, channels: { ops: {}, chat: {} } });
    first.fail('node1');
    await first.pass(20);
    first.fail('node2');
    await first.pass(20);
    await first.delete('node1');
    await first.kill();
    const second = await SimulatedAlerts.start({ store, clock: first.clock });
    expect(second.notifier.counted).to.equal(1);
    await second.stop();
  });
});
