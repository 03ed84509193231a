import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { NotifyError } from '../../../src/ports/channel.js';
import { SimulatedAlerts, type AlertsSimulation } from '../../support/simulated-alerts.js';

const HOUR = 3600;

describe('a reminder', () => {
  const start = (more: AlertsSimulation = {}) => SimulatedAlerts.start({ remindEvery: HOUR * 1000, ...more });

  it('is repeated while a node stays failed, and stops once it has recovered', async () => {
    const alerts = await start();
    const failedAt = alerts.clock.wall() / 1000;
    alerts.fail('n1');
    await alerts.pass(2 * HOUR + 1);
    expect(alerts.told()).to.deep.equal(['node.failed n1', 'node.failed n1', 'node.failed n1']);
    const [, first, second] = alerts.delivered.map(({ message }) => message);
    expect(first).to.include({ reminder: 1, message: "Node 'n1' is still failed, for 1 h now." });
    expect(second).to.include({ reminder: 2, at: failedAt });
    alerts.recover('n1');
    await alerts.pass(3 * HOUR);
    expect(alerts.told().slice(3)).to.deep.equal(['node.recovered n1']);
    await alerts.stop();
  });

  it('that comes late leaves the next one its number', async () => {
    const alerts = await start();
    alerts.fail('n1');
    await alerts.pass(HOUR - 10);
    alerts.clock.standStill(0.7 * HOUR * 1000);
    await alerts.pass(HOUR);
    expect(alerts.delivered.map(({ message: { reminder } }) => reminder)).to.deep.equal([undefined, 1, 2]);
    await alerts.stop();
  });

  it('is sent to nobody without remind_every', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('n1');
    await alerts.pass(24 * HOUR);
    expect(alerts.told()).to.have.length(1);
    await alerts.stop();
  });

  it('is one message of all that failed about the same time', async () => {
    const alerts = await start();
    for (const name of ['n1', 'n2', 'n3']) {
      alerts.fail(name);
      await alerts.pass(10);
    }
    await alerts.pass(HOUR);
    expect(alerts.told().slice(3)).to.deep.equal(['node.failed n1,n2,n3']);
    expect(alerts.delivered.at(-1)?.message).to.deep.include({
      reminder: 1,
      message: "3 nodes are still failed, for up to 1 h now: 'n1', 'n2', 'n3'.",
    });
    await alerts.stop();
  });

  it('names a node once, also if it failed, recovered and failed again at once', async () => {
    const alerts = await start();
    alerts.fail('n1');
    alerts.recover('n1');
    alerts.fail('n1');
    await alerts.pass(HOUR + 1);
    expect(alerts.told()).to.deep.equal(['node.failed n1', 'node.failed n1']);
    alerts.recover('n1');
    await alerts.pass(1);
    expect(alerts.told().at(-1)).to.equal('node.recovered n1');
    await alerts.stop();
  });

  it('stops for an acknowledged node, and for a deleted one', async () => {
    const alerts = await start();
    const since = alerts.clock.wall();
    alerts.fail('n1', 'n2', 'n3');
    await alerts.pass(1);
    alerts.failureStatus('n1', since, { isQuiet: true });
    alerts.failureStatus('n2', undefined);
    await alerts.pass(HOUR);
    expect(alerts.told().slice(3)).to.deep.equal(['node.failed n3']);
    alerts.recover('n1');
    await alerts.pass(1);
    expect(alerts.told().at(-1)).to.equal('node.recovered n1');
    await alerts.stop();
  });

  for (const jump of [-HOUR, HOUR, 48 * HOUR]) {
    it(`comes on time with the right duration although the wall clock is set by ${jump} s`, async () => {
      const alerts = await start();
      alerts.fail('n1');
      await alerts.pass(HOUR / 2);
      alerts.clock.jumpWall(jump * 1000);
      await alerts.pass(HOUR / 2 + 1);
      await alerts.pass(HOUR);
      const reminders = alerts.delivered.slice(1).map(({ message }) => message);
      expect(reminders.map(({ message, reminder }) => [reminder, message])).to.deep.equal([
        [1, "Node 'n1' is still failed, for 1 h now."],
        [2, "Node 'n1' is still failed, for 2 h now."],
      ]);
      await alerts.stop();
    });
  }

  it('comes at the same time after a restart', async () => {
    const store = new MemoryHistoryStore();
    const first = await start({ store });
    const since = first.clock.wall();
    first.fail('n1');
    await first.pass(HOUR / 2);
    await first.stop();
    const second = await start({ store, clock: first.clock });
    second.failureStatus('n1', since);
    await second.pass(HOUR / 2 - 10);
    expect(second.told()).to.deep.equal([]);
    await second.pass(10);
    expect(second.told()).to.deep.equal(['node.failed n1']);
    expect(second.delivered[0]?.message.message, 'whose clock').to.equal(
      "Node 'n1' is still failed, for 1 h now by the wall clock, since before a restart.",
    );
    second.failureStatus('n1', since, { isQuiet: false, labels: { team: 'web' } });
    second.fail('n2');
    await second.pass(HOUR);
    expect(second.delivered.at(-1)?.message.message).to.equal(
      "2 nodes are still failed, for up to 2 h now by the wall clock, since before a restart: 'n1', 'n2'.",
    );
    second.recover('n1');
    await second.pass(HOUR);
    expect(second.delivered.at(-1)?.message.message).to.match(
      /^Node 'n2' is still failed, for 1 h 59 min now\.$/,
    );
    await second.stop();
  });

  it('is not sent to a channel that was not notified of the failure yet', async () => {
    const down = () => Promise.reject(new NotifyError('answered 503'));
    const alerts = await start({ channels: { ops: { answer: down }, boss: { after: 2 * HOUR * 1000 } } });
    alerts.fail('n1');
    await alerts.pass(1.5 * HOUR);
    expect(new Set(alerts.seen.map(({ message }) => message.id)).size).to.equal(1);
    await alerts.pass(2 * HOUR);
    expect(alerts.told('boss')).to.deep.equal(['node.failed n1', 'node.failed n1']);
    await alerts.stop();
  });

  it('that was not sent is dropped once the node has recovered', async () => {
    let isDown = false;
    const alerts = await start({
      channels: {
        ops: { answer: () => (isDown ? Promise.reject(new NotifyError('down')) : Promise.resolve()) },
      },
    });
    alerts.fail('n1');
    await alerts.pass(10);
    isDown = true;
    await alerts.pass(HOUR);
    isDown = false;
    alerts.recover('n1');
    await alerts.pass(600);
    const states = await alerts.states();
    expect(states).to.not.include('pending');
    expect(alerts.told().at(-1)).to.equal('node.recovered n1');
    await alerts.stop();
  });

  it('of a flapping node waits until its summary has been sent, and then continues', async () => {
    const alerts = await start({ remindEvery: 600_000, maxPerHour: 3 });
    for (let change = 0; change < 4; change++) {
      alerts.fail('n1');
      await alerts.pass(5);
      alerts.recover('n1');
      await alerts.pass(5);
    }
    alerts.fail('n1');
    const before = alerts.told().length;
    await alerts.pass(1195);
    expect(alerts.told(), 'its last failure is held, so nobody is reminded of it').to.have.length(before);
    await alerts.pass(3600);
    const after = alerts.delivered.slice(before).map(({ message }) => message);
    expect(after[0]?.message).to.include('It is flapping');
    expect(after.slice(1).map(({ reminder }) => reminder !== undefined)).to.not.include(false);
    expect(after.length).to.be.greaterThan(2);
    await alerts.stop();
  });

  it('does not count towards max_per_hour of a flapping node', async () => {
    const alerts = await start({ remindEvery: 60_000, maxPerHour: 3 });
    alerts.fail('n1');
    await alerts.pass(601);
    alerts.recover('n1');
    await alerts.pass(5);
    expect(alerts.told().at(-1)).to.equal('node.recovered n1');
    expect(alerts.told()).to.have.length(12);
    await alerts.stop();
  });
});

describe('an acknowledgement', () => {
  const channels = { ops: {}, boss: { after: 900_000 } };

  it('keeps escalation channels from being notified, of the recovery too', async () => {
    const alerts = await SimulatedAlerts.start({ channels });
    const since = alerts.clock.wall();
    alerts.fail('n1', 'n2');
    await alerts.pass(60);
    alerts.failureStatus('n1', since, { isQuiet: true });
    await alerts.pass(1000);
    expect(alerts.told('boss')).to.deep.equal(['node.failed n2']);
    alerts.recover('n1', 'n2');
    await alerts.pass(10);
    expect(alerts.told('boss')).to.deep.equal(['node.failed n2', 'node.recovered n2']);
    expect(alerts.told('ops')).to.have.length(4);
    expect(await alerts.states())
      .to.not.include('held')
      .and.not.include('pending');
    await alerts.stop();
  });

  it('still holds after a restart', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ store, channels });
    const since = first.clock.wall();
    first.fail('n1');
    await first.pass(60);
    first.failureStatus('n1', since, { isQuiet: true });
    await first.pass(1);
    await first.stop();
    const second = await SimulatedAlerts.start({ store, channels, clock: first.clock });
    second.failureStatus('n1', since, { isQuiet: true });
    await second.pass(2000);
    expect(second.told()).to.deep.equal([]);
    await second.stop();
  });

  it('ends with a pause, which counts like one: then the failure is sent after all', async () => {
    const alerts = await SimulatedAlerts.start({ channels });
    const since = alerts.clock.wall();
    alerts.fail('n1');
    await alerts.pass(60);
    alerts.failureStatus('n1', since, { isQuiet: true });
    await alerts.pass(2000);
    alerts.failureStatus('n1', since, { isQuiet: false });
    await alerts.pass(5);
    expect(alerts.told('boss')).to.deep.equal(['node.failed n1']);
    await alerts.stop();
  });

  it('does not affect the escalation of a deleted node', async () => {
    const alerts = await SimulatedAlerts.start({ channels });
    alerts.fail('n1');
    await alerts.pass(60);
    alerts.failureStatus('n1', undefined);
    await alerts.pass(2000);
    expect(alerts.told('boss')).to.deep.equal([]);
    expect(await alerts.states('node.failed')).to.deep.equal(['delivered', 'cancelled']);
    await alerts.stop();
  });
});
