import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import {
  createHeartbeat,
  Emitter,
  Heartbeat,
  Node,
  MattermostNotifier,
  MqttNotifier,
  RedisNotifier,
  SlackNotifier,
  Tracker,
  type HeartbeatInstance,
} from '../../../src/index.js';
import { Instances } from './support.js';

const instances = new Instances();
afterEach(() => instances.clear());

/** Calls with arguments that the types refuse, as untyped programs can; reads the first element of a list. */
async function loosely(on: object, method: string, ...given: unknown[]): Promise<unknown> {
  const answer = call(on, method, given);
  const isList = typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
  return isList ? call(answer, 'next', []) : answer;
}

function call(on: object, method: string, given: readonly unknown[]): unknown {
  const called: unknown = Reflect.get(on, method);
  if (typeof called !== 'function') throw new TypeError(`there is no ${method}`);
  const answer: unknown = Reflect.apply(called, on, given);
  return answer;
}

function construct(type: new (...given: never[]) => unknown, ...given: unknown[]): () => unknown {
  return () => {
    const made: unknown = Reflect.construct(type, given);
    return made;
  };
}

async function problem(called: Promise<unknown>): Promise<string> {
  const error = await called.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Error ? error.message : 'nothing was refused';
}

async function problemsOf(options: unknown): Promise<string[]> {
  const message = await problem(loosely({ createHeartbeat }, 'createHeartbeat', options));
  expect(message).not.to.match(/--|Cannot read|is not iterable|is not a function/);
  return message.split('\n').slice(1);
}

describe('options of the library', () => {
  for (const [wrong, meant] of [
    ['timeot', 'timeout'],
    ['session_timeout', 'sessionTimeout'],
    ['max_concurrent_threads', undefined],
    ['batch_size_thresholds', 'batchSizeThresholds'],
    ['max_retries', 'maxRetries'],
    ['data_dir', 'dataDir'],
    ['port', undefined],
  ] as const) {
    it(`refuse the unknown name ${wrong}, and say what there is`, async () => {
      const [told, ...more] = await problemsOf({ [wrong]: 3 });
      const advice = meant === undefined ? 'there are dataDir, sessionTimeout' : `did you mean ${meant}?`;
      expect(told).to.include(`${wrong}: unknown option; ${advice}`);
      expect(more).to.deep.equal([]);
    });
  }

  it('are refused with every problem at once, a line each', async () => {
    const problems = await problemsOf({
      timeout: '30',
      sessionTimeout: -1,
      maxConcurrent: 0,
      http: { poort: 1 },
      logger: { level: 'loud' },
      nodes: { 'db-1': { max_retries: 2 } },
      notifiers: { notify: 1 },
      onFatal: 'exit',
      batchSizeThresholds: { small: 1.5 },
    });
    expect(problems).to.have.members([
      'timeout: must be a number, not "30"',
      'sessionTimeout: must be a number of seconds between 0.1 and 31536000, not -1',
      'maxConcurrent: must be a whole number from 1 on, not 0',
      'http.poort: unknown option; did you mean port?',
      'logger.level: must be one of error, warn, info, debug, not "loud"',
      'nodes.db-1.max_retries: unknown option; did you mean maxRetries?',
      'notifiers: must be a list of notifiers, not an object',
      'onFatal: must be a function, not "exit"',
      'batchSizeThresholds.small: must be a whole number from 1 on, not 1.5',
    ]);
  });

  for (const given of ['30', 30, null, ['timeout'], () => 30]) {
    it(`are refused where ${typeof given === 'object' ? JSON.stringify(given) : typeof given} stands for them`, async () => {
      expect((await problemsOf(given))[0]).to.match(/^options: must be an object with dataDir, .*, not /);
    });
  }

  it('are refused where something of a class stands for them', async () => {
    class Options {
      readonly timeout = 30;
    }
    for (const [given, name] of [
      [new Map([['timeout', 30]]), 'Map'],
      [new Options(), 'Options'],
    ] as const)
      expect((await problemsOf(given))[0]).to.match(
        new RegExp(`^options: must be an object with .*, not an object of class ${name}$`),
      );
    expect(await problemsOf(runInNewContext('({ timeout: "30" })')), 'of another context').to.deep.equal([
      'timeout: must be a number, not "30"',
    ]);
  });

  it('refuse declared nodes and signed links, which only a daemon has', async () => {
    const settings = { nodes: { declared: 'nodes.yaml' }, auth: { link_secret_env: 'LINK_SECRET' } };
    expect(await problemsOf({ settings })).to.include.members([
      'settings.nodes.declared: is only for the daemon: use the option nodes',
      'settings.auth.link_secret_env: is only for the daemon: messages of an instance have no links that act',
    ]);
  });

  for (const [name, value, expected] of [
    ['settings', null, 'settings: must be an object, not null'],
    [
      'settings',
      { store: 'leveldb' },
      'settings.store: is only for the daemon: use dataDir, or call a daemon over HTTP',
    ],
    ['settings', { nodes: 'all' }, 'settings.nodes: must be an object, not "all"'],
    [
      'logger',
      'info',
      'logger: must be an object such as { level: \'info\' }, or one like console, not "info"',
    ],
    ['logger', { warn: true }, 'logger.warn: must be a function, not true'],
    ['http', 'yes', 'http: must be an object with port, host, not "yes"'],
    ['http', { port: -1 }, 'http.port: must be a whole number between 0 and 65535, not -1'],
    ['nodes', ['db-1'], 'nodes: must be an object of settings by the names of nodes, not a list'],
    [
      'nodes',
      new Map([['db-1', {}]]),
      'nodes: must be an object of settings by the names of nodes, not an object of class Map',
    ],
    [
      'nodes',
      { 'db-1': new Map() },
      'nodes.db-1: must be an object with timeout, maxRetries, schedule, grace, slug, labels, channels, dependsOn, probe, deadline, onProbeFailure, not an object of class Map',
    ],
    ['settings', new Map(), 'settings: must be an object, not an object of class Map'],
    ['settings', { limits: new Map() }, 'settings.limits: must be an object, not an object of class Map'],
    [
      'settings',
      { channels: { ops: { match: [new Map()] } } },
      'settings.channels.ops.match.0: must be an object, not an object of class Map',
    ],
    [
      'notifiers',
      [{ notifier: { notify: () => undefined }, match: [{ labels: new Map() }] }],
      'notifiers.0.match.0.labels: must be an object, not an object of class Map',
    ],
    ['http', new Set([80]), 'http: must be an object with port, host, not an object of class Set'],
    ['timeout', Number.NaN, 'timeout: must be a number, not NaN'],
    ['dataDir', 7, 'dataDir: must be a text, not 7'],
  ] as const) {
    it(`refuse ${expected}`, async () => {
      expect(await problemsOf({ [name]: value })).to.deep.equal([expected]);
    });
  }

  it('speak of themselves, and not of the flags or the file of a daemon', async () => {
    const [told] = await problemsOf({ http: { host: '0.0.0.0', port: 0 } });
    expect(told).to.match(/^http\.host: .* or give settings: \{ insecure: true \}$/);
    const notifier = { notify: () => Promise.resolve() };
    const entry = { notifier, name: 'ops', attempt_timeout: 5 };
    expect(await problemsOf({ notifiers: [entry] })).to.deep.equal([
      'notifiers.0.attempt_timeout: unknown option; did you mean attemptTimeout?',
    ]);
    expect(await problemsOf({ notifiers: [{ notifier, name: 'ops', attemptTimeout: -1 }] })).to.deep.equal([
      'notifiers.ops.attemptTimeout: must be a number of seconds between 0.1 and 3600',
    ]);
  });

  it('say in their own words that a port is taken', async () => {
    const first = await instances.make({ http: { port: 0 } });
    const port = Number(new URL(first.url ?? '').port);
    const message = await problem(createHeartbeat({ http: { port }, logger: instances.logger }));
    expect(message).to.match(/choose another port in the option http\.port$/);
  });

  it('have the session timeout of users', async () => {
    const instance = await instances.make({ sessionTimeout: 100 });
    await instance.users.heal(1);
    const { since, deadline } = await instance.users.get(1);
    expect(Number(deadline) - Number(since)).to.be.within(99_000, 101_000);
  });
});

describe('arguments of the library', () => {
  let instance: HeartbeatInstance;

  beforeEach(async () => {
    instance = await instances.make();
  });

  for (const [call, expected] of [
    [['nodes', 'heartbeat'], 'a node\'s name must be a text such as "db-1", not undefined'],
    [['nodes', 'heartbeat', 3], 'a node\'s name must be a text such as "db-1", not 3'],
    [['nodes', 'get', null], 'a node\'s name must be a text such as "db-1", not null'],
    [['nodes', 'flips', {}], 'a node\'s name must be a text such as "db-1", not an object'],
    [['nodes', 'forget', []], 'a node\'s name must be a text such as "db-1", not a list'],
    [['nodes', 'heartbeats', 'db'], 'names must be a list of names, not "db"'],
    [['nodes', 'heartbeats'], 'names must be a list of names, not undefined'],
    [
      ['nodes', 'list', { state: 'dead' }],
      'filter.state: must be one of active, inactive, failed, not "dead"',
    ],
    [['nodes', 'list', { sate: 'failed' }], 'filter.sate: unknown option; did you mean state?'],
    [['nodes', 'list', 'failed'], 'filter: must be an object with state, label, paused, name, not "failed"'],
    [
      ['nodes', 'register', 'db-1', { max_retries: 1 }],
      'max_retries: unknown option; did you mean maxRetries?',
    ],
    [['nodes', 'register', 'db-1', { maxRetries: -1 }], 'maxRetries: must not be negative'],
    [['nodes', 'register', 'db-1', 'fast'], 'must be an object with timeout'],
    [
      ['nodes', 'acknowledge', 'db-1'],
      'an acknowledgement must be an object with by, and optionally reason and until, not undefined',
    ],
    [['nodes', 'list', { paused: 'yes' }], 'filter.paused: must be true or false, not "yes"'],
    [['nodes', 'flips', 'db-1', { from: 5 }], 'range.from: must be a Date, not 5'],
    [['nodes', 'uptime', 'db-1', { before: 5 }], 'range.before: unknown option; there are from, to'],
    [['nodes', 'fail', 'db-1', { reason: 'full' }], 'a reason must be a text, not an object'],
    [['nodes', 'fail', 'db-1', 'x'.repeat(10_001)], '10000 bytes'],
    [['nodes', 'register', 'db-1', { paused: 1 }], 'paused: must be true or false'],
    [['users', 'heal'], "a user's id must be a number, a bigint or a text, not undefined"],
    [['users', 'checkup', {}], "a user's id must be a number, a bigint or a text, not an object"],
    [['users', 'healMany', 7], 'users must be a list of ids, not 7'],
    [['users', 'checkupMany', '7'], 'users must be a list of ids, not "7"'],
    [['users', 'heartRhythm', 7, { frm: new Date() }], 'range.frm: unknown option; did you mean from?'],
    [['users', 'heartRhythm', 7, { from: 5 }], 'range.from: must be a Date, not 5'],
    [['users', 'heartRhythm', 7, { order: 'up' }], 'range.order: must be one of asc, desc, not "up"'],
  ] as const) {
    const [on, method, ...given] = call;
    it(`of ${on}.${method} are refused in words: ${expected}`, async () => {
      expect(await problem(loosely(instance[on], method, ...given))).to.include(expected);
    });
  }

  it('of alerts and channels are refused in words', async () => {
    for (const [method, given, expected] of [
      ['alerts', { node: 3 }, 'filter.node: must be a text, not 3'],
      ['alerts', { state: ['dead', 'gone'] }, 'filter.state.1: must be one of pending,'],
      ['alerts', { type: 'node.faild' }, 'filter.type: must be one of node.failed,'],
      ['alerts', { chanel: 'ops' }, 'filter.chanel: unknown option; did you mean channel?'],
      ['redeliver', 7, "an alert's id must be a text, not 7"],
      ['testChannel', undefined, "a channel's name must be a text, not undefined"],
    ] as const)
      expect(await problem(loosely(instance, method, given))).to.include(expected);
  });

  it('of callbacks, trackers and notifiers are refused in words', async () => {
    for (const name of ['onFailure', 'onRecovery', 'onOnline', 'onOffline'])
      expect(await problem(loosely(instance, name, 'x'))).to.equal(
        `${name} wants a function to call, not "x"`,
      );
    expect(await problem(loosely(instance, 'onChange'))).to.equal(
      'onChange must be a function, not undefined',
    );
    expect(await problem(loosely(instance, 'track', {}))).to.match(/^expected a Node/);
    expect(await problem(loosely(Heartbeat, 'setup', {}))).to.equal(
      'Heartbeat.setup must be a function, not an object',
    );
    expect(construct(Tracker, {})).to.throw(TypeError, 'a tracker must be given an instance');
    const tracker = new Tracker(instance);
    expect(await problem(loosely(tracker, 'registerNode', 'db-1'))).to.include('must be given a Node');
    expect(await problem(loosely(tracker, 'updateNodeHeartbeat'))).to.include('must be a Node, or the name');
    expect(await problem(loosely(instance.notifiers, 'replace', {}))).to.include(
      'must be a list of notifiers',
    );
  });

  it('of created objects are refused in words', () => {
    expect(construct(Node, 3)).to.throw(TypeError, 'must be a text such as "db-1", not 3');
    expect(construct(Node)).to.throw(TypeError, 'must be a text such as "db-1", not undefined');
    expect(construct(Node, 'db-1', { timeot: 3 })).to.throw(
      TypeError,
      'settings.timeot: unknown option; did you mean timeout?',
    );
    expect(construct(Node, 'db-1', null)).to.throw(TypeError, 'settings: must be an object');
    expect(construct(SlackNotifier)).to.throw(TypeError, 'the url must be a text');
    expect(construct(RedisNotifier, 'redis://localhost')).to.throw(TypeError, /channel/);
    expect(construct(MqttNotifier, 'mqtt://localhost')).to.throw(TypeError, /topic/);
    expect(construct(MattermostNotifier, 'ftp://x')).to.throw(
      TypeError,
      'the url must be an http or https URL',
    );
  });

  it('of emitters are refused in words', () => {
    const wanted = 'an emitter must be given a tracker, or an http:// or https:// URL of a daemon';
    expect(construct(Emitter)).to.throw(TypeError, `${wanted}, not undefined`);
    expect(construct(Emitter, {})).to.throw(TypeError, `${wanted}, not an object`);
    expect(construct(Emitter, null)).to.throw(TypeError, `${wanted}, not null`);
    const url = 'http://127.0.0.1:1';
    expect(construct(Emitter, url, { nodes: 'a' })).to.throw(TypeError, 'nodes: must be a list of names');
    expect(construct(Emitter, url, { nodes: [3] })).to.throw(
      TypeError,
      'nodes.0: must be an object with name',
    );
    for (const given of [new Map(), new Set(['a'])])
      expect(construct(Emitter, url, { nodes: [given] })).to.throw(
        TypeError,
        'nodes.0: must be an object with name',
      );
    expect(construct(Emitter, url, { nodes: [], intreval: 3 })).to.throw(TypeError, 'did you mean interval?');
    expect(construct(Emitter, url, null)).to.throw(TypeError, 'options: must be an object');
  });
});
