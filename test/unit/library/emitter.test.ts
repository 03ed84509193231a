import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Emitter, Node, Tracker } from '../../../src/index.js';
import { HeartbeatInstance } from '../../../src/library/instance.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { Instances } from './support.js';

const instances = new Instances();
afterEach(() => instances.clear());

describe('an emitter for a tracker', () => {
  it('beats for the nodes that it has, and for those that come later, until it is stopped', async () => {
    // On any machine, no node fails while the emitter sends heartbeats.
    const instance = await instances.make({ timeout: 0.6, maxRetries: 1000 });
    const failed: string[] = [];
    instance.onFailure((node) => failed.push(node.name));
    const tracker = new Tracker(instance);
    await tracker.registerNode(new Node('first'));
    const emitter = new Emitter(tracker);
    emitter.startHeartbeat();
    emitter.startHeartbeat();
    await tracker.registerNode(new Node('later'));
    await eventually(async () => {
      for (const name of ['first', 'later'])
        expect((await instance.nodes.get(name))?.lastHeartbeat).to.be.instanceOf(Date);
    });
    const heard = async (name: string) => (await instance.nodes.get(name))?.lastHeartbeat?.getTime() ?? 0;
    const since = await heard('first');
    // A heartbeat two timeouts later means that there were others in between.
    await eventually(async () => expect((await heard('first')) - since).to.be.greaterThan(1_200));
    expect(failed).to.deep.equal([]);
    const report = await emitter.stopHeartbeat();
    expect(report).to.deep.include({ nodes: 2, calls: { failed: 0, errors: {} } });
    expect(await emitter.stopHeartbeat()).to.equal(undefined);
    for (const name of ['first', 'later']) await instance.nodes.register(name, { maxRetries: 0 });
    await eventually(() => expect(failed.sort()).to.deep.equal(['first', 'later']));
  });

  it('sends nothing for a node with a schedule, unless a probe passes', async () => {
    const instance = await instances.make();
    const tracker = new Tracker(instance);
    const schedule = { every: 3600 };
    await tracker.registerNode(new Node('job', { schedule }));
    const logger = new RecordingLogger();
    const emitter = new Emitter(tracker, { interval: 0.05, logger });
    emitter.startHeartbeat();
    await tracker.registerNode(new Node('probed', { schedule, probe: () => true }));
    await tracker.registerNode(new Node('plain'));
    await eventually(async () => {
      for (const name of ['probed', 'plain'])
        expect((await instance.nodes.get(name))?.lastHeartbeat, name).to.be.instanceOf(Date);
    });
    await emitter.stopHeartbeat();
    expect((await instance.nodes.get('job'))?.lastHeartbeat).to.equal(undefined);
    expect(logger.lines.map(({ event }) => event)).to.deep.equal(['no heartbeats sent for scheduled nodes']);
  });

  it('beats for a node while it is well, and reports it where it is to', async () => {
    const instance = await instances.make();
    const tracker = new Tracker(instance);
    let well = true;
    await tracker.registerNode(new Node('db-1', { probe: () => well, onProbeFailure: 'report' }));
    const emitter = new Emitter(tracker, { interval: 0.05 });
    emitter.startHeartbeat();
    const stateOf = async () => (await instance.nodes.get('db-1'))?.state;
    await eventually(async () =>
      expect((await instance.nodes.get('db-1'))?.lastHeartbeat).not.to.equal(undefined),
    );
    well = false;
    await eventually(async () => expect(await stateOf()).to.equal('failed'));
    well = true;
    await eventually(async () => expect(await stateOf()).to.equal('active'));
    await emitter.stopHeartbeat();
  });
});

describe('an emitter for a daemon', () => {
  it('beats by HTTP, in halves where the daemon finds a call too large', async () => {
    const instance = await instances.make({ http: { port: 0 }, settings: { limits: { batch: 2 } } });
    const nodes = [
      'a',
      'b',
      'c',
      'd',
      'e',
      { name: 'unwell', probe: () => false, onProbeFailure: 'report' as const },
    ];
    const emitter = new Emitter(String(instance.url), { nodes, interval: 0.1 });
    emitter.startHeartbeat();
    await eventually(async () => {
      const states: string[] = [];
      for await (const { name, state } of instance.nodes.list()) states.push(`${name} ${state}`);
      expect(states).to.deep.equal([
        'a active',
        'b active',
        'c active',
        'd active',
        'e active',
        'unwell failed',
      ]);
    });
    const report = await emitter.stopHeartbeat();
    expect(report?.heartbeats.accepted).to.be.at.least(5);
  });

  it('registers nodes with their settings, at a daemon and for a tracker', async () => {
    const instance = await instances.make({ http: { port: 0 } });
    const timeout = { adaptive: true, min: 1, max: 60 } as const;
    const nodes = [
      new Node('made', { timeout: 40, labels: { dataCenter: 'north' } }),
      { name: 'web', timeout, maxRetries: 7, dependsOn: ['made'], probe: () => true },
      'plain',
    ];
    const expected = {
      made: { timeout: 40, maxRetries: 3, labels: { dataCenter: 'north' }, dependsOn: [] },
      web: { timeout, maxRetries: 7, labels: {}, dependsOn: ['made'] },
      plain: { timeout: 30, maxRetries: 3, labels: {}, dependsOn: [] },
    };
    for (const target of [String(instance.url), new Tracker(instance)]) {
      const emitter = new Emitter(target, { nodes, interval: 0.05 });
      emitter.startHeartbeat();
      await eventually(async () => {
        for (const [name, settings] of Object.entries(expected))
          expect(await instance.nodes.get(name), name).to.deep.include(settings);
      });
      const report = await emitter.stopHeartbeat();
      expect(report?.settings).to.deep.equal({ registered: 2, refused: 0, pending: 0 });
      for (const name of Object.keys(expected)) await instance.nodes.forget(name);
    }
  });

  it('says which key it lacks for settings, and beats all the same', async () => {
    const hash = `sha256:${createHash('sha256').update('secret').digest('hex')}`;
    const auth = { keys: [{ name: 'agent', hash, scopes: ['heal'] }] };
    const instance = await instances.make({ http: { port: 0 }, settings: { auth } });
    const logger = new RecordingLogger();
    const nodes = [{ name: 'a', timeout: 40 }];
    const emitter = new Emitter(String(instance.url), { nodes, interval: 0.05, key: 'secret', logger });
    emitter.startHeartbeat();
    await eventually(async () => {
      expect(logger.lines).to.have.length(1);
      expect((await instance.nodes.get('a'))?.lastHeartbeat).to.be.instanceOf(Date);
    });
    expect(logger.lines[0]).to.deep.include({ event: 'node settings refused' });
    expect(JSON.stringify(logger.lines[0])).to.include('settings want a key with the scope admin');
    expect(await instance.nodes.get('a')).to.include({ timeout: 30 });
    expect((await emitter.stopHeartbeat())?.settings).to.deep.equal({
      registered: 0,
      refused: 1,
      pending: 0,
    });
  });

  it('shows its key to a daemon that wants one', async () => {
    const hash = `sha256:${createHash('sha256').update('secret').digest('hex')}`;
    const auth = { keys: [{ name: 'agent', hash, scopes: ['heal'] }] };
    const instance = await instances.make({ http: { port: 0 }, settings: { auth } });
    const logger = new RecordingLogger();
    const told = new Emitter(String(instance.url), { nodes: ['a'], interval: 0.05, key: 'secret' });
    const silent = new Emitter(String(instance.url), { nodes: ['b'], interval: 0.05, logger });
    for (const emitter of [told, silent]) emitter.startHeartbeat();
    await eventually(async () => {
      const names: string[] = [];
      for await (const { name } of instance.nodes.list()) names.push(name);
      expect(names).to.deep.equal(['a']);
      expect(logger.events()).to.have.length.greaterThan(0);
    });
    await told.stopHeartbeat();
    const report = await silent.stopHeartbeat();
    expect(report?.heartbeats.accepted).to.equal(0);
    expect(Object.keys(report?.calls.errors ?? {})).to.deep.equal(['401']);
  });

  it('logs that it is not heard, and that it is again', async () => {
    const server = await HookServer.start();
    const logger = new RecordingLogger();
    server.behaviour = behave.status(503, {}, '{"error":"overloaded"}');
    const emitter = new Emitter(server.url, { nodes: ['a'], interval: 0.05, logger });
    emitter.startHeartbeat();
    await eventually(() => expect(logger.events()).to.deep.equal(['heartbeats are refused']));
    server.behaviour = behave.status(200, {}, '{"accepted":1,"rejected":[]}');
    await eventually(() => expect(logger.events()).to.include('heartbeats are accepted again'));
    const report = await emitter.stopHeartbeat();
    expect(report?.calls.errors).to.have.property('503');
    await server.stop();
  });

  it('names its missing options', () => {
    expect(() => new Emitter('nowhere', { nodes: ['a'] })).to.throw(TypeError, 'an http:// or https:// URL');
    expect(() => new Emitter('http://127.0.0.1:1')).to.throw(TypeError, 'needs the option nodes');
    expect(() => new Emitter('http://127.0.0.1:1', { nodes: [], interval: 0 })).to.throw(
      TypeError,
      'interval: must',
    );
    expect(() => new Emitter('http://127.0.0.1:1', { nodes: [], maxProbes: 0 })).to.throw(
      TypeError,
      'maxProbes: must',
    );
  });
});

describe('an emitter and its instance', () => {
  it('ends with the instance, and keeps its report', async () => {
    const instance = await instances.make();
    const tracker = new Tracker(instance);
    await tracker.registerNode(new Node('db-1'));
    const logger = new RecordingLogger();
    const emitter = new Emitter(tracker, { interval: 0.02, logger });
    emitter.startHeartbeat();
    await eventually(async () => expect((await instance.nodes.get('db-1'))?.lastHeartbeat).to.be.a('date'));
    await instance.close();
    expect(logger.events()).to.deep.equal([]);
    const report = await emitter.stopHeartbeat();
    expect(report).to.deep.include({ nodes: 1, calls: { failed: 0, errors: {} } });
    expect(report?.latest).to.be.a('number');
  });

  it('says at once, and in the log, that it has ended by an error, and may be started again', async () => {
    const failing = new Tracker(new HeartbeatInstance({ dataDir: '/dev/null/below' }));
    const errors: unknown[] = [];
    const logger = new RecordingLogger();
    const emitter = new Emitter(failing, { logger, onError: (error) => errors.push(error) });
    emitter.startHeartbeat();
    await eventually(() => expect(errors).to.have.length(1));
    expect(errors[0])
      .to.have.property('code')
      .that.matches(/^HEARTBEAT_STORE_/);
    expect(logger.events()).to.deep.equal(['an emitter has ended by an error']);
    expect(await emitter.stopHeartbeat()).to.equal(undefined);
    emitter.startHeartbeat();
    await eventually(() => expect(errors).to.have.length(2));
  });

  it('ends when it is disposed of', async () => {
    const instance = await instances.make();
    const emitter = new Emitter(new Tracker(instance));
    emitter.startHeartbeat();
    await emitter[Symbol.asyncDispose]();
    expect(await emitter.stopHeartbeat()).to.equal(undefined);
  });
});
