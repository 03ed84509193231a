import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { parseNodeName } from '../../../src/domain/node-name.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

const on = (name: string) => ({ dependsOn: [parseNodeName(name)!] });

describe('channels whose provider forgets', () => {
  it('get open failures again after a restart, if they were notified before', async () => {
    const store = new MemoryHistoryStore();
    const channels = { ops: {}, boss: { after: 900_000 }, web: { match: [{ labels: { team: ['web'] } }] } };
    const first = await SimulatedAlerts.start({ store, channels });
    const since = first.clock.wall();
    first.fail('switch');
    first.flip('behind', 'inactive', 'failed', on('switch'));
    await first.pass(60);
    await first.stop();
    expect(first.again, 'what is told once is not told again').to.deep.equal([]);
    const second = await SimulatedAlerts.start({ store, channels, clock: first.clock });
    second.failureStatus('switch', since);
    second.failureStatus('behind', since, on('switch'));
    await second.pass(1);
    expect(second.again).to.deep.equal(['ops: switch failed']);
    expect(second.told()).to.deep.equal([]);
    await second.stop();
  });

  it('get open failures when a reload replaces them, and so does a new channel', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: {} } });
    alerts.fail('a', 'b');
    await alerts.pass(60);
    alerts.recover('b');
    await alerts.pass(1);
    await alerts.replace({ ops: {}, chat: {} });
    expect(alerts.again).to.deep.equal(['ops: a failed', 'chat: a failed']);
    await alerts.stop();
  });

  it('are notified when a failed node changes or is deleted', async () => {
    const alerts = await SimulatedAlerts.start();
    const since = alerts.clock.wall();
    alerts.fail('a');
    await alerts.pass(60);
    alerts.failureStatus('a', since, { labels: { team: 'web' } });
    await alerts.pass(1);
    alerts.failureStatus('a', undefined);
    await alerts.pass(1);
    expect(alerts.again).to.deep.equal(['ops: a failed', 'ops: a is gone']);
    await alerts.stop();
  });
});
