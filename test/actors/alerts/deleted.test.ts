import { expect } from 'chai';
import { parseNodeName } from '../../../src/domain/node-name.js';
import type { AlertMessage } from '../../../src/ports/channel.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

const on = (name: string) => ({ dependsOn: [parseNodeName(name)!] });

describe('a node that had failed and is deleted', () => {
  it('notifies in one line the channels that were notified of its failure', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: { ops: {}, pager: { events: ['node.failed', 'node.recovered'] } },
    });
    alerts.fail('db');
    await alerts.pass(1);
    await alerts.delete('db');
    for (const channel of ['ops', 'pager'])
      expect(alerts.told(channel)).to.deep.equal(['node.failed db', 'node.deleted db']);
    expect(alerts.delivered.at(-1)?.message.message).to.equal(
      "Node 'db' was deleted, and its failure ends with it.",
    );
    expect(await alerts.states()).to.not.include('pending');
    await alerts.stop();
  });

  it('notifies no channel if its failure was not sent', async () => {
    let answer = (): void => undefined;
    const busy = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    const alerts = await SimulatedAlerts.start({
      channels: { ops: { answer: busy, concurrency: 1 }, boss: { after: 900_000 } },
    });
    alerts.fail('first');
    await alerts.pass(1);
    alerts.fail('db');
    alerts.flip('behind', 'inactive', 'failed', on('db'));
    for (const name of ['db', 'behind']) await alerts.delete(name);
    answer();
    await alerts.pass(2_000);
    expect(alerts.told('ops').filter((told) => !told.endsWith('first'))).to.deep.equal([]);
    expect(alerts.told('boss')).to.deep.equal(['node.failed first']);
    expect(alerts.notifier.inspect()).to.include({ open: 0, held: 0 });
    await alerts.stop();
  });

  it('does not notify a channel without recoveries', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: { events: ['node.failed'] } } });
    alerts.fail('db');
    await alerts.pass(1);
    await alerts.delete('db');
    await alerts.pass(10);
    expect(alerts.told()).to.deep.equal(['node.failed db']);
    await alerts.stop();
  });

  it('replaces the pending summary of its flapping', async () => {
    const alerts = await SimulatedAlerts.start({ maxPerHour: 3 });
    for (let turn = 0; turn < 3; turn++) {
      alerts.fail('flaky');
      await alerts.pass(1);
      alerts.recover('flaky');
      await alerts.pass(1);
    }
    alerts.fail('flaky');
    await alerts.pass(1);
    await alerts.delete('flaky');
    await alerts.pass(2 * 3600);
    expect(alerts.told().at(-1)).to.equal('node.deleted flaky');
    expect(alerts.told().filter((told) => told.startsWith('node.deleted'))).to.have.length(1);
    expect(alerts.notifier.inspect()).to.include({ open: 0, flapping: 0 });
    await alerts.stop();
  });

  it('is counted in a mass failure only if its failure was sent before', async () => {
    const alerts = await SimulatedAlerts.start({ watched: 50 });
    const names = Array.from({ length: 30 }, (_, index) => `n${String(index)}`);
    alerts.fail(...names.slice(0, 19));
    await alerts.clock.settle();
    alerts.fail(...names.slice(19));
    await alerts.delete('n3');
    await alerts.delete('n25');
    await alerts.pass(5);
    expect(alerts.told().at(-1)).to.equal('mass_failure 28');
    await alerts.pass(60);
    const group = alerts.delivered.at(-1)?.message;
    const n3 = group?.nodes?.find(({ name }) => name === 'n3');
    expect(n3).to.include({ state: 'active', deleted: true });
    expect(group?.nodes?.map(({ name }) => name)).to.not.include('n25');
    expect(group?.message).to.match(/^10 nodes have failed: .*\. 1 node was deleted: 'n3'\.$/);
    expect(alerts.notifier.inspect()).to.include({ open: 0, held: 0 });
    await alerts.stop();
  });

  it('notifies after a kill, too, once it is on disk', async () => {
    const first = await SimulatedAlerts.start();
    first.fail('db');
    await first.pass(1);
    const records = first.notifier.prepare({
      kind: 'deleted',
      node: first.factsOf('db', 'failed'),
      at: first.clock.wall(),
    });
    first.history.submit([{ kind: 'alerts', records }]);
    await first.clock.settle();
    await first.kill();
    const { store, clock } = first;
    const second = await SimulatedAlerts.start({ store, clock });
    await second.pass(1);
    expect(second.told()).to.deep.equal(['node.deleted db']);
    await second.stop();
  });

  it('notifies nobody if its deletion is refused', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('db');
    await alerts.pass(1);
    alerts.notifier.prepare({
      kind: 'deleted',
      node: alerts.factsOf('db', 'failed'),
      at: alerts.clock.wall(),
    });
    alerts.notifier.settled(alerts.factsOf('db', 'failed').name, false);
    await alerts.pass(10);
    alerts.recover('db');
    await alerts.pass(1);
    expect(alerts.told()).to.deep.equal(['node.failed db', 'node.recovered db']);
    await alerts.stop();
  });
});

describe('a channel that a reload removes, or gives another receiver', () => {
  const closed = (alerts: SimulatedAlerts): string[] =>
    alerts.delivered
      .filter(({ message }) => message.type === 'channel.closed')
      .map(({ channel, message: { nodes = [] } }) => `${channel} ${nodes.map(({ name }) => name).join()}`);

  it('sends its receiver a last message about what is still failed there', async () => {
    const ops = { receiver: 'one' };
    const alerts = await SimulatedAlerts.start({
      channels: { ops, chat: {}, deaf: { events: ['node.failed'] }, late: { after: 900_000 } },
    });
    alerts.fail('a', 'b', 'c');
    await alerts.pass(60);
    alerts.recover('b');
    await alerts.pass(1);
    await alerts.replace({ ops });
    expect(closed(alerts)).to.deep.equal(['chat a,c']);
    expect(alerts.delivered.at(-1)?.message.message).to.equal(
      "Channel 'chat' tells nothing more here. 2 nodes are still failed: 'a', 'c'.",
    );
    expect(alerts.closed).to.include.members(['chat', 'deaf', 'late']);
    await alerts.replace({ ops: { receiver: 'another' } });
    expect(closed(alerts)).to.deep.equal(['chat a,c', 'ops a,c']);
    expect(alerts.closed.filter((name) => name === 'ops')).to.have.length(2);
    await alerts.stop();
  });

  it('sends nothing if nothing is open, or if its receiver stays under another name', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: { receiver: 'one' }, chat: {} } });
    await alerts.replace({ ops: { receiver: 'two' } });
    alerts.fail('a');
    await alerts.pass(1);
    await alerts.replace({ ops: { receiver: 'two', concurrency: 1 } });
    await alerts.replace({ duty: { receiver: 'two' } });
    expect(closed(alerts)).to.deep.equal([]);
    await alerts.stop();
  });

  it('is dropped although its receiver does not answer, and the log says so', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: {
          answer: ({ type }) =>
            type === 'channel.closed' ? new Promise(() => undefined) : Promise.resolve(),
          attemptTimeout: 3_000,
        },
      },
    });
    alerts.fail('a');
    await alerts.pass(1);
    await alerts.replace({ chat: {} });
    expect(alerts.closed).to.deep.equal(['ops']);
    expect(alerts.logger.events()).to.include(
      'closing notice not delivered: close the open incidents of this channel by hand',
    );
    await alerts.stop();
  });

  for (const [seconds, outcome] of [
    [0.5, 'closing notice delivered'],
    [60, 'closing notice not delivered: close the open incidents of this channel by hand'],
  ] as const) {
    it(`has its last message answered within ${String(seconds)} s of a stop, and the log says: ${outcome}`, async () => {
      const answer = ({ type }: AlertMessage) =>
        type === 'channel.closed'
          ? new Promise<void>((resolve) => alerts.clock.after(seconds * 1000, resolve))
          : Promise.resolve();
      const slow = { answer, attemptTimeout: 100_000 };
      const alerts = await SimulatedAlerts.start({
        channels: { gone: slow, moved: { ...slow, receiver: 'a' } },
      });
      alerts.fail('a');
      await alerts.pass(1);
      const replaced = alerts.replace({ moved: { ...slow, receiver: 'b' } });
      await alerts.clock.settle();
      await alerts.stop();
      await replaced;
      expect(alerts.logger.events().filter((event) => event.startsWith('closing notice'))).to.deep.equal([
        outcome,
        outcome,
      ]);
    });
  }
});
