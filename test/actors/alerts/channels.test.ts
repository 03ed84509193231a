import { expect } from 'chai';
import { NotifyError } from '../../../src/ports/channel.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

const never = (): Promise<void> => Promise.reject(new NotifyError('answered 503'));

describe('channels that change while the daemon runs', () => {
  it('deliver waiting alerts with their new settings', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: { answer: never } } });
    alerts.fail('node1');
    await alerts.pass(10);
    await alerts.replace({ ops: {} });
    expect(alerts.closed).to.deep.equal(['ops']);
    await alerts.pass(600);
    expect(alerts.told()).to.deep.equal(['node.failed node1']);
    expect(await alerts.states()).to.deep.equal(['delivered']);
    await alerts.stop();
  });

  it('get alerts from then on if they are new, and are restarted like the others', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: {} } });
    alerts.fail('node1');
    await alerts.clock.settle();
    await alerts.replace({ ops: {}, chat: {} });
    alerts.fail('node2');
    await alerts.pass(1);
    expect(alerts.told('chat')).to.deep.equal(['node.failed node2']);
    expect(alerts.told('ops')).to.deep.equal(['node.failed node1', 'node.failed node2']);
    expect(await alerts.test('chat')).to.include({ kind: 'accepted' });
    await alerts.stop();
  });

  it('leave dead letters when they are removed', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: { answer: never }, chat: {} } });
    alerts.fail('node1');
    await alerts.pass(20);
    await alerts.replace({ chat: {} });
    await alerts.pass(1);
    const [record] = await alerts.stored();
    expect(
      record?.deliveries.map(({ channel, state, lastError }) => [channel, state, lastError]),
    ).to.deep.equal([
      ['ops', 'dead', 'the channel is not configured any more'],
      ['chat', 'delivered', undefined],
    ]);
    expect(alerts.logger.events()).to.include(
      'alerts became dead letters: their channel is no longer configured',
    );
    expect(alerts.closed).to.include('ops');
    alerts.fail('node2');
    await alerts.pass(1);
    expect(alerts.told('ops')).to.be.empty;
    expect(await alerts.test('ops')).to.deep.equal({ kind: 'refused', code: 'HEARTBEAT_NO_SUCH_CHANNEL' });
    // When it comes back, the dead letter can be delivered after all.
    await alerts.replace({ ops: {}, chat: {} });
    await alerts.redeliver(record!.alert.id);
    await alerts.pass(1);
    expect(alerts.told('ops')).to.deep.equal(['node.failed node1']);
    await alerts.stop();
  });

  it('escalate by their new settings', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: {}, boss: {} } });
    await alerts.replace({ ops: {}, boss: { after: 60_000 } });
    alerts.fail('node1');
    await alerts.pass(59);
    expect([alerts.told('ops'), alerts.told('boss')]).to.deep.equal([['node.failed node1'], []]);
    await alerts.pass(2);
    expect(alerts.told('boss')).to.deep.equal(['node.failed node1']);
    await alerts.stop();
  });

  it('become the fallback of failing channels if they are new', async () => {
    const gone = () => Promise.reject(new NotifyError('answered 410', { permanent: true }));
    const quiet = { match: [{ labels: { no: ['body'] } }] };
    const alerts = await SimulatedAlerts.start({ channels: { ops: {} } });
    await alerts.replace({ ops: { answer: gone, fallback: 'phone' }, phone: quiet });
    alerts.fail('node1');
    await alerts.pass(1);
    const [record] = await alerts.stored();
    expect(
      record?.deliveries.map(({ channel, state, insteadOf }) => [channel, state, insteadOf]),
    ).to.deep.equal([
      ['ops', 'dead', undefined],
      ['phone', 'delivered', 'ops'],
    ]);
    await alerts.stop();
  });

  it('finish attempts under way of a removed channel', async () => {
    let arrive = (): void => undefined;
    const answer = () => new Promise<void>((resolve) => (arrive = resolve));
    const alerts = await SimulatedAlerts.start({ channels: { ops: { answer }, chat: {} } });
    alerts.fail('node1');
    await alerts.clock.settle();
    const replaced = alerts.replace({ chat: {} });
    arrive();
    await replaced;
    const [record] = await alerts.stored();
    expect(record?.deliveries.map(({ state }) => state)).to.deep.equal(['delivered', 'delivered']);
    await alerts.stop();
  });
});
