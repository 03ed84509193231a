import path from 'node:path';
import { expect } from 'chai';
import { request } from 'undici';
import {
  type HeartbeatInstance,
  type HeartbeatOptions,
  BaseNotifier,
  createHeartbeat,
  Node,
  GoogleChatNotifier,
  MattermostNotifier,
  MqttNotifier,
  RedisNotifier,
  RocketChatNotifier,
  SlackNotifier,
  type AlertNotification,
} from '../../../src/index.js';
import { NotifierList } from '../../../src/library/notifier-list.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { TestResources } from '../../support/test-resources.js';
import { MosquittoProcess } from '../../support/mosquitto-process.js';
import { RedisProcess } from '../../support/redis-process.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { FAILED } from '../channels/support.js';
import { Instances } from './support.js';

const resources = new TestResources();
const instances = new Instances();
afterEach(async () => {
  await instances.clear();
  await resources.clear();
});

/** Fails after a tenth of a second of silence. */
const SOON = { timeout: 0.1, maxRetries: 0 };

describe('an instance of the library', () => {
  it('runs beside others in one process, each with its own nodes and users', async () => {
    const [one, other] = [await instances.make(), await instances.make()];
    await one.nodes.heartbeat('db-1');
    await one.users.heal(9007199254740993n);
    expect((await one.nodes.get('db-1'))?.state).to.equal('active');
    expect(await other.nodes.get('db-1')).to.equal(undefined);
    expect(await one.users.checkup('9007199254740993')).to.equal('online');
    expect(await other.users.checkup('9007199254740993')).to.equal('offline');
  });

  it('keeps nodes and sessions in its data directory, and says once when it has none', async () => {
    const dataDir = resources.directory();
    const first = await createHeartbeat({ dataDir, logger: instances.logger });
    await first.nodes.register('db-1', { timeout: 60, labels: { zone: 'a' } });
    await first.users.heal(7);
    await first.close();
    const second = await instances.make({ dataDir });
    expect(await second.nodes.get('db-1'))
      .to.include({ timeout: 60 })
      .and.deep.include({ labels: { zone: 'a' } });
    const sessions = [];
    for await (const session of second.users.heartRhythm(7)) sessions.push(session);
    expect(sessions).to.have.length(1);
    const said = () => instances.logger.events().filter((event) => event.includes('in-memory')).length;
    expect(said()).to.equal(0);
    await instances.make();
    expect(said()).to.equal(1);
  });

  it('refuses a data directory that another one owns, and leaves nothing running', async () => {
    const dataDir = resources.directory();
    const owner = await instances.make({ dataDir });
    const refused = await createHeartbeat({ dataDir, logger: instances.logger }).catch(
      (error: unknown) => error,
    );
    expect(refused).to.include({ code: 'HEARTBEAT_STORE_LOCKED' });
    await owner.nodes.heartbeat('still-there');
  });

  it('refuses a data directory that another one owns, however it is spelt', async () => {
    const dataDir = resources.directory();
    const owner = await instances.make({ dataDir });
    for (const spelt of [path.relative(process.cwd(), dataDir), `${dataDir}/.`, `${dataDir}//`]) {
      const refused = await createHeartbeat({ dataDir: spelt, logger: instances.logger }).catch(
        (error: unknown) => error,
      );
      expect(refused, spelt).to.include({ code: 'HEARTBEAT_STORE_LOCKED' });
    }
    await owner.close();
    await instances.make({ dataDir: path.relative(process.cwd(), dataDir) });
  });

  it('serves HTTP where it is asked to, and not otherwise', async () => {
    const silent = await instances.make();
    expect(silent.url).to.equal(undefined);
    const instance = await instances.make({ http: { port: 0 } });
    const { statusCode, body } = await request(`${String(instance.url)}/nodes/db-1/heartbeat`, {
      method: 'PUT',
    });
    expect(statusCode).to.equal(200);
    await body.dump();
    expect((await instance.nodes.get('db-1'))?.lastHeartbeat).to.be.instanceOf(Date);
  });

  it('tells of every option that cannot be used', async () => {
    const options = { timeout: -1, settings: { session_timeuot: 3, channels: { ops: { kind: 'slak' } } } };
    const error: unknown = await createHeartbeat(options).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(TypeError);
    const { message } = error as TypeError;
    expect(message).to.match(/^timeout: must be a number of seconds between .*, not -1$/m);
    expect(message).to.match(/^session_timeuot: unknown option; did you mean session_timeout\?/m);
    expect(message).to.match(/^channels\.ops\.kind: must be one of /m);
    expect(message).not.to.include('(from');
  });

  it('tells of every problem with the options of nodes, beside those of others', async () => {
    const problems = async (options: HeartbeatOptions): Promise<readonly string[]> => {
      const error: unknown = await createHeartbeat(options).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TypeError);
      return (error as TypeError).message.split('\n');
    };
    const settings = { channels: { ops: { kind: 'log' } } };
    const nodes = {
      'db-1': { timeout: -1, channels: ['nobody'] },
      'db-2': { maxRetries: 1.5 },
      'db-3': { maxRetry: 1 },
      '..': {},
    };
    // @ts-expect-error -- one of the nodes has an unknown setting
    const all = await problems({ maxRetries: -1, nodes, settings });
    expect(all[0]).to.equal('invalid options:');
    expect(all.map((line) => line.split(': ')[0]).slice(1)).to.have.members([
      'maxRetries',
      'nodes.db-1.timeout',
      'nodes.db-2.maxRetries',
      'nodes.db-3.maxRetry',
      'nodes...',
    ]);
    // The channels are only known if the rest of the configuration is valid.
    expect(await problems({ nodes: { 'db-1': { channels: ['nobody'] } }, settings })).to.deep.equal([
      'invalid options:',
      'nodes.db-1.channels.0: unknown channel; the configured ones are: ops',
    ]);
  });

  it('learns the rhythm of a node that asks for it, and shows it', async () => {
    const timeout = { adaptive: true, min: 1, max: 60 } as const;
    const instance = await instances.make({ nodes: { 'db-1': { timeout } } });
    await instance.nodes.heartbeat('db-1');
    expect(await instance.nodes.get('db-1')).to.deep.include({
      timeout,
      phi: undefined,
      rhythm: { mean: undefined, deviation: undefined, samples: 0, timeout: 60 },
    });
    const refused = instance.nodes.register('db-1', { timeout: { ...timeout, max: 0.5 } });
    expect(await refused.catch((error: unknown) => error)).to.have.property(
      'message',
      'invalid settings of a node: timeout.max: must not be less than min',
    );
    const fixed = await instance.nodes.register('db-1', { timeout: 5 });
    expect(fixed).to.include({ timeout: 5, rhythm: undefined });
  });

  it('registers the nodes of its options, and closes when one of them cannot be', async () => {
    const instance = await instances.make({ nodes: { 'db-1': { timeout: 5 }, 'db-2': {} }, timeout: 40 });
    const timeouts = [];
    for await (const { name, timeout } of instance.nodes.list()) timeouts.push([name, timeout]);
    expect(timeouts).to.deep.equal([
      ['db-1', 5],
      ['db-2', 40],
    ]);
    const refused = createHeartbeat({ nodes: { '..': {} }, logger: instances.logger });
    expect(await refused.catch((error: unknown) => error)).to.include({
      code: 'HEARTBEAT_INVALID_NODE_NAME',
    });
  });

  it('takes nothing more once it is closed', async () => {
    const instance = await instances.make();
    await instance.close();
    await instance.close();
    expect(instance.ready).to.equal(false);
    const refused: unknown = await instance.nodes.heartbeat('db-1').catch((error: unknown) => error);
    expect(refused).to.include({ code: 'HEARTBEAT_NOT_READY' });
  });

  it('answers every call that is under way when it is closed, from disk too', async () => {
    for (const options of [{}, { dataDir: resources.directory() }]) {
      const instance = await instances.make(options);
      await instance.users.heal(1);
      const calls: Promise<unknown>[] = [
        instance.users.heal(2),
        instance.users.healMany([3, 4]),
        instance.users.goodbye(1),
        instance.nodes.heartbeat('db-1'),
        instance.track(new Node('db-5', { timeout: 60 })),
        instance.nodes.register('db-6', { dependsOn: ['db-1'] }),
        instance.nodes.heartbeats(['db-2', 'db-3']),
        instance.nodes.fail('db-4'),
      ];
      await instance.close();
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(calls.map(() => 'fulfilled'));
    }
  });

  it('answers a call that asks several times when it is closed, also where no other is under way', async () => {
    const several: Record<string, (instance: HeartbeatInstance) => Promise<unknown>> = {
      heartRhythm: ({ users }) => users.heartRhythm(1).next(),
      user: ({ users }) => users.get(2),
      dependencies: ({ nodes }) => nodes.register('db-2', { dependsOn: ['db-1', 'db-3'] }),
      list: ({ nodes }) => nodes.list().next(),
      flips: ({ nodes }) => nodes.flips('db-1').next(),
      uptime: ({ nodes }) => nodes.uptime('db-1'),
      alerts: (instance) => instance.alerts().next(),
    };
    for (const [name, call] of Object.entries(several)) {
      const instance = await instances.make({ dataDir: resources.directory() });
      await instance.users.heal(1);
      await instance.nodes.fail('db-1');
      const answered = call(instance);
      await instance.close();
      const [outcome] = await Promise.allSettled([answered]);
      expect(outcome.status, name).to.equal('fulfilled');
    }
  });

  it('ends a walk that goes on after it was closed', async () => {
    const instance = await instances.make();
    await instance.users.heal(1);
    const sessions = instance.users.heartRhythm(1);
    expect((await sessions.next()).done).to.equal(false);
    await instance.close();
    expect(await sessions.next().catch((error: unknown) => error)).to.include({
      code: 'HEARTBEAT_NOT_READY',
    });
  });

  it('shows lists, flips, alerts and the supervision tree', async () => {
    const instance = await instances.make({ settings: { channels: { quiet: { kind: 'log' } } } });
    await instance.nodes.heartbeats(['db-1', 'db-2']);
    await instance.nodes.fail('db-1');
    const failed = [];
    for await (const { name } of instance.nodes.list({ state: 'failed' })) failed.push(name);
    expect(failed).to.deep.equal(['db-1']);
    const flips = [];
    for await (const { from, to, cause } of instance.nodes.flips('db-1')) flips.push([from, to, cause]);
    expect(flips).to.deep.equal([['active', 'failed', 'report']]);
    const alerts = [];
    for await (const alert of instance.alerts()) alerts.push(alert);
    expect(alerts).to.have.length(1);
    expect(alerts[0]).to.include({ type: 'node.reported_failure', node: 'db-1' });
    expect(await instance.supervision()).to.include({ status: 'ready' });
    await instance.nodes.forget('db-1');
    expect(await instance.nodes.get('db-1')).to.equal(undefined);
  });

  it('refuses, of many heartbeats, only those that it must', async () => {
    const instance = await instances.make({ settings: { nodes: { max: 1 } } });
    await instance.nodes.heartbeat('db-1');
    const { accepted, rejected } = await instance.nodes.heartbeats(['', 'db-1', 'db-2']);
    expect(accepted).to.equal(1);
    expect(rejected).to.deep.equal([
      { index: 0, error: 'invalid node name' },
      { index: 2, error: 'too many nodes are registered: delete some, or raise nodes.max' },
    ]);
  });
});

describe('callbacks of the library', () => {
  it('are told of a failure and of the recovery, with the node that the program has', async () => {
    const instance = await instances.make();
    const told: string[] = [];
    const node = new Node('db-1', SOON);
    instance.onFailure((failed) => told.push(`${failed.name} ${failed.state} ${String(failed === node)}`));
    instance.onRecovery((recovered) => told.push(`${recovered.name} ${recovered.state}`));
    await instance.track(node);
    await eventually(() => expect(told).to.deep.equal(['db-1 failed true']));
    expect(node.state).to.equal('failed');
    await node.updateHeartbeat();
    await eventually(() => expect(told).to.include('db-1 active'));
  });

  it('may throw, reject or never end, and the actors and other callbacks go on', async () => {
    const instance = await instances.make();
    const told: string[] = [];
    instance.onFailure(() => {
      throw new Error('planned fault');
    });
    instance.onFailure(() => Promise.reject(new Error('planned rejection')));
    instance.onFailure(() => new Promise(() => undefined));
    instance.onFailure((node) => told.push(node.name));
    await instance.nodes.register('db-1', SOON);
    await instance.nodes.register('db-2', SOON);
    await eventually(() => expect(told.sort()).to.deep.equal(['db-1', 'db-2']));
    const errors = instance.options.logger instanceof RecordingLogger ? instance.options.logger.lines : [];
    expect(errors.filter(({ event }) => event === 'callback threw an error')).to.have.length(4);
    expect(JSON.stringify(await instance.supervision())).to.match(/"deadLetters":\{"total":0/);
    await instance.nodes.heartbeat('db-1');
  });

  it('are no longer called once that was ended', async () => {
    const instance = await instances.make();
    const told: string[] = [];
    instance.onFailure((node) => told.push(`kept ${node.name}`));
    const end = instance.onFailure((node) => told.push(`ended ${node.name}`));
    end();
    await instance.nodes.register('db-1', SOON);
    await eventually(() => expect(told).to.deep.equal(['kept db-1']));
  });

  it('survive a logger that throws', async () => {
    const thrower = () => {
      throw new Error('planned fault');
    };
    const instance = await instances.make({ logger: { info: thrower, error: thrower, warn: thrower } });
    instance.onFailure(thrower);
    await instance.nodes.register('db-1', SOON);
    await eventually(async () => expect((await instance.nodes.get('db-1'))?.state).to.equal('failed'));
  });
});

/** Fails as often and in the way that a test chooses. */
class Shaky extends BaseNotifier {
  readonly told: AlertNotification[] = [];
  attempts = 0;
  readonly #fault: (attempt: number) => Promise<void> | undefined;

  constructor(fault: (attempt: number) => Promise<void> | undefined) {
    super();
    this.#fault = fault;
  }

  override notify(alert: AlertNotification): Promise<void> {
    this.attempts++;
    const fault = this.#fault(this.attempts);
    if (fault !== undefined) return fault;
    this.told.push(alert);
    return Promise.resolve();
  }
}

const RETRY = { minDelay: 0.01, maxDelay: 0.02, giveUpAfter: 60 };

describe('notifiers in the program', () => {
  it('are retried by the outbox after an exception, a rejection and a hang', async () => {
    const shaky = new Shaky((attempt) => {
      if (attempt === 1) throw new Error('planned fault');
      if (attempt === 2) return Promise.reject(new Error('planned rejection'));
      return attempt === 3 ? new Promise(() => undefined) : undefined;
    });
    const steady = new Shaky(() => undefined);
    const instance = await instances.make({
      notifiers: [{ notifier: shaky, name: 'shaky', attemptTimeout: 0.2, retry: RETRY }, steady],
    });
    await instance.nodes.heartbeat('db-1');
    await instance.nodes.fail('db-1');
    await eventually(() =>
      expect(shaky.told.map(({ type }) => type)).to.deep.equal(['node.reported_failure']),
    );
    expect(shaky.attempts).to.equal(4);
    expect(steady.told).to.have.length(1);
    await eventually(async () => {
      for await (const alert of instance.alerts()) {
        expect(alert).to.have.nested.property('channels.shaky.state', 'delivered');
        expect(alert).to.have.nested.property('channels.Shaky.state', 'delivered');
      }
    });
  });

  it('are told after a restart what they could not be told before it', async () => {
    const dataDir = resources.directory();
    const deaf = new Shaky(() => Promise.reject(new Error('planned rejection')));
    const first = await createHeartbeat({
      dataDir,
      logger: instances.logger,
      notifiers: [{ notifier: deaf, name: 'ops' }],
    });
    await first.nodes.heartbeat('db-1');
    await first.nodes.fail('db-1');
    await eventually(() => expect(deaf.attempts).to.equal(1));
    await first.close();
    const hearing = new Shaky(() => undefined);
    await instances.make({ dataDir, notifiers: [{ notifier: hearing, name: 'ops', retry: RETRY }] });
    await eventually(() => expect(hearing.told.map(({ node }) => node?.name)).to.deep.equal(['db-1']));
  });

  it('cannot change what the actors know', async () => {
    const spoiler = new Shaky(() => undefined);
    const instance = await instances.make({ notifiers: [spoiler] });
    await instance.nodes.register('db-1', { labels: { zone: 'a' } });
    await instance.nodes.fail('db-1');
    await eventually(() => expect(spoiler.told).to.have.length(1));
    Object.assign(spoiler.told[0]?.node?.labels ?? {}, { zone: 'spoilt' });
    expect((await instance.nodes.get('db-1'))?.labels).to.deep.equal({ zone: 'a' });
  });

  it('send what the daemon sends, and close with the instance', async () => {
    const hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    hooks.behaviour = behave.status(200);
    const notifier = new SlackNotifier(hooks.url);
    const instance = await instances.make({ notifiers: [{ notifier, allowAddresses: ['127.0.0.1'] }] });
    await instance.nodes.heartbeat('db-1');
    await instance.nodes.fail('db-1');
    await eventually(() => expect(hooks.requests).to.have.length(1));
    expect(hooks.requests[0]?.body).to.include('db-1');
    const second: unknown = await createHeartbeat({ notifiers: [notifier], logger: instances.logger }).catch(
      (error: unknown) => error,
    );
    expect(second)
      .to.be.instanceOf(TypeError)
      .with.property('message')
      .that.includes('can belong to one instance only');
  });

  it('reach the URL that a program gives them, also at a private address', async () => {
    const hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    const redis = await RedisProcess.start();
    resources.onClear(() => redis.stop());
    const listener = await redis.listen('heartbeat_channel');
    const broker = await MosquittoProcess.start();
    resources.onClear(() => broker.stop());
    const subscriber = await broker.listen('heartbeat/alerts');
    const notifiers = [
      new RedisNotifier(redis.url.replace('127.0.0.1', 'localhost'), 'heartbeat_channel'),
      ...[SlackNotifier, MattermostNotifier, RocketChatNotifier, GoogleChatNotifier].map(
        (Kind) => new Kind(hooks.url.replace('127.0.0.1', 'localhost')),
      ),
      new MqttNotifier(broker.url.replace('127.0.0.1', 'localhost'), 'heartbeat/alerts'),
    ];
    const instance = await instances.make({ notifiers });
    await instance.nodes.heartbeat('db-1');
    await instance.nodes.fail('db-1');
    const heard = () => [listener.heard.length, hooks.requests.length, subscriber.heard.length];
    await eventually(() => expect(heard()).to.deep.equal([1, 4, 1]));
    listener.stop();
    await subscriber.stop();
  });

  it('reach it also where no instance has them', async () => {
    const hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    const notifier = new SlackNotifier(hooks.url.replace('127.0.0.1', 'localhost'));
    await notifier.notify(FAILED, { signal: new AbortController().signal, attempt: 1 });
    await notifier.close();
    expect(hooks.requests).to.have.length(1);
  });

  it('are refused when they are none, come too late, or have one name', async () => {
    expect(() => new SlackNotifier('nonsense')).to.throw(TypeError, 'the url must be');
    const instance = await instances.make();
    expect(() => instance.notifiers.push(new Shaky(() => undefined))).to.throw(
      TypeError,
      'before its first use',
    );
    const twins = [1, 2].map(() => ({ notifier: new Shaky(() => undefined), name: 'twin' }));
    const error: unknown = await createHeartbeat({ notifiers: twins, logger: instances.logger }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.have.property('message', 'two notifiers are called "twin"');
  });

  it('of one kind are named by what they tell, and not by their order', async () => {
    const slack = (team: string): SlackNotifier => new SlackNotifier(`https://hooks.slack.example/${team}`);
    const redis = (channel: string): RedisNotifier => new RedisNotifier('redis://localhost:6379', channel);
    const names = async (notifiers: BaseNotifier[]): Promise<string[]> => {
      const list = new NotifierList(notifiers);
      const named = [...list.take(true)].map(([name, { notifier }]) => [
        name,
        notifiers.findIndex((each) => each === notifier),
      ]);
      return Promise.resolve(
        named.sort((one, other) => Number(one[1]) - Number(other[1])).map(([name]) => String(name)),
      );
    };
    const [web, ops] = [slack('web'), slack('ops')];
    const [first = '', second = ''] = await names([web, ops]);
    expect(first)
      .to.match(/^SlackNotifier-[0-9a-f]{8}$/)
      .and.not.to.equal(second);
    expect(await names([slack('ops'), slack('web')])).to.deep.equal([second, first]);
    expect(await names([slack('web'), redis('alerts')])).to.deep.equal(['SlackNotifier', 'RedisNotifier']);
    expect(new Set(await names([redis('a'), redis('b')])).size).to.equal(2);
  });

  it('of one class of the program want names where they outlive it', async () => {
    class Pager extends BaseNotifier {
      override notify(): Promise<void> {
        return Promise.resolve();
      }
    }
    const options = { notifiers: [new Pager(), new Pager()], logger: instances.logger };
    await instances.make(options);
    const refused: unknown = await createHeartbeat({ ...options, dataDir: resources.directory() }).catch(
      (error: unknown) => error,
    );
    expect(refused).to.be.instanceOf(TypeError);
    expect(String(refused)).to.include('two notifiers are of the class Pager: give each a name');
  });

  it('that do not close do not keep the instance from it', async function () {
    class Clinging extends Shaky {
      override close(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const instance = await instances.make({ notifiers: [new Clinging(() => undefined)] });
    await instance.close();
    expect(instances.logger.events()).to.include('notifier did not close');
  });
});
