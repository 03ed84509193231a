import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { toMillis } from '../../../src/domain/time.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `n${String(from + index).padStart(3, '0')}`);

const thirty = names(0, 30);

/** Nineteen fail and are notified; the next one starts a mass failure, unless too many nodes are watched. */
async function failAll(alerts: SimulatedAlerts, all: readonly string[]): Promise<void> {
  alerts.fail(...all.slice(0, 19));
  await alerts.clock.settle();
  alerts.fail(...all.slice(19));
}

describe('a mass failure', () => {
  it('holds the alerts from the one that reaches the threshold on, and notifies with its count and a sample', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50, channels: { ops: {}, chat: {} } });
    await failAll(alerts, thirty);
    await alerts.pass(5);
    for (const channel of ['ops', 'chat']) {
      expect(alerts.told(channel)).to.deep.equal([
        ...names(0, 19).map((name) => `node.failed ${name}`),
        'mass_failure 30',
      ]);
    }
    const told = alerts.delivered.find(({ message }) => message.type === 'mass_failure')?.message;
    expect(told?.sample).to.deep.equal(names(19, 30));
    expect(told?.message).to.match(
      /^30 nodes have failed within 10 s, of 50 watched: .* Alerts are held for 1 min\. Among them: 'n019', /,
    );
    expect((await alerts.states('node.failed')).filter((state) => state === 'held')).to.have.length(22);
    await alerts.stop();
  });

  it('sends nothing for nodes that recover, and one message per channel for the rest', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50, channels: { ops: {}, chat: {} } });
    const raised: AlertRecord[] = [];
    for (const some of [names(0, 19), names(19, 30)]) {
      raised.push(...some.flatMap((name) => alerts.flip(name, 'inactive', 'failed')));
      await alerts.clock.settle();
    }
    await alerts.pass(5);
    alerts.recover(...names(20, 28));
    await alerts.pass(54);
    expect(alerts.told('ops')).to.have.length(20);
    await alerts.pass(2);
    for (const channel of ['ops', 'chat']) {
      expect(alerts.told(channel).slice(20)).to.deep.equal(['node.failed n019,n028,n029']);
    }
    const group = alerts.delivered.at(-1)?.message;
    const idsOf = (...wanted: string[]) =>
      raised.filter(({ alert }) => wanted.includes(String(alert.node?.name))).map(({ alert }) => alert.id);
    expect(group?.alert_ids).to.deep.equal(idsOf('n019', 'n028', 'n029'));
    expect(group?.nodes?.map(({ state }) => state)).to.deep.equal(['failed', 'failed', 'failed']);
    expect(group?.message).to.equal("3 nodes have failed: 'n019', 'n028', 'n029'.");
    const states = await alerts.states();
    expect(states.filter((state) => state === 'cancelled')).to.have.length(2 * 2 * 8);
    expect(states.filter((state) => state === 'folded')).to.have.length(2 * 3);
    expect(states).to.not.include('held');
    await alerts.stop();
  });

  it('lets a single one go out as itself', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50 });
    await failAll(alerts, names(0, 20));
    await alerts.pass(61);
    expect(alerts.told().slice(-2)).to.deep.equal(['mass_failure 20', 'node.failed n019']);
    await alerts.stop();
  });

  it('sends no more messages than a flapping node may have in an hour', async () => {
    for (const flips of [4, 12]) {
      const alerts = await SimulatedAlerts.start({ watched: 50, maxPerHour: 6, massFailure: { hold: 30 } });
      await failAll(alerts, [...names(0, 19), 'flaky']);
      for (let turn = 0; turn < flips; turn++) {
        await alerts.pass(100);
        if (turn % 2 === 0) alerts.recover('flaky');
        else alerts.fail('flaky');
      }
      await alerts.pass(3 * 3600);
      const own = alerts.delivered.filter(({ message }) => message.node?.name === 'flaky');
      for (const { at } of own) {
        const inTheHour = own.filter((other) => other.at >= at && other.at < at + 3_600_000);
        expect(inTheHour.length).to.be.at.most(6);
      }
      expect(own.at(-1)?.message.node?.state).to.equal('failed');
      await alerts.stop();
    }
  });

  it('holds a node that had its messages of the hour until it is stable', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50, maxPerHour: 6 });
    for (let turn = 0; turn < 3; turn++) {
      alerts.fail('flaky');
      await alerts.pass(20);
      alerts.recover('flaky');
      await alerts.pass(20);
    }
    await failAll(alerts, [...names(0, 19), 'flaky']);
    await alerts.pass(90);
    expect(alerts.told().filter((told) => told.endsWith('flaky'))).to.have.length(5);
    await alerts.pass(3 * 3600);
    expect(alerts.told().at(-1)).to.equal('node.failed flaky');
    expect(alerts.notifier.inspect()).to.include({ open: 0, held: 0, flapping: 0 });
    await alerts.stop();
  });

  it('sends recoveries of earlier failures together with the rest', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50 });
    await failAll(alerts, names(0, 22));
    await alerts.pass(5);
    alerts.recover('n000', 'n001');
    await alerts.pass(56);
    expect(alerts.told().slice(20)).to.deep.equal(['node.failed n019,n020,n021,n000,n001']);
    expect(alerts.delivered.at(-1)?.message.message).to.equal(
      "3 nodes have failed: 'n019', 'n020', 'n021'. 2 nodes have recovered: 'n000', 'n001'.",
    );
    await alerts.stop();
  });

  it('does not begin below the share of the nodes that are watched', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 101 });
    await failAll(alerts, thirty);
    await alerts.pass(5);
    expect(alerts.told()).to.have.length(30);
    await alerts.stop();
  });

  it('does not begin when the failures are spread over more than the window', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50 });
    for (const name of names(0, 60)) {
      alerts.fail(name);
      await alerts.pass(0.6);
    }
    expect(alerts.told()).to.have.length(60);
    await alerts.stop();
  });

  it('is not followed by a second hold within as long as the first, and may be after that', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50 });
    await failAll(alerts, thirty);
    await alerts.pass(90);
    const before = alerts.told().length;
    alerts.fail(...names(30, 60));
    await alerts.pass(10);
    expect(alerts.told().slice(before)).to.have.length(30);
    expect(alerts.told().filter((told) => told.startsWith('mass_failure'))).to.have.length(1);
    await alerts.pass(31);
    alerts.fail(...names(60, 90));
    await alerts.pass(5);
    expect(alerts.told().filter((told) => told.startsWith('mass_failure'))).to.have.length(2);
    await alerts.stop();
  });

  it('does not begin when few nodes flap, and one that really failed is notified at once', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 60 });
    for (let turn = 0; turn < 4; turn++) {
      alerts.fail(...names(0, 10));
      await alerts.pass(1);
      alerts.recover(...names(0, 10));
      await alerts.pass(1);
    }
    alerts.fail('dead');
    await alerts.pass(1);
    expect(alerts.told().filter((told) => told.startsWith('mass_failure'))).to.deep.equal([]);
    expect(alerts.told().at(-1)).to.equal('node.failed dead');
    await alerts.stop();
  });

  it('counts a node once that fails again before the notification', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 30 });
    await failAll(alerts, thirty);
    for (let turn = 0; turn < 23; turn++) {
      alerts.recover('n003', 'n025');
      alerts.fail('n003', 'n025');
    }
    await alerts.pass(5);
    const told = alerts.delivered.find(({ message }) => message.type === 'mass_failure')?.message;
    expect(told?.message).to.match(/^30 nodes have failed within 10 s, of 30 watched: /);
    expect(told?.sample).to.have.members([...names(19, 30), 'n003']);
    await alerts.stop();
  });

  it('counts each node once that failed before a restart, and no reminder', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ watched: 50, store, remindEvery: 3_600_000 });
    first.fail('n020');
    await first.pass(3_599);
    for (let turn = 0; turn < 3; turn++) {
      first.fail('flaky');
      await first.pass(0.5);
      first.recover('flaky');
      await first.pass(0.5);
    }
    await first.kill();
    const second = await SimulatedAlerts.start({ watched: 50, store, clock: first.clock });
    second.fail(...names(0, 18));
    await second.pass(1);
    expect(second.told(), '18 and the flaky one').to.deep.equal(
      names(0, 18).map((name) => `node.failed ${name}`),
    );
    second.fail('n018');
    await second.pass(2);
    expect(second.told().at(-1)).to.equal('mass_failure 20');
    await second.stop();
  });

  for (const concurrency of [1, 4]) {
    it(`of 200 is notified within 5 s through a chat that takes a second a message, ${concurrency} at once; the rest is folded`, async () => {
      const alerts: SimulatedAlerts = await SimulatedAlerts.start({
        watched: 200,
        channels: {
          chat: {
            concurrency,
            answer: () =>
              new Promise((resolve) => {
                alerts.clock.after(toMillis(1), resolve);
              }),
          },
        },
      });
      const began = alerts.clock.now();
      const all = names(0, 200);
      alerts.fail(...all.slice(0, 40));
      await alerts.pass(0.5);
      alerts.fail(...all.slice(40));
      await alerts.pass(120);
      const mass = alerts.delivered.find(({ message }) => message.type === 'mass_failure');
      expect(mass?.message.count).to.equal(200);
      expect(Number(mass?.at) + 1_000 - began, 'ms').to.be.at.most(5_000);
      const begun = alerts.seen.filter(({ at }) => at < Number(mass?.at));
      expect(begun.length, 'told one by one before it').to.be.at.most(concurrency * 2);
      const group = alerts.delivered.find(({ message }) => message.nodes !== undefined)?.message;
      const single = alerts.delivered.flatMap(({ message }) => message.node?.name ?? []);
      expect(single).to.have.length(begun.length);
      expect([...single, ...(group?.nodes ?? []).map(({ name }) => name)]).to.have.members(all);
      expect(group?.alert_ids).to.have.length(200 - single.length);
      expect(await alerts.states('node.failed')).to.have.members([
        ...single.map(() => 'delivered'),
        ...(group?.alert_ids ?? []).map(() => 'folded'),
        'delivered',
      ]);
      expect(alerts.notifier.inspect()).to.include({ open: 0, held: 0 });
      await alerts.stop();
    });
  }

  it('holds alerts that a provider missed while it was down, in their order', async () => {
    let up = false;
    const alerts = await SimulatedAlerts.start({
      watched: 50,
      channels: { ops: { answer: () => (up ? Promise.resolve() : Promise.reject(new Error('down'))) } },
    });
    alerts.fail('old');
    await alerts.pass(30);
    alerts.recover('old');
    alerts.fail('later');
    await alerts.pass(100);
    alerts.fail(...names(0, 30));
    await alerts.pass(1);
    up = true;
    await alerts.pass(400);
    expect(alerts.told().filter((told) => told.startsWith('mass_failure'))).to.deep.equal([
      'mass_failure 30',
    ]);
    const all = alerts.delivered.flatMap(({ message }) =>
      message.node === undefined ? (message.nodes ?? []).map(({ name }) => name) : [message.node.name],
    );
    expect(all).to.include.members(['later', 'old', ...names(0, 30)]);
    const ofOld = alerts.delivered.flatMap(({ message: { node, nodes = [] } }) =>
      [...(node === undefined ? [] : [node]), ...nodes].filter(({ name }) => name === 'old'),
    );
    expect(ofOld.map(({ state }) => state)).to.deep.equal(['failed', 'active']);
    expect(alerts.notifier.inspect()).to.include({ open: 0, held: 0 });
    await alerts.stop();
  });

  it('does not hold what a node reports itself', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50 });
    await failAll(alerts, thirty);
    await alerts.pass(5);
    alerts.flip('burning', 'active', 'failed', { cause: 'report' });
    await alerts.pass(1);
    expect(alerts.told().at(-1)).to.equal('node.reported_failure burning');
    await alerts.stop();
  });

  it('ends when it would have ended, also over a restart', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ watched: 50, store });
    await failAll(first, thirty);
    await first.pass(40);
    await first.kill();
    const { clock } = first;
    const second = await SimulatedAlerts.start({ watched: 50, store, clock });
    await second.pass(19);
    expect(second.told()).to.deep.equal([]);
    await second.pass(2);
    expect(second.told()).to.deep.equal([`node.failed ${names(19, 30).join(',')}`]);
    second.fail(...names(30, 60));
    await second.pass(5);
    expect(second.told()).to.have.length(31);
    await second.stop();
  });

  it('counts nodes that failed before a restart, within the window', async () => {
    for (const [away, told] of [
      [4, [...names(10, 19).map((name) => `node.failed ${name}`), 'mass_failure 20']],
      [10, names(10, 20).map((name) => `node.failed ${name}`)],
    ] as const) {
      const store = new MemoryHistoryStore();
      const first = await SimulatedAlerts.start({ watched: 50, store });
      first.fail(...names(0, 10));
      await first.pass(away);
      await first.kill();
      const second = await SimulatedAlerts.start({ watched: 50, store, clock: first.clock });
      second.fail(...names(10, 19));
      await second.clock.settle();
      second.fail('n019');
      await second.pass(5);
      expect(second.told()).to.deep.equal(told);
      await second.stop();
    }
  });

  for (const jump of [-3_600_000, 3_600_000]) {
    it(`lasts no longer when the wall clock jumps by ${jump / 1000} s over a restart`, async () => {
      const store = new MemoryHistoryStore();
      const first = await SimulatedAlerts.start({ watched: 50, store });
      await failAll(first, thirty);
      await first.pass(40);
      await first.kill();
      const { clock } = first;
      clock.jumpWall(jump);
      const second = await SimulatedAlerts.start({ watched: 50, store, clock });
      await second.pass(60);
      expect(second.told()).to.deep.equal([`node.failed ${names(19, 30).join(',')}`]);
      await second.stop();
    });
  }

  it('has no second hold within as long as the first over a restart either', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ watched: 50, store });
    await failAll(first, thirty);
    await first.pass(70);
    await first.kill();
    const { clock } = first;
    const second = await SimulatedAlerts.start({ watched: 50, store, clock });
    second.fail(...names(30, 60));
    await second.pass(5);
    expect(second.told()).to.have.length(30);
    await second.stop();
  });

  it('accounts for every one of 12,000 alerts', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 20_000 });
    const all = Array.from({ length: 12_000 }, (_, index) => `n${String(index)}`);
    alerts.fail(...all);
    await alerts.pass(100);
    expect(alerts.told().filter((told) => told.startsWith('mass_failure'))).to.deep.equal([
      'mass_failure 12000',
    ]);
    const single = alerts.delivered.flatMap(({ message }) =>
      message.node === undefined ? [] : [message.node.name],
    );
    const grouped = alerts.delivered.flatMap(({ message }) => message.nodes?.map(({ name }) => name) ?? []);
    expect(single.length, 'told before it began').to.be.at.most(5_999);
    expect(single.length + grouped.length).to.equal(12_000);
    expect(new Set([...single, ...grouped]).size).to.equal(12_000);
    expect(alerts.delivered.filter(({ message }) => message.nodes !== undefined)).to.have.length(1);
    expect(alerts.notifier.inspect()).to.include({ open: 0, unstored: 0, held: 0 });
    await alerts.stop();
  });
});
