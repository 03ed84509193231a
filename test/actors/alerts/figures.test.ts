import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { NotifyError } from '../../../src/ports/channel.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

describe('the counts of a channel', () => {
  it('counts delivered alerts, and alerts that cancelled each other', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('node1');
    await alerts.clock.settle();
    // No channel was notified of either before both were there.
    alerts.fail('node2');
    alerts.recover('node2');
    await alerts.clock.settle();
    expect(alerts.figures('ops')).to.include({ delivered: 1, cancelled: 2, folded: 0, dead: 0, waiting: 0 });
    await alerts.stop();
  });

  it('counts alerts folded into one message for a mass failure', async () => {
    const alerts = await SimulatedAlerts.start({ massFailure: { atLeast: 3, share: 0 } });
    alerts.fail('node1', 'node2', 'node3', 'node4');
    await alerts.pass(70);
    const told = alerts.told().length;
    const folded = (await alerts.states()).filter((state) => state === 'folded').length;
    expect(folded).to.be.greaterThan(0);
    expect(alerts.figures('ops')).to.include({ delivered: told, folded, cancelled: 0 });
    await alerts.stop();
  });

  it('counts failed attempts and dead letters, and redelivered alerts once', async () => {
    let permanent = false;
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: { answer: () => Promise.reject(new NotifyError('answered', { permanent })) },
        chat: {},
      },
    });
    alerts.fail('node1');
    await alerts.clock.settle();
    expect(alerts.figures('ops')).to.include({ failed: 1, dead: 0, waiting: 1 });
    permanent = true;
    await alerts.pass(20);
    expect(alerts.figures('ops')).to.include({ failed: 1, dead: 1, waiting: 0 });
    const [record] = await alerts.stored();
    await alerts.redeliver(record!.alert.id);
    await alerts.pass(20);
    expect(alerts.figures('ops')).to.include({ dead: 2, cancelled: 0, folded: 0 });
    expect(alerts.figures('chat')).to.include({ delivered: 1, dead: 0 });
    await alerts.stop();
  });

  it('continue when the channel is removed and comes back, with its waiting alerts as dead letters', async () => {
    const chat = { answer: () => new Promise<void>(() => undefined) };
    const alerts = await SimulatedAlerts.start({ channels: { ops: {}, chat } });
    alerts.fail('node1', 'node2', 'node3');
    await alerts.clock.settle();
    alerts.fail('node4');
    alerts.recover('node4');
    await alerts.clock.settle();
    expect(alerts.figures('ops')).to.include({ delivered: 3, cancelled: 2 });
    const before = alerts.figures('chat');
    expect(before).to.include({ delivered: 0, dead: 0, waiting: 3 });
    await alerts.replace({ pager: {} });
    expect(alerts.figures('chat')).to.include({ dead: 3, cancelled: before.cancelled });
    expect(alerts.figures('chat')).to.not.have.property('waiting');
    expect(alerts.figures('ops')).to.include({ delivered: 3, cancelled: 2 });
    expect(alerts.figures('pager')).to.include({ delivered: 0, dead: 0, waiting: 0 });
    await alerts.replace({ ops: {}, chat: {} });
    alerts.recover('node1');
    await alerts.clock.settle();
    expect(alerts.figures('ops')).to.include({ delivered: 4, cancelled: 2, dead: 0 });
    expect(alerts.figures('chat')).to.include({ delivered: 1, dead: 3 });
    await alerts.stop();
  });

  it('counts the dead letters of a channel that the next run no longer has', async () => {
    const store = new MemoryHistoryStore();
    const chat = { answer: () => Promise.reject(new NotifyError('down')) };
    const first = await SimulatedAlerts.start({ store, channels: { ops: {}, chat } });
    first.fail('node1', 'node2');
    await first.pass(1);
    await first.kill();
    const second = await SimulatedAlerts.start({ store, clock: first.clock });
    expect(second.figures('chat')).to.include({ dead: 2, delivered: 0 });
    await second.stop();
  });

  it('has the state of its breaker', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: { ops: { answer: () => Promise.reject(new NotifyError('answered 500')) } },
    });
    expect(alerts.figures('ops').breaker).to.equal('closed');
    alerts.fail('node1', 'node2', 'node3', 'node4', 'node5', 'node6');
    await alerts.pass(1);
    expect(alerts.figures('ops').breaker).to.equal('open');
    alerts.clock.standStill(3_600_000);
    expect(alerts.figures('ops').breaker).to.equal('half_open');
    await alerts.stop();
  });
});
