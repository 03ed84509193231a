import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { parseNodeName } from '../../../src/domain/node-name.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

const on = (...names: string[]) => ({ dependsOn: names.map((name) => parseNodeName(name)!) });

describe('a node that depends on another', () => {
  it('sends no alert while that has failed, and stores its failure with the cause', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: {}, chat: {} } });
    alerts.fail('switch');
    alerts.flip('web', 'inactive', 'failed', on('router', 'switch'));
    await alerts.pass(3600);
    for (const channel of ['ops', 'chat']) expect(alerts.told(channel)).to.deep.equal(['node.failed switch']);
    const [, caused] = await alerts.stored();
    expect(caused?.alert.causedBy).to.equal('switch');
    expect(caused?.deliveries.map(({ state, hold }) => `${state} ${hold ?? ''}`)).to.deep.equal([
      'held dependency',
      'held dependency',
    ]);
    await alerts.stop();
  });

  it('sends no alert either when its pause ends and it has failed meanwhile', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('switch');
    alerts.flip('web', 'inactive', 'failed', { ...on('switch'), isPaused: true });
    await alerts.pass(10);
    await alerts.resume('web', 'failed', on('switch'));
    await alerts.pass(60);
    expect(alerts.told()).to.deep.equal(['node.failed switch']);
    expect((await alerts.stored()).at(-1)?.alert).to.include({
      type: 'node.reported_failure',
      causedBy: 'switch',
    });
    alerts.recover('switch');
    await alerts.resume('other', 'failed');
    await alerts.pass(60);
    expect(alerts.told().slice(1)).to.have.members([
      'node.recovered switch',
      'node.reported_failure other',
      'node.reported_failure web',
    ]);
    await alerts.stop();
  });

  it('sends nothing if it recovers together with its dependency', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('switch');
    alerts.flip('web', 'inactive', 'failed', on('switch'));
    await alerts.pass(100);
    alerts.recover('switch');
    await alerts.pass(20);
    alerts.flip('web', 'failed', 'active', on('switch'));
    await alerts.pass(3600);
    expect(alerts.told()).to.deep.equal(['node.failed switch', 'node.recovered switch']);
    expect(await alerts.states()).to.not.include('held');
    await alerts.stop();
  });

  it('alerts one timeout after its dependency recovered, if it has not', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('switch');
    alerts.flip('web', 'inactive', 'failed', on('switch'));
    await alerts.pass(100);
    alerts.recover('switch');
    await alerts.pass(29);
    expect(alerts.told()).to.have.length(2);
    await alerts.pass(2);
    expect(alerts.told().at(-1)).to.equal('node.failed web');
    alerts.flip('web', 'failed', 'active', on('switch'));
    await alerts.pass(1);
    expect(alerts.told().at(-1)).to.equal('node.recovered web');
    await alerts.stop();
  });

  it('is escalated to nobody if it was acknowledged while its alert was held', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: {}, boss: { after: 60_000 } } });
    alerts.fail('switch');
    await alerts.pass(1);
    const since = alerts.clock.wall();
    alerts.flip('web', 'inactive', 'failed', on('switch'));
    await alerts.pass(10);
    alerts.failureStatus('web', since, { isQuiet: true, ...on('switch') });
    alerts.recover('switch');
    await alerts.pass(200);
    expect(alerts.told('ops').at(-1)).to.equal('node.failed web');
    alerts.flip('web', 'failed', 'active', on('switch'));
    await alerts.pass(1);
    expect(alerts.told('boss')).to.deep.equal([]);
    await alerts.stop();
  });

  it('has the max of an adaptive timeout to recover', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('switch');
    const adaptive = { timeout: 2000, adaptive: { min: 1000, max: 90_000 } };
    alerts.flip('web', 'inactive', 'failed', { ...on('switch'), ...adaptive });
    await alerts.pass(100);
    alerts.recover('switch');
    await alerts.pass(89);
    expect(alerts.told()).to.have.length(2);
    await alerts.pass(2);
    expect(alerts.told().at(-1)).to.equal('node.failed web');
    await alerts.stop();
  });

  it('alerts together with all others that have not recovered', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('switch');
    for (const name of ['a', 'b', 'c']) alerts.flip(name, 'inactive', 'failed', on('switch'));
    await alerts.pass(100);
    alerts.recover('switch');
    await alerts.pass(31);
    expect(alerts.told().slice(2)).to.deep.equal(['node.failed a,b,c']);
    await alerts.stop();
  });

  it('waits for the last of its dependencies', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('switch', 'power');
    alerts.flip('web', 'inactive', 'failed', on('switch', 'power'));
    await alerts.pass(100);
    alerts.recover('switch');
    await alerts.pass(100);
    expect(alerts.told()).to.not.include('node.failed web');
    alerts.recover('power');
    await alerts.pass(31);
    expect(alerts.told().at(-1)).to.equal('node.failed web');
    await alerts.stop();
  });

  it('alerts if its dependency is deleted instead of recovering', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('switch');
    alerts.flip('web', 'inactive', 'failed', on('switch'));
    await alerts.pass(100);
    alerts.failureStatus('switch', undefined);
    await alerts.pass(31);
    expect(alerts.told().at(-1)).to.equal('node.failed web');
    await alerts.stop();
  });

  it('is no part of a mass failure', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50 });
    alerts.fail('switch');
    for (let index = 0; index < 30; index++)
      alerts.flip(`n${String(index)}`, 'inactive', 'failed', on('switch'));
    await alerts.pass(100);
    expect(alerts.told()).to.deep.equal(['node.failed switch']);
    await alerts.stop();
  });

  const SUSPICIOUS = { watched: 50, massFailure: { share: 0.01, atLeast: 2 } };

  it('alerts together with a mass failure that is held when it is released', async () => {
    const alerts = await SimulatedAlerts.start(SUSPICIOUS);
    alerts.fail('switch');
    for (const name of ['web', 'back']) alerts.flip(name, 'inactive', 'failed', on('switch'));
    await alerts.pass(100);
    alerts.recover('switch');
    await alerts.pass(20);
    // From the second one on, alerts are held for a minute.
    alerts.fail('n1');
    await alerts.clock.settle();
    alerts.fail('n2');
    await alerts.pass(1);
    alerts.flip('back', 'failed', 'active', on('switch'));
    await alerts.pass(30);
    const before = ['node.failed switch', 'node.recovered switch', 'node.failed n1', 'mass_failure 2'];
    expect(alerts.told()).to.deep.equal(before);
    await alerts.pass(60);
    expect(alerts.told().slice(before.length)).to.deep.equal(['node.failed n2,web']);
    expect(await alerts.states()).to.not.include('held');
    await alerts.stop();
  });

  it('is held again if its dependency fails again during a mass failure that held its alert', async () => {
    const alerts = await SimulatedAlerts.start(SUSPICIOUS);
    alerts.fail('switch');
    alerts.flip('web', 'inactive', 'failed', on('switch'));
    await alerts.pass(100);
    alerts.recover('switch');
    await alerts.pass(20);
    alerts.fail('n1');
    await alerts.clock.settle();
    alerts.fail('n2');
    await alerts.pass(20);
    alerts.fail('switch');
    await alerts.pass(60);
    const before = alerts.told();
    expect(before.at(-1)).to.equal('node.failed n2,switch');
    alerts.recover('switch');
    await alerts.pass(40);
    expect(alerts.told().slice(before.length)).to.deep.equal(['node.recovered switch', 'node.failed web']);
    await alerts.stop();
  });

  it('sends nothing if it and its dependency fail in a mass failure and recover before its end', async () => {
    const alerts = await SimulatedAlerts.start(SUSPICIOUS);
    alerts.fail('n1');
    await alerts.clock.settle();
    alerts.fail('n2', 'switch');
    alerts.flip('web', 'inactive', 'failed', on('switch'));
    await alerts.pass(10);
    alerts.recover('n1', 'n2', 'switch');
    alerts.flip('web', 'failed', 'active', on('switch'));
    await alerts.pass(3600);
    expect(alerts.told()).to.deep.equal(['node.failed n1', 'mass_failure 3', 'node.recovered n1']);
    expect(await alerts.states()).to.not.include('held');
    await alerts.stop();
  });

  it('may be in a cycle: the node that fails first alerts', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.flip('a', 'inactive', 'failed', on('b'));
    alerts.flip('b', 'inactive', 'failed', on('a'));
    alerts.flip('self', 'inactive', 'failed', on('self'));
    await alerts.pass(100);
    expect(alerts.told()).to.deep.equal(['node.failed a', 'node.failed self']);
    alerts.flip('a', 'failed', 'active', on('b'));
    await alerts.pass(31);
    expect(alerts.told().slice(2)).to.deep.equal(['node.recovered a', 'node.failed b']);
    await alerts.stop();
  });

  it('in a cycle leaves nobody unnotified, when the one that was notified fails again', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.flip('a', 'inactive', 'failed', on('b'));
    alerts.flip('b', 'inactive', 'failed', on('a'));
    await alerts.pass(100);
    alerts.flip('a', 'failed', 'active', on('b'));
    await alerts.pass(5);
    alerts.flip('a', 'inactive', 'failed', on('b'));
    await alerts.pass(3600);
    expect(alerts.told()).to.deep.equal(['node.failed a', 'node.recovered a', 'node.failed a']);
    await alerts.stop();
  });

  it('is not called recovered by a flapping summary if it has failed since', async () => {
    const alerts = await SimulatedAlerts.start({ maxPerHour: 3 });
    alerts.fail('web');
    await alerts.pass(10);
    alerts.recover('web');
    await alerts.pass(10);
    alerts.fail('web');
    await alerts.pass(10);
    alerts.recover('web');
    await alerts.pass(10);
    expect(alerts.told(), 'the last change is held').to.have.length(2);
    alerts.fail('switch');
    alerts.flip('web', 'inactive', 'failed', on('switch'));
    await alerts.pass(5000);
    expect(alerts.told()).to.deep.equal(['node.failed web', 'node.recovered web', 'node.failed switch']);
    alerts.recover('switch');
    await alerts.pass(31);
    expect(alerts.told().at(-1)).to.equal('node.failed web');
    expect(alerts.delivered.at(-1)?.message.alert_ids, 'what it stands for').to.have.length(2);
    await alerts.stop();
  });

  it('sends no reminders meanwhile', async () => {
    const alerts = await SimulatedAlerts.start({ remindEvery: 600_000 });
    alerts.fail('switch');
    alerts.flip('web', 'inactive', 'failed', on('switch'));
    await alerts.pass(601);
    expect(alerts.told()).to.deep.equal(['node.failed switch', 'node.failed switch']);
    await alerts.stop();
  });

  it('is still held after a restart, and released if its dependency recovered meanwhile', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ store });
    const since = first.clock.wall();
    first.fail('switch', 'power');
    first.flip('web', 'inactive', 'failed', on('switch'));
    first.flip('db', 'inactive', 'failed', on('power'));
    await first.pass(60);
    await first.stop();
    const second = await SimulatedAlerts.start({ store, clock: first.clock });
    second.failureStatus('switch', since);
    second.failureStatus('web', since, on('switch'));
    second.failureStatus('db', since, on('power'));
    await second.pass(60);
    expect(second.told()).to.deep.equal(['node.failed db']);
    second.recover('switch');
    await second.pass(31);
    expect(second.told().slice(1)).to.deep.equal(['node.recovered switch', 'node.failed web']);
    await second.stop();
  });
});
