import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { NotifyError } from '../../../src/ports/channel.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

describe('an alert raised before the state of all nodes is known', () => {
  it('is stored at once, and sent when it is known', async () => {
    const alerts = await SimulatedAlerts.start({
      recover: async (starting) => {
        starting.fail('early');
        await starting.pass(30);
        expect(await starting.states()).to.deep.equal(['pending']);
        expect(starting.seen).to.deep.equal([]);
      },
    });
    await alerts.pass(1);
    expect(alerts.told()).to.deep.equal(['node.failed early']);
    await alerts.stop();
  });
});

describe('an alert', () => {
  it('is delivered once, and stored as delivered', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('node1');
    await alerts.clock.settle();
    expect(alerts.told()).to.deep.equal(['node.failed node1']);
    expect(alerts.delivered[0]?.message.message).to.equal("Node 'node1' has failed: no heartbeat for 2 min.");
    expect(await alerts.states()).to.deep.equal(['delivered']);
    await alerts.stop();
  });

  it('is stored as delivered, also if its channel crashes while it reports that', async () => {
    const alerts = await SimulatedAlerts.start();
    const { logger } = alerts;
    const info = logger.info.bind(logger);
    logger.info = (event, fields) => {
      if (event !== 'alert delivered') {
        info(event, fields);
        return;
      }
      logger.info = info;
      throw new Error('planned fault');
    };
    alerts.fail('node1');
    await alerts.pass(10);
    expect(logger.events()).to.include('actor crashed');
    expect(alerts.told()).to.deep.equal(['node.failed node1']);
    expect(await alerts.states()).to.deep.equal(['delivered']);
    await alerts.stop();
  });

  it('is tried again after longer and longer pauses, under the same id', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: {
          answer: (_message, { attempt }) =>
            attempt < 4 ? Promise.reject(new NotifyError('answered 500')) : Promise.resolve(),
        },
      },
    });
    alerts.fail('node1');
    await alerts.pass(120);
    expect(alerts.seen.map(({ attempt }) => attempt)).to.deep.equal([1, 2, 3, 4]);
    const pauses = alerts.seen.slice(1).map(({ at }, index) => at - (alerts.seen[index]?.at ?? 0));
    // Half the random between 5 s and 10 s, 20 s, 40 s.
    expect(pauses).to.deep.equal([7_500, 12_500, 22_500]);
    expect(new Set(alerts.seen.map(({ message }) => message.id)).size).to.equal(1);
    const [record] = await alerts.stored();
    expect(record?.deliveries[0]).to.include({ state: 'delivered', attempts: 4, lastError: 'answered 500' });
    await alerts.stop();
  });

  it('and its recovery are delivered in order, also when the first is tried again', async () => {
    let up = false;
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: { answer: () => (up ? Promise.resolve() : Promise.reject(new NotifyError('answered 503'))) },
      },
    });
    alerts.fail('node1');
    await alerts.clock.settle();
    alerts.recover('node1');
    alerts.fail('node2');
    await alerts.clock.settle();
    expect(alerts.seen.map(({ message }) => message.node?.name)).to.deep.equal(['node1', 'node2']);
    up = true;
    await alerts.pass(10);
    expect(alerts.told()).to.have.members(['node.failed node1', 'node.recovered node1', 'node.failed node2']);
    expect(alerts.told().filter((told) => told.endsWith('node1'))).to.deep.equal([
      'node.failed node1',
      'node.recovered node1',
    ]);
    await alerts.stop();
  });

  it('and its recovery cancel each other where no attempt has begun, and only there', async () => {
    const hanging: (() => void)[] = [];
    const alerts = await SimulatedAlerts.start({
      channels: {
        busy: { concurrency: 1, answer: () => new Promise((resolve) => hanging.push(resolve)) },
        ops: {},
      },
    });
    alerts.fail('node1');
    await alerts.clock.settle();
    alerts.fail('node2');
    await alerts.clock.settle();
    alerts.recover('node2', 'node1');
    await alerts.clock.settle();
    for (let turn = 0; turn < 4; turn++) {
      hanging.splice(0).forEach((answer) => answer());
      await alerts.clock.settle();
    }
    expect(alerts.told('busy')).to.deep.equal(['node.failed node1', 'node.recovered node1']);
    expect(alerts.told('ops')).to.deep.equal([
      'node.failed node1',
      'node.failed node2',
      'node.recovered node2',
      'node.recovered node1',
    ]);
    const cancelled = (await alerts.stored()).filter(({ deliveries }) =>
      deliveries.some(({ channel, state }) => channel === 'busy' && state === 'cancelled'),
    );
    expect(cancelled.map(({ alert }) => `${alert.type} ${String(alert.node?.name)}`)).to.deep.equal([
      'node.failed node2',
      'node.recovered node2',
    ]);
    await alerts.stop();
  });

  it('is a dead letter at once when it is refused for good, is logged as an error, and can be delivered again', async () => {
    let refuses = true;
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: {
          answer: () =>
            refuses
              ? Promise.reject(new NotifyError('answered 404', { permanent: true }))
              : Promise.resolve(),
        },
      },
    });
    alerts.fail('node1');
    await alerts.pass(1000);
    expect(alerts.seen).to.have.length(1);
    const [record] = await alerts.stored();
    expect(record?.deliveries[0]).to.include({ state: 'dead', attempts: 1, lastError: 'answered 404' });
    expect(alerts.logger.lines).to.deep.include({
      level: 'error',
      event: 'alert became a dead letter',
      fields: { alert: record?.alert.id, channel: 'ops', attempts: 1, reason: 'answered 404' },
    });
    refuses = false;
    expect(await alerts.redeliver(record!.alert.id)).to.deep.equal({
      kind: 'accepted',
      id: record?.alert.id,
    });
    await alerts.clock.settle();
    expect(alerts.told()).to.deep.equal(['node.failed node1']);
    expect(alerts.seen.map(({ attempt, message }) => [attempt, message.id])).to.deep.equal([
      [1, record?.alert.id],
      [2, record?.alert.id],
    ]);
    expect(await alerts.redeliver(record!.alert.id)).to.deep.equal({
      kind: 'refused',
      code: 'HEARTBEAT_NOT_DEAD',
    });
    await alerts.stop();
  });

  it('is a dead letter when it is older than give_up_after', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: {
          retry: { minDelay: 5_000, maxDelay: 20_000, giveUpAfter: 60_000 },
          answer: () => Promise.reject(new NotifyError('answered 500')),
        },
      },
    });
    alerts.fail('node1');
    await alerts.pass(60);
    const [record] = await alerts.stored();
    expect(record?.deliveries[0]?.state).to.equal('dead');
    expect(record?.deliveries[0]?.lastError).to.equal('given up after 60 s: answered 500');
    const tried = alerts.seen.length;
    await alerts.pass(600);
    expect(alerts.seen).to.have.length(tried);
    await alerts.stop();
  });

  it('waits as long as the provider asks, and so do the others of that channel', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: {
          answer: (_message, { attempt }) =>
            attempt === 1 && alerts.clock.now() < 1_100_000
              ? Promise.reject(new NotifyError('answered 429', { retryAfter: 100 }))
              : Promise.resolve(),
        },
      },
    });
    alerts.fail('node1');
    await alerts.pass(1);
    alerts.fail('node2');
    await alerts.pass(98);
    expect(alerts.seen).to.have.length(1);
    await alerts.pass(2);
    expect(alerts.told()).to.have.members(['node.failed node1', 'node.failed node2']);
    await alerts.stop();
  });

  it('goes to the channels of its node only, and to those that want its type', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: { a: {}, b: { events: ['node.recovered', 'node.inactive'] }, c: {} },
    });
    alerts.flip('node1', 'active', 'inactive', { channels: ['a', 'b'] });
    alerts.flip('node1', 'inactive', 'failed', { channels: ['a', 'b'] });
    await alerts.clock.settle();
    alerts.flip('node1', 'failed', 'active', { channels: ['a', 'b'] });
    await alerts.clock.settle();
    expect(alerts.told('a')).to.deep.equal(['node.failed node1', 'node.recovered node1']);
    expect(alerts.told('b')).to.deep.equal(['node.inactive node1', 'node.recovered node1']);
    expect(alerts.told('c')).to.deep.equal([]);
    await alerts.stop();
  });
});

describe('a channel', () => {
  it('that hangs delays no other, and its attempts end at their deadline', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: { stuck: { answer: () => new Promise(() => undefined) }, ops: {} },
    });
    alerts.fail('node1', 'node2', 'node3', 'node4', 'node5', 'node6');
    await alerts.clock.settle();
    expect(alerts.told('ops')).to.have.length(6);
    expect(alerts.seen.filter(({ channel }) => channel === 'stuck')).to.have.length(4);
    await alerts.pass(10);
    expect(alerts.logger.lines.find(({ event }) => event === 'alert attempt failed')?.fields).to.include({
      channel: 'stuck',
      reason: 'no answer within 10 s',
    });
    await alerts.stop();
  });

  it('that is down is paused, and tried by one attempt at a time', async () => {
    let up = false;
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: { answer: () => (up ? Promise.resolve() : Promise.reject(new NotifyError('answered 500'))) },
      },
    });
    alerts.fail(...Array.from({ length: 19 }, (_, index) => `node${String(index)}`));
    await alerts.pass(3600);
    // Retries of nineteen alerts would be more than 300.
    expect(alerts.seen.length).to.be.within(10, 40);
    expect(alerts.logger.events()).to.include('circuit breaker opened');
    up = true;
    await alerts.pass(600);
    expect(alerts.told()).to.have.length(19);
    await alerts.stop();
  });

  it('that throws something else than an error is treated like one that fails', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: {
          answer: (_message, { attempt }) => {
            // oxlint-disable-next-line typescript/only-throw-error -- as a careless notifier may
            if (attempt === 1) throw 'nonsense';
            return Promise.resolve();
          },
        },
      },
    });
    alerts.fail('node1');
    await alerts.pass(10);
    expect(alerts.told()).to.deep.equal(['node.failed node1']);
    expect((await alerts.stored())[0]?.deliveries[0]?.lastError).to.equal('nonsense');
    await alerts.stop();
  });

  it('can be tested', async () => {
    const alerts = await SimulatedAlerts.start();
    expect(await alerts.test('ops')).to.include({ kind: 'accepted' });
    expect(await alerts.test('nobody')).to.deep.equal({
      kind: 'refused',
      code: 'HEARTBEAT_NO_SUCH_CHANNEL',
    });
    await alerts.clock.settle();
    expect(alerts.delivered[0]?.message.message).to.equal("This is a test of channel 'ops'.");
    await alerts.stop();
  });

  it('does not wait for the disk before each attempt of a provider that answers', async () => {
    const store = new SlowStore();
    const nodes = Array.from({ length: 300 }, (_, index) => `node${String(index)}`);
    let taken = 0;
    const answer = () => {
      if (++taken === 100) store.stand();
      return Promise.resolve();
    };
    const massFailure = { atLeast: 1_000_000 };
    const alerts = await SimulatedAlerts.start({
      store,
      massFailure,
      channels: { ops: { answer, concurrency: 4 } },
    });
    alerts.fail(...nodes);
    await alerts.pass(1);
    // Attempts whose intents were stored by the hundredth batch, and no others.
    expect(taken).to.be.within(150, 299);
    const begun = (await alerts.stored()).filter(({ deliveries: [only] }) => only?.attempts === 1);
    expect(begun.length).to.be.at.least(taken);
    store.go();
    await alerts.pass(1);
    expect(await alerts.states()).to.deep.equal(nodes.map(() => 'delivered'));
    expect(taken).to.equal(nodes.length);
    await alerts.stop();
  });
});

/** A disk that stalls for a while, and loses nothing. */
class SlowStore extends MemoryHistoryStore {
  #stall: Promise<void> | undefined;
  #release = (): void => undefined;

  override async write(batch: readonly HistoryRecord[]): Promise<void> {
    await this.#stall;
    return super.write(batch);
  }

  stand(): void {
    this.#stall = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  go(): void {
    this.#stall = undefined;
    this.#release();
  }
}
