import { expect } from 'chai';
import { BaseNotifier, HeartbeatError, Node, Tracker, type AlertNotification } from '../../../src/index.js';
import { eventually } from '../../support/eventually.js';
import { Instances } from './support.js';

const instances = new Instances();
afterEach(() => instances.clear());

const ACK = { by: 'ann', reason: 'a disk is being changed' };

/** Records alerts, or fails for good. */
class Ear extends BaseNotifier {
  readonly heard: string[] = [];
  override notify({ type, node, nodes, reminder }: AlertNotification): Promise<void> {
    const names = node?.name ?? nodes?.map(({ name }) => name).join() ?? '';
    this.heard.push(`${type} ${names} ${reminder ?? ''}`.trim());
    return Promise.resolve();
  }
}

class Deaf extends BaseNotifier {
  override notify(): Promise<void> {
    return Promise.reject(new Error('planned fault'));
  }
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof HeartbeatError ? [error.code, error.message] : error;
}

describe('a node on call, before it is registered', () => {
  it('follows the rules by itself', async () => {
    const node = new Node('db-1');
    expect(await codeOf(node.acknowledge(ACK))).to.deep.equal([
      'HEARTBEAT_NOT_FAILED',
      'the node has not failed',
    ]);
    await node.pause();
    expect(node.paused).to.equal(true);
    await node.resume();
    await node.fail();
    expect([node.state, node.paused, node.acknowledged]).to.deep.equal(['failed', false, undefined]);
    await node.acknowledge(ACK);
    expect(node.acknowledged).to.include(ACK).and.to.have.property('at').that.is.instanceOf(Date);
    await node.updateHeartbeat();
    expect([node.state, node.acknowledged]).to.deep.equal(['active', undefined]);
  });
});

describe('a node on call, and its tracker', () => {
  it('are paused, resumed, failed and acknowledged, by the node or by its name', async () => {
    const instance = await instances.make();
    const tracker = new Tracker(instance);
    const node = await tracker.registerNode(new Node('db-1', { timeout: 60 }));
    await instance.nodes.register('of-somebody-else', { timeout: 60 });
    for (const one of [node, 'db-1', 'of-somebody-else']) {
      const name = typeof one === 'string' ? one : one.name;
      const now = () => instance.nodes.get(name);
      await tracker.pauseNode(one);
      expect(await now()).to.include({ paused: true, deadline: undefined });
      await tracker.resumeNode(one);
      expect(await now()).to.include({ paused: false });
      await tracker.failNode(one);
      expect(await now()).to.include({ state: 'failed', acknowledged: undefined });
      await tracker.acknowledgeNode(one, ACK);
      expect((await now())?.acknowledged).to.include(ACK);
      if (name === 'db-1') {
        expect(node.state).to.equal('failed');
        expect(node.acknowledged).to.include(ACK);
      }
      await tracker.updateNodeHeartbeat(one);
      expect(await now()).to.include({ state: 'active', acknowledged: undefined });
    }
    expect([node.state, node.acknowledged]).to.deep.equal(['active', undefined]);
  });

  it('take an acknowledgement back, by the node or by its name', async () => {
    const instance = await instances.make();
    const tracker = new Tracker(instance);
    const node = await tracker.registerNode(new Node('db-1', { timeout: 60 }));
    await instance.nodes.register('of-somebody-else', { timeout: 60 });
    for (const one of [node, 'db-1', 'of-somebody-else']) {
      const name = typeof one === 'string' ? one : one.name;
      await tracker.failNode(one);
      await tracker.acknowledgeNode(one, { by: 'ann' });
      expect((await instance.nodes.get(name))?.acknowledged).to.have.all.keys('by', 'at');
      await tracker.unacknowledgeNode(one);
      expect((await instance.nodes.get(name))?.acknowledged).to.equal(undefined);
      if (name === 'db-1') expect(node.acknowledged).to.equal(undefined);
    }
    expect((await instance.nodes.unacknowledge('db-1')).state, 'where nobody did').to.equal('failed');
  });

  it('show until when, and nobody from then on', async () => {
    const instance = await instances.make();
    const node = await new Tracker(instance).registerNode(new Node('db-1', { timeout: 60 }));
    const alone = new Node('db-2');
    for (const one of [node, alone]) {
      await one.fail();
      const later = new Date(Date.now() + 3_600_000);
      await one.acknowledge({ by: 'ann', until: later });
      expect(one.acknowledged?.until).to.deep.equal(later);
      // On a busy machine the instant may have passed when it is looked at.
      await eventually(() => one.acknowledge({ by: 'ann', until: new Date(Date.now() + 200) }));
      await eventually(() => expect(one.acknowledged).to.equal(undefined));
    }
    const described = await instance.nodes.get('db-1');
    expect([described?.state, described?.acknowledged]).to.deep.equal(['failed', undefined]);
    expect(await codeOf(node.acknowledge({ by: 'ann', until: new Date(0) }))).to.deep.equal([
      'HEARTBEAT_INVALID_BODY',
      'invalid acknowledgement: until: must lie ahead',
    ]);
    expect(await codeOf(node.acknowledge(JSON.parse('{"by":"ann","until":5}') as never)))
      .to.be.instanceOf(TypeError)
      .with.property('message', "an acknowledgement's until must be a Date, not 5");
  });

  it('know nothing of an earlier acknowledgement when it fails again', async () => {
    const instance = await instances.make();
    const node = await new Tracker(instance).registerNode(new Node('db-1', { timeout: 0.1, maxRetries: 0 }));
    await node.fail();
    await node.acknowledge(ACK);
    await node.updateHeartbeat();
    await eventually(() => expect(node.state).to.equal('failed'));
    expect(node.acknowledged).to.equal(undefined);
  });

  it('are refused as the API refuses', async () => {
    const instance = await instances.make();
    const node = await new Tracker(instance).registerNode(new Node('db-1'));
    expect(await codeOf(node.acknowledge(ACK))).to.deep.equal([
      'HEARTBEAT_NOT_FAILED',
      'the node has not failed',
    ]);
    expect(await codeOf(instance.nodes.acknowledge('db-1', { by: '', reason: 'x' }))).to.deep.equal([
      'HEARTBEAT_INVALID_BODY',
      'invalid acknowledgement: by: must not be empty',
    ]);
    expect(await codeOf(instance.nodes.acknowledge('nobody', ACK))).to.deep.equal([
      'HEARTBEAT_UNKNOWN_NODE',
      'unknown node',
    ]);
  });
});

describe('nodes of the library that depend on others', () => {
  it('are told of by nobody while those have failed, and show why', async () => {
    const ear = new Ear();
    const instance = await instances.make({
      notifiers: [{ notifier: ear, name: 'ear' }],
      nodes: { web: { timeout: 60, dependsOn: ['switch'] }, switch: { timeout: 60 } },
    });
    await instance.nodes.fail('switch');
    await instance.nodes.fail('web');
    expect(await instance.nodes.get('web')).to.deep.include({ dependsOn: ['switch'], causedBy: 'switch' });
    const causes = [];
    for await (const { name, causedBy } of instance.nodes.list()) causes.push([name, causedBy]);
    expect(causes).to.deep.equal([
      ['switch', undefined],
      ['web', 'switch'],
    ]);
    await eventually(async () => {
      const alerts: object[] = [];
      for await (const alert of instance.alerts()) alerts.push(alert);
      const [ofWeb] = alerts;
      expect(ofWeb).to.deep.include({ node: 'web', causedBy: 'switch' });
      expect(ofWeb).to.have.nested.include({
        'channels.ear.state': 'held',
        'channels.ear.heldFor': 'dependency',
      });
      expect(ear.heard).to.deep.equal(['node.reported_failure switch']);
    });
  });

  it('must not depend on themselves, also not among the nodes of the options', async () => {
    const instance = await instances.make();
    await instance.nodes.register('a', { dependsOn: ['b'] });
    const circle = 'invalid settings of a node: dependsOn: the node would come to depend on itself';
    expect(await codeOf(instance.nodes.register('b', { dependsOn: ['a'] }))).to.deep.equal([
      'HEARTBEAT_INVALID_BODY',
      `${circle}: b -> a -> b`,
    ]);
    const nodes = { a: { dependsOn: ['b'] }, b: { dependsOn: ['a'] } };
    expect(await codeOf(instances.make({ nodes }))).to.deep.equal([
      'HEARTBEAT_INVALID_BODY',
      `${circle}: b -> a -> b`,
    ]);
  });
});

describe('notifiers of the library on call', () => {
  it('match labels of any name, and types', async () => {
    const [prod, failures] = [new Ear(), new Ear()];
    const instance = await instances.make({
      notifiers: [
        { notifier: prod, name: 'prod', match: { labels: { dataCenter: ['north', 'south'] } } },
        {
          notifier: failures,
          name: 'failures',
          match: [{ types: ['node.failed', 'node.reported_failure'] }],
        },
      ],
    });
    for (const [name, dataCenter] of [
      ['a', 'north'],
      ['b', 'west'],
    ] as const) {
      await instance.nodes.register(name, { timeout: 60, labels: { dataCenter } });
      await instance.nodes.fail(name);
    }
    await eventually(() => {
      expect(failures.heard).to.deep.equal(['node.reported_failure a', 'node.reported_failure b']);
      expect(prod.heard).to.deep.equal(['node.reported_failure a']);
    });
    await instance.nodes.heartbeat('a');
    await eventually(() => expect(prod.heard).to.include('node.recovered a'));
    // There was no retry: the other notifier gets the failure at the same time.
    await eventually(async () => {
      const attempts: unknown[] = [];
      for await (const { type, channels } of instance.alerts()) {
        if (type === 'node.recovered') attempts.push(channels['prod']?.attempts);
      }
      expect(attempts).to.deep.equal([1]);
    });
    expect(failures.heard).to.have.length(2);
  });

  it('get unacknowledged failures late, and are fallbacks of failing channels', async () => {
    const [late, standIn] = [new Ear(), new Ear()];
    const instance = await instances.make({
      notifiers: [
        { notifier: late, name: 'late', after: 0.3 },
        {
          notifier: new Deaf(),
          name: 'deaf',
          fallback: 'stand-in',
          retry: { minDelay: 0.01, maxDelay: 0.01, giveUpAfter: 1 },
        },
        { notifier: standIn, name: 'stand-in', match: { labels: { no: 'body' } } },
      ],
    });
    for (const name of ['cared-for', 'forgotten']) {
      await instance.nodes.register(name, { timeout: 60 });
      await instance.nodes.fail(name);
      if (name === 'cared-for') await instance.nodes.acknowledge(name, ACK);
    }
    expect(late.heard).to.deep.equal([]);
    await eventually(() => expect(late.heard).to.deep.equal(['node.reported_failure forgotten']));
    await eventually(() => expect(standIn.heard).to.have.length(2));
    expect(late.heard).to.have.length(1);
  });

  it('are told again every so often of what has stayed failed, and nobody has acknowledged', async () => {
    const ear = new Ear();
    const instance = await instances.make({ remindEvery: 1, notifiers: [ear] });
    const nodes = ['a', 'b'].map((name) => new Node(name, { timeout: 60 }));
    for (const node of nodes) await instance.track(node);
    await Promise.all(nodes.map((node) => node.fail()));
    const reminders = () => ear.heard.slice(2).map((text) => text.replace('b,a', 'a,b'));
    await eventually(() => expect(reminders()[0]).to.equal('node.failed a,b 1'));
    await nodes[0]?.acknowledge(ACK);
    const ofBoth = reminders().length;
    await eventually(() => expect(reminders().at(-1)).to.match(/^node\.failed b \d+$/));
    // One more may have been under way when the acknowledgement came.
    const later = reminders().slice(ofBoth + 1);
    expect(later.every((text) => text.startsWith('node.failed b '))).to.equal(true);
    const numbers = reminders().map((text) => Number(text.split(' ').at(-1)));
    expect(numbers).to.deep.equal(numbers.map((_, index) => index + 1));
  });

  it('must not stand in for each other in a circle', async () => {
    const notifiers = [
      { notifier: new Ear(), name: 'one', fallback: 'two' },
      { notifier: new Ear(), name: 'two', fallback: 'one' },
    ];
    const error: unknown = await instances.make({ notifiers }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(TypeError);
    expect(String(error)).to.include('notifiers.one.fallback: must not form a cycle: one -> two -> one');
  });
});
