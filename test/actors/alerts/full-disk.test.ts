import { expect } from 'chai';
import { RefusingStore } from '../../support/refusing-store.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

describe('while the disk is full', () => {
  for (const keepsRefused of [false, true]) {
    it(`alerts go out with their final ids, and are stored later (refused batches ${keepsRefused ? 'reach' : 'do not reach'} the disk)`, async () => {
      const store = new RefusingStore();
      store.keepsRefused = keepsRefused;
      const alerts = await SimulatedAlerts.start({ store });
      store.full = true;
      const raised = [...alerts.flip('node1', 'inactive', 'failed')];
      await alerts.pass(1);
      raised.push(...alerts.flip('node2', 'inactive', 'failed'));
      await alerts.pass(1);
      expect(alerts.told()).to.deep.equal(['node.failed node1', 'node.failed node2']);
      alerts.recover('node1');
      await alerts.pass(1);
      expect(alerts.told().at(-1)).to.equal('node.recovered node1');
      store.full = false;
      await alerts.pass(60);
      const stored = await alerts.stored();
      expect(stored.map(({ alert }) => alert.id).slice(0, 2)).to.deep.equal(
        raised.map(({ alert }) => alert.id),
      );
      expect(await alerts.states()).to.deep.equal(['delivered', 'delivered', 'delivered']);
      expect(alerts.told(), 'delivered once').to.have.length(3);
      expect(alerts.notifier.inspect()).to.include({ open: 0, unstored: 0 });
      await alerts.stop();
    });
  }

  it('an alert that is retried takes no more memory', async () => {
    const store = new RefusingStore();
    const alerts = await SimulatedAlerts.start({
      store,
      channels: { ops: { answer: () => Promise.reject(new Error('down')) } },
    });
    store.full = true;
    alerts.fail('node1', 'node2', 'node3');
    await alerts.pass(3600);
    expect(alerts.seen.length).to.be.greaterThan(20);
    expect(alerts.history.inspect()).to.have.property('waiting').that.is.at.most(4);
    store.full = false;
    await alerts.pass(60);
    const attempts = (await alerts.stored()).map(({ deliveries }) => deliveries[0]?.attempts ?? 0);
    expect(attempts.reduce((sum, each) => sum + each)).to.equal(alerts.seen.length);
    await alerts.stop();
  });

  it('alerts that memory does not hold are sent as one message when the disk takes writes again', async () => {
    const store = new RefusingStore();
    const alerts = await SimulatedAlerts.start({ store, unstored: 10 });
    store.full = true;
    for (let index = 0; index < 15; index++) {
      alerts.fail(`n${String(index)}`);
      await alerts.pass(2);
    }
    expect(alerts.told()).to.have.length(10);
    expect(alerts.logger.events()).to.include('alert queue full while the disk refuses writes');
    store.full = false;
    await alerts.pass(60);
    expect(alerts.told().slice(10)).to.deep.equal(['mass_failure 5']);
    expect(alerts.delivered.at(-1)?.message.message).to.match(
      /^The disk was full, and 5 alerts of 5 nodes did not/,
    );
    await alerts.stop();
  });

  it('a failure whose alert has no room in memory is reminded of in time', async () => {
    const store = new RefusingStore();
    const alerts = await SimulatedAlerts.start({ store, unstored: 1, remindEvery: 600_000 });
    store.full = true;
    // Not a failure: nothing else sets a timer.
    alerts.recover('node1');
    await alerts.pass(1);
    alerts.fail('node2');
    await alerts.pass(610);
    expect(alerts.told()).to.deep.equal(['node.recovered node1', 'node.failed node2']);
    expect(alerts.delivered.at(-1)?.message).to.include({ reminder: 1 });
    await alerts.stop();
  });

  it('reminders take as much memory again as other alerts, and go on once they are stored', async () => {
    const store = new RefusingStore();
    const alerts = await SimulatedAlerts.start({ store, unstored: 3, remindEvery: 600_000 });
    store.full = true;
    alerts.fail('node1', 'node2', 'node3', 'node4');
    await alerts.pass(7_000);
    // Four alerts were on their way before the disk refused the first.
    const reminders = () => alerts.delivered.filter(({ message }) => message.reminder !== undefined);
    expect(reminders()).to.have.length(2);
    expect(alerts.notifier.inspect()).to.include({ unstored: 6 });
    store.full = false;
    await alerts.pass(60);
    expect(alerts.notifier.inspect()).to.include({ unstored: 0 });
    expect(reminders(), 'the one that is due').to.have.length(3);
    await alerts.pass(600);
    expect(reminders()).to.have.length(4);
    await alerts.stop();
  });

  it('the beginning of a hold is kept, and stored later', async () => {
    const store = new RefusingStore();
    const alerts = await SimulatedAlerts.start({ store, watched: 50 });
    store.full = true;
    alerts.fail('first');
    await alerts.pass(1);
    for (let index = 0; index < 30; index++) {
      alerts.fail(`n${String(index)}`);
      await alerts.clock.settle();
    }
    await alerts.pass(100);
    expect(alerts.told()).to.have.length(19 + 1 + 1);
    store.full = false;
    await alerts.pass(60);
    expect(await store.lastHold()).to.not.equal(undefined);
    expect(await alerts.states()).to.not.include('held');
    await alerts.stop();
  });
});
