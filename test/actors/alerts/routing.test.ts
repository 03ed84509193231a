import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { NotifyError } from '../../../src/ports/channel.js';
import { collect } from '../../contract/history-store/reading.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

const gone = () => Promise.reject(new NotifyError('answered 404', { permanent: true }));

describe('routing', () => {
  it('sends a channel the alerts that match any of its rules: a type, and a value for each label', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: {
        web: { match: [{ labels: { team: ['web'], env: ['prod', 'test'] } }] },
        known: { match: [{ labels: { team: ['*'] } }] },
        good: { match: [{ types: ['node.recovered'] }, { labels: { team: ['db'] } }] },
        all: {},
      },
    });
    const labelled = (name: string, labels: Record<string, string>) => {
      alerts.flip(name, 'active', 'failed', { labels });
      alerts.flip(name, 'failed', 'active', { labels });
    };
    labelled('a', { team: 'web', env: 'prod' });
    await alerts.pass(1);
    alerts.flip('b', 'active', 'failed', { labels: { team: 'web', env: 'dev' } });
    alerts.flip('c', 'active', 'failed', { labels: { team: 'db' } });
    alerts.flip('d', 'active', 'failed');
    await alerts.pass(1);
    alerts.flip('d', 'failed', 'active');
    await alerts.pass(1);
    expect(alerts.told('web')).to.deep.equal([]);
    expect(alerts.told('known')).to.deep.equal(['node.failed b', 'node.failed c']);
    expect(alerts.told('good')).to.deep.equal(['node.recovered a', 'node.failed c', 'node.recovered d']);
    expect(alerts.told('all')).to.deep.equal([
      'node.failed b',
      'node.failed c',
      'node.failed d',
      'node.recovered d',
    ]);
    await alerts.stop();
  });

  it('keeps no mass failure from a channel that is for some labels: it concerns no single node', async () => {
    const alerts = await SimulatedAlerts.start({
      watched: 20,
      channels: { web: { match: [{ labels: { team: ['web'] } }] } },
    });
    alerts.fail(...Array.from({ length: 20 }, (_, index) => `n${String(index)}`));
    await alerts.pass(2);
    expect(alerts.told('web')).to.deep.equal(['mass_failure 20']);
    await alerts.stop();
  });
});

describe('a fallback', () => {
  it('gets dead letters of its channel at once, with the reason', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: { answer: gone, fallback: 'phone' },
        phone: { match: [{ labels: { no: ['body'] } }] },
      },
    });
    alerts.fail('n1');
    await alerts.pass(1);
    expect(alerts.told('phone')).to.deep.equal(['node.failed n1']);
    expect(alerts.delivered.at(-1)?.message.message).to.match(
      /^Node 'n1' has failed: .* Channel 'ops' could not deliver this: answered 404\.$/,
    );
    expect(await alerts.states('node.failed')).to.deep.equal(['dead', 'delivered']);
    await alerts.stop();
  });

  it('does not get an alert twice that it has itself', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: { ops: { answer: gone, fallback: 'phone' }, phone: {} },
    });
    alerts.fail('n1');
    await alerts.pass(1);
    expect(alerts.told('phone')).to.deep.equal(['node.failed n1']);
    expect(alerts.delivered.at(-1)?.message.message).to.not.include('could not deliver');
    await alerts.stop();
  });

  it('may fail too, and then its own fallback is notified', async () => {
    const nobody = [{ labels: { no: ['body'] } }];
    const alerts = await SimulatedAlerts.start({
      channels: {
        one: { answer: gone, fallback: 'two' },
        two: { answer: gone, fallback: 'three', match: nobody },
        three: { answer: gone, match: nobody },
      },
    });
    alerts.fail('n1');
    await alerts.pass(5);
    expect(alerts.seen.map(({ channel }) => channel)).to.deep.equal(['one', 'two', 'three']);
    expect(await alerts.states('node.failed')).to.deep.equal(['dead', 'dead', 'dead']);
    await alerts.stop();
  });

  it("ends if a reload swaps fallback and channel, so that each was the other's fallback", async () => {
    const nobody = [{ labels: { no: ['body'] } }];
    let hangs = true;
    const two = () => (hangs ? Promise.reject(new NotifyError('not yet')) : gone());
    const alerts = await SimulatedAlerts.start({
      channels: { one: { answer: gone, fallback: 'two' }, two: { answer: two, match: nobody } },
    });
    alerts.fail('n1');
    await alerts.pass(1);
    await alerts.replace({ one: { answer: gone }, two: { answer: gone, fallback: 'one', match: nobody } });
    hangs = false;
    await alerts.pass(60);
    expect(new Set(alerts.seen.map(({ channel }) => channel))).to.deep.equal(new Set(['one', 'two']));
    expect(alerts.seen.filter(({ channel }) => channel === 'one')).to.have.length(1);
    expect(await alerts.states('node.failed')).to.deep.equal(['dead', 'dead']);
    await alerts.stop();
  });

  it('gets alerts that became dead letters just before the daemon was killed', async () => {
    const store = new MemoryHistoryStore();
    const channels = {
      ops: { answer: gone, fallback: 'phone' },
      phone: {
        match: [{ labels: { no: ['body'] } }],
        answer: () => Promise.reject(new NotifyError('not yet')),
      },
    };
    const first = await SimulatedAlerts.start({ store, channels });
    first.fail('n1');
    await first.pass(1);
    await first.stop();
    const second = await SimulatedAlerts.start({ store, channels: { ...channels, phone: {} } });
    await second.pass(30);
    expect(second.told('phone')).to.deep.equal(['node.failed n1']);
    await second.stop();
  });
});

describe('a channel with a delay', () => {
  const channels = { ops: {}, boss: { after: 900_000 } };

  it('is notified of nodes that are still failed by then', async () => {
    const alerts = await SimulatedAlerts.start({ channels });
    alerts.fail('n1', 'n2');
    await alerts.pass(899);
    expect(alerts.told('ops')).to.have.length(2);
    expect(alerts.told('boss')).to.deep.equal([]);
    await alerts.pass(2);
    expect(alerts.told('boss')).to.deep.equal(['node.failed n1', 'node.failed n2']);
    alerts.recover('n1');
    await alerts.pass(1);
    expect(alerts.told('boss').at(-1), 'at once').to.equal('node.recovered n1');
    await alerts.stop();
  });

  it('is not notified of nodes that recovered by then', async () => {
    const alerts = await SimulatedAlerts.start({ channels });
    alerts.fail('n1');
    await alerts.pass(800);
    alerts.recover('n1');
    await alerts.pass(1000);
    expect(alerts.told('ops')).to.deep.equal(['node.failed n1', 'node.recovered n1']);
    expect(alerts.told('boss')).to.deep.equal([]);
    expect(await alerts.states()).to.not.include('pending');
    await alerts.stop();
  });

  it('is notified at once as a fallback, whatever its delay', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: { answer: gone, fallback: 'boss', match: [{ labels: { env: ['prod'] } }] },
        boss: { after: 900_000, match: [{ labels: { env: ['test'] } }] },
      },
    });
    alerts.flip('n1', 'inactive', 'failed', { labels: { env: 'test' } });
    await alerts.pass(10);
    alerts.flip('n1', 'failed', 'active', { labels: { env: 'test' } });
    await alerts.pass(10);
    alerts.flip('n1', 'inactive', 'failed', { labels: { env: 'prod' } });
    await alerts.pass(10);
    expect(alerts.told('boss')).to.deep.equal(['node.failed n1']);
    await alerts.stop();
  });

  it('waits no longer because of a restart', async () => {
    const store = new MemoryHistoryStore();
    const first = await SimulatedAlerts.start({ store, channels });
    first.fail('n1');
    await first.pass(600);
    await first.stop();
    const second = await SimulatedAlerts.start({ store, channels, clock: first.clock });
    await second.pass(290);
    expect(second.told('boss')).to.deep.equal([]);
    await second.pass(10);
    expect(second.told('boss')).to.deep.equal(['node.failed n1']);
    await second.stop();
  });

  it('gets one message about the nodes still failed after a mass failure', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 30, channels });
    const names = Array.from({ length: 30 }, (_, index) => `n${String(index + 10)}`);
    alerts.fail(...names);
    await alerts.pass(100);
    alerts.recover(...names.slice(0, 27));
    await alerts.pass(1000);
    expect(alerts.told('boss')).to.deep.equal(['node.failed n37,n38,n39']);
    alerts.recover('n37');
    await alerts.pass(10);
    expect(alerts.told('boss').at(-1)).to.equal('node.recovered n37');
    expect(await alerts.states()).to.not.include('pending');
    await alerts.stop();
  });

  for (const ends of ['its pause ends', 'it is deleted', 'it has failed again and recovers'] as const) {
    it(`is not notified of the end of a node that recovered while paused, when ${ends} after a restart`, async () => {
      const store = new MemoryHistoryStore();
      const remembering = { ops: {}, boss: { after: 900_000, remembers: true } };
      const first = await SimulatedAlerts.start({ store, watched: 30, channels: remembering });
      const { clock } = first;
      first.fail(...Array.from({ length: 29 }, (_, index) => `n${String(index)}`));
      await first.pass(100);
      first.failureStatus('n0', clock.wall() - 100_000, { isQuiet: true });
      first.flip('n0', 'failed', 'active', { isPaused: true });
      await first.pass(1000);
      expect(first.told('boss')).to.have.length(1);
      if (ends === 'it has failed again and recovers')
        first.flip('n0', 'inactive', 'failed', { isPaused: true });
      const again = clock.wall();
      await first.pass(10);
      await first.kill();
      const second = await SimulatedAlerts.start({ store, clock, watched: 30, channels: remembering });
      if (ends === 'its pause ends') await second.resume('n0', 'active');
      else if (ends === 'it is deleted') await second.delete('n0');
      else {
        second.failureStatus('n0', again);
        await second.pass(1);
        second.recover('n0');
      }
      await second.pass(10);
      expect(second.told('ops')).to.deep.equal([
        ends === 'it is deleted' ? 'node.deleted n0' : 'node.recovered n0',
      ]);
      expect(second.told('boss')).to.deep.equal([]);
      await second.pass(10);
      expect(await collect(store.unnotified()), 'nothing is left of it').to.deep.equal([]);
      second.fail('n0');
      await second.pass(1000);
      second.recover('n0');
      await second.pass(10);
      expect(second.told('boss')).to.deep.equal(['node.failed n0', 'node.recovered n0']);
      await second.stop();
    });
  }

  it('is notified of the recovery of a node whose failure it got, even inside a mass failure', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 20, channels });
    const names = Array.from({ length: 20 }, (_, index) => `n${String(index + 10)}`);
    alerts.fail('told1', 'told2');
    await alerts.pass(1000);
    alerts.fail(...names);
    await alerts.pass(10);
    alerts.recover('told1', 'told2');
    await alerts.pass(10);
    alerts.fail('told2');
    await alerts.pass(100);
    alerts.recover('told2', ...names.slice(0, 19));
    await alerts.pass(1000);
    expect(alerts.told('boss')).to.deep.equal([
      'node.failed told1',
      'node.failed told2',
      'node.failed n29,told1,told2',
    ]);
    const group = alerts.delivered.findLast(({ channel }) => channel === 'boss')?.message;
    expect(group?.nodes?.map(({ state }) => state)).to.deep.equal(['failed', 'active', 'active']);
    expect(group?.message).to.equal("1 node has failed: 'n29'. 2 nodes have recovered: 'told1', 'told2'.");
    expect(await alerts.states()).to.not.include('pending');
    await alerts.stop();
  });

  it('is notified of recoveries alone if nothing else is left of a mass failure', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 20, channels });
    const names = Array.from({ length: 20 }, (_, index) => `n${String(index + 10)}`);
    alerts.fail('told1');
    await alerts.pass(1000);
    alerts.fail(...names);
    alerts.recover('told1');
    await alerts.pass(100);
    alerts.recover(...names);
    await alerts.pass(1000);
    expect(alerts.told('boss')).to.deep.equal(['node.failed told1', 'node.recovered told1']);
    expect(await alerts.states()).to.not.include('pending');
    await alerts.stop();
  });

  it('is not notified of an acknowledged node of a mass failure, unless the acknowledgement ended', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 20, channels });
    const names = Array.from({ length: 20 }, (_, index) => `n${String(index + 10)}`);
    const since = alerts.clock.wall();
    alerts.fail(...names);
    alerts.fail('held1', 'held2', 'held3');
    await alerts.pass(100);
    for (const name of ['held1', 'held2']) alerts.failureStatus(name, since, { isQuiet: true });
    alerts.recover(...names);
    await alerts.pass(1000);
    expect(alerts.told('boss')).to.deep.equal(['node.failed held3']);
    alerts.recover('held1');
    alerts.failureStatus('held2', since, { isQuiet: false });
    await alerts.pass(10);
    expect(alerts.told('boss')).to.deep.equal(['node.failed held3', 'node.failed held2']);
    alerts.recover('held2');
    await alerts.pass(10);
    expect(alerts.told('boss').at(-1)).to.equal('node.recovered held2');
    expect(await alerts.states()).to.not.include('held');
    await alerts.stop();
  });

  it('is notified of the one node left of a mass failure, and not of its beginning', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 20, channels });
    const names = Array.from({ length: 20 }, (_, index) => `n${String(index + 10)}`);
    alerts.fail(...names);
    await alerts.pass(100);
    expect(alerts.told('boss')).to.deep.equal([]);
    alerts.recover(...names.slice(0, 19));
    await alerts.pass(1000);
    expect(alerts.told('boss')).to.deep.equal(['node.failed n29']);
    await alerts.stop();
  });
});
