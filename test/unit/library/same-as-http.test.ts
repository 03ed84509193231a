import { expect } from 'chai';
import {
  BaseNotifier,
  Heartbeat,
  NotifyError,
  type AlertNotification,
  type HeartbeatInstance,
} from '../../../src/index.js';
import { openApi } from '../../../src/http/contract/document.js';
import { messageOf, notificationOf } from '../../../src/library/notification.js';
import { eventually } from '../../support/eventually.js';
import { all, Instances } from './support.js';
import { EVERY_KIND } from '../channels/support.js';

const instances = new Instances();
afterEach(() => instances.clear());

interface Call {
  readonly on?: 'nodes' | 'users' | 'silences' | 'rotas';
  readonly name: string;
  /** The arguments before the options. */
  readonly given?: readonly unknown[];
  /** Options with other names than the parameters. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Options for fields of the body. */
  readonly body?: readonly string[];
}

const SAID = ['kind', 'exitStatus', 'body'];
const PING: Call = { on: 'nodes', name: 'ping', given: ['db-1'], body: SAID };
const PING_BY_UUID: Call = { ...PING, body: [...SAID, 'create'] };
const REGISTER: Call = { on: 'nodes', name: 'register', given: ['db-1'] };

/** The library's call for each operation. */
const CALLS: Readonly<Record<string, Call>> = {
  heal: { on: 'users', name: 'heal', given: [7], body: ['meta'] },
  goodbye: { on: 'users', name: 'goodbye', given: [7] },
  goodbyeByBeacon: { on: 'users', name: 'goodbye', given: [7] },
  healMany: { on: 'users', name: 'healMany' },
  checkup: { on: 'users', name: 'checkup' },
  checkupMany: { on: 'users', name: 'checkupMany', given: [[7]] },
  heartRhythm: { on: 'users', name: 'heartRhythm', given: [7], renamed: { to: 'before' } },
  users: { on: 'users', name: 'list' },
  user: { on: 'users', name: 'get' },
  eraseUser: { on: 'users', name: 'erase' },
  heartbeat: { on: 'nodes', name: 'heartbeat' },
  heartbeatByPost: { on: 'nodes', name: 'heartbeat' },
  heartbeats: { on: 'nodes', name: 'heartbeats' },
  nodes: { on: 'nodes', name: 'list', given: [] },
  putNode: REGISTER,
  // Without a range it is `get`.
  node: { on: 'nodes', name: 'uptime', given: ['db-1'] },
  ping: PING_BY_UUID,
  pingWithBody: PING_BY_UUID,
  pingBySlug: PING,
  pingBySlugWithBody: PING,
  pingBySlugSaying: PING,
  pingBySlugSayingWithBody: PING,
  nodeUptime: { on: 'nodes', name: 'uptimeReport', given: ['db-1'], body: ['limit'] },
  uptime: { on: 'nodes', name: 'uptimeReportOf', given: [], body: ['limit'] },
  pings: { on: 'nodes', name: 'pings' },
  probes: { on: 'nodes', name: 'probes' },
  pingBody: { on: 'nodes', name: 'pingBody' },
  renewPingUuid: { on: 'nodes', name: 'renewPingUuid' },
  forgetNode: { on: 'nodes', name: 'forget' },
  failNode: { on: 'nodes', name: 'fail' },
  pauseNode: { on: 'nodes', name: 'pause' },
  resumeNode: { on: 'nodes', name: 'resume' },
  acknowledgeNode: { on: 'nodes', name: 'acknowledge' },
  unacknowledgeNode: { on: 'nodes', name: 'unacknowledge' },
  flips: { on: 'nodes', name: 'flips', given: ['db-1'], renamed: { to: 'before' } },
  alerts: { name: 'alerts', given: [] },
  rotas: { on: 'rotas', name: 'list' },
  onCall: { on: 'rotas', name: 'now' },
  overrides: { on: 'rotas', name: 'overrides', given: ['ops'] },
  overrideRota: { on: 'rotas', name: 'override' },
  endOverride: { on: 'rotas', name: 'endOverride' },
  silences: { on: 'silences', name: 'list', given: [] },
  silence: { on: 'silences', name: 'add' },
  describeSilence: { on: 'silences', name: 'get' },
  expireSilence: { on: 'silences', name: 'expire' },
  events: { on: 'users', name: 'events', given: [] },
  eventsOfMany: { on: 'users', name: 'events', given: [] },
  redeliver: { name: 'redeliver' },
  testChannel: { name: 'testChannel' },
  readiness: { name: 'unready' },
  storing: { name: 'notStoring' },
  stats: { name: 'stats' },
  supervision: { name: 'supervision' },
  metrics: { name: 'metrics' },
};

/** A program knows that its own process is alive, and what it was configured with; the others describe HTTP itself, or pages. */
const OF_HTTP_ALONE = [
  'health',
  'socket',
  'openapi',
  'docs',
  'showLink',
  'useLink',
  'configurationDiff',
  'backup',
  'cluster',
  'previewChannel',
  'badge',
  'badges',
  'dashboard',
  'dashboardFile',
  'statusPages',
  'putStatusPage',
  'deleteStatusPage',
  'statusPage',
  'statusLogo',
  'statusIncidents',
  'beginIncident',
  'updateIncident',
  'removeIncident',
  'whoami',
  'signIn',
  'signOut',
  'waysToSignIn',
  'openIdBegin',
  'openIdCallback',
];

/** A program iterates over a list as far as it wants. */
const PAGES = ['limit', 'cursor'];

/** The default instance has a method for each call, and these are no calls. */
const OF_INSTANCE: readonly string[] = ['unready', 'notStoring'];

/** A program has its callbacks for nodes and notifiers for alerts. */
const OF_NODES = ['nodes', 'label'];

/** There is only one value. */
const FIXED = ['status'];

/** A program has what files are made of. */
const OF_FILES = ['format', 'table'];

/** A program gets ids as they are. */
const OF_JSON = ['ids'];

const operations = Object.entries(openApi({ batch: 10_000, page: 1_000 }).paths).flatMap(([path, methods]) =>
  Object.values(methods).map((operation) => ({ path, operation })),
);

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The options of a call, from its error. */
async function optionsOf(instance: HeartbeatInstance, { on, name, given = [] }: Call): Promise<string[]> {
  const target = on === undefined ? instance : instance[on];
  const called: unknown = Reflect.get(target, name);
  if (typeof called !== 'function') throw new TypeError(`there is no ${name}`);
  const ask = async (): Promise<unknown> => {
    const answer: unknown = Reflect.apply(called, target, [...given, 'nonsense']);
    if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer)) return answer;
    const list: unknown = Reflect.get(answer, 'next');
    return typeof list === 'function' ? Reflect.apply(list, answer, []) : undefined;
  };
  const refused: unknown = await ask().catch((error: unknown) => error);
  const [, names] = /must be an object with (.*), not "nonsense"/.exec(String(refused)) ?? [];
  return names?.split(', ') ?? [];
}

describe('what HTTP has', () => {
  it('has a call of the library for each operation, or a reason that there is none', () => {
    const ids = operations.map(({ operation: { operationId } }) => operationId);
    expect([...Object.keys(CALLS), ...OF_HTTP_ALONE]).to.have.members(ids);
  });

  for (const { path, operation } of operations) {
    const { operationId: id } = operation;
    const call = CALLS[id];
    if (call === undefined) continue;
    it(`has ${[call.on, call.name].filter(Boolean).join('.')} for ${id} ${path}, with what can be asked there`, async () => {
      const instance = await instances.make();
      expect(call.name in (call.on === undefined ? instance : instance[call.on])).to.equal(true);
      if (call.on === undefined && !OF_INSTANCE.includes(call.name))
        expect(call.name in Heartbeat).to.equal(true);
      const asked = operation.parameters
        .filter(
          (parameter) =>
            parameter.in === 'query' &&
            ![...PAGES, ...FIXED, ...OF_FILES, ...OF_JSON].includes(parameter.name),
        )
        .filter(({ name }) => id !== 'events' || !OF_NODES.includes(name))
        .map(({ name }) => call.renamed?.[name] ?? camel(name));
      if (asked.length > 0)
        expect(await optionsOf(instance, call)).to.have.members([...asked, ...(call.body ?? [])]);
    });
  }

  it('has an option of register for each field of its body', async () => {
    const instance = await instances.make();
    const options = await optionsOf(instance, REGISTER);
    expect(options).to.have.members([
      'timeout',
      'maxRetries',
      'schedule',
      'grace',
      'slug',
      'labels',
      'channels',
      'dependsOn',
      'probe',
      'paused',
    ]);
    const probe = { http: 'http://10.0.0.1/', every: 5, expect: { maxMs: 50, header: { 'x-a_b': 'c' } } };
    expect(await instance.nodes.register('db-2', { probe })).to.deep.include({ probe });
    expect(await instance.nodes.probes('db-2')).to.be.an('array');
    await instance.nodes.register('db-1', { timeout: 5, maxRetries: 1, labels: { a: 'b' }, paused: true });
    expect(await instance.nodes.get('db-1')).to.include({ timeout: 5, maxRetries: 1, paused: true });
    await instance.nodes.register('db-1', { timeout: null, maxRetries: null, labels: null, paused: false });
    expect(await instance.nodes.get('db-1')).to.deep.include({
      timeout: 30,
      maxRetries: 3,
      labels: {},
      paused: false,
    });
  });
});

describe('pings of the library', () => {
  it('start and end runs, register nodes if they may, and are kept', async () => {
    const { nodes } = await instances.make();
    expect(await codeOf(nodes.ping('backup'))).to.equal('HEARTBEAT_UNKNOWN_NODE');
    expect(await nodes.ping('backup', { create: true })).to.equal('Created');
    const rid = '728B3763-EA80-4113-9FC0-F49B3ADF226A';
    expect(await nodes.ping('backup', { kind: 'start', rid })).to.equal('OK');
    expect((await nodes.get('backup'))?.started).to.be.instanceOf(Date);
    expect(await nodes.ping('backup', { exitStatus: 2, rid, body: 'disk full' })).to.equal('OK');
    const failed = await nodes.get('backup');
    expect(failed).to.include({ state: 'failed', started: undefined });
    expect(failed?.lastDuration).to.be.a('number');
    await nodes.ping('backup', { kind: 'log', body: new Uint8Array(20_000) });
    expect(await nodes.get('backup')).to.include({ state: 'failed' });
    await nodes.ping('backup');
    expect(await nodes.get('backup')).to.include({ state: 'active' });
    const kept = await all(nodes.pings('backup'));
    expect(
      kept.map(({ kind, exitStatus, bytes, method }) => [kind, exitStatus, bytes, method]),
    ).to.deep.equal([
      ['success', undefined, 0, 'library'],
      ['log', undefined, 20_000, 'library'],
      ['exit', 2, 9, 'library'],
      ['start', undefined, 0, 'library'],
      ['success', undefined, 0, 'library'],
    ]);
    expect(await nodes.pingBody('backup', 4)).to.have.length(10_000);
    for (const wrong of [{ exitStatus: 256 }, { rid: 'x' }, { kind: 'fail', exitStatus: 1 } as const])
      expect(await nodes.ping('backup', wrong).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
  });
});

describe('silences of the library', () => {
  it('are made, found, listed and ended, and a pause ends by itself', async () => {
    const { silences, nodes } = await instances.make();
    const endsAt = new Date(Date.now() + 3_600_000);
    const made = await silences.add({ matchers: ['env=prod'], endsAt, by: 'ann', reason: 'a disk' });
    expect(made).to.deep.include({
      state: 'active',
      endsAt,
      by: 'ann',
      reason: 'a disk',
      maintenance: false,
    });
    const startsAt = new Date(Date.now() + 60_000);
    const later = await silences.add({ matchers: ['name=a'], startsAt, endsAt, by: 'ann' });
    expect((await silences.list()).map(({ id }) => id)).to.deep.equal([later.id, made.id]);
    expect(await silences.list({ state: ['pending'] })).to.deep.equal([later]);
    expect(await silences.expire(made.id)).to.include({ id: made.id, state: 'expired' });
    expect(await silences.get(made.id)).to.include({ state: 'expired' });
    expect(await silences.get('nobody')).to.equal(undefined);
    expect(await codeOf(silences.expire('nobody'))).to.equal('HEARTBEAT_NO_SUCH_SILENCE');
    expect(await codeOf(silences.add({ matchers: ['x'], endsAt, by: 'ann' }))).to.equal(
      'HEARTBEAT_INVALID_BODY',
    );
    await nodes.register('db-1');
    const paused = await nodes.pause('db-1', { until: endsAt });
    expect(paused).to.deep.include({ paused: true, pausedUntil: endsAt });
    expect(await codeOf(nodes.pause('db-1', { for: -1 }))).to.equal('HEARTBEAT_INVALID_BODY');
  });
});

/** Records alerts, or refuses them for good. */
class Ear extends BaseNotifier {
  readonly heard: AlertNotification[] = [];
  isDeaf = false;

  override notify(alert: AlertNotification): Promise<void> {
    if (this.isDeaf) return Promise.reject(new NotifyError('planned fault', { permanent: true }));
    this.heard.push(alert);
    return Promise.resolve();
  }
}

describe('alerts of the library', () => {
  it('are filtered by state, node, type and channel, as HTTP filters them', async () => {
    const [deaf, ear] = [new Ear(), new Ear()];
    deaf.isDeaf = true;
    const { nodes, ...instance } = await withMethods({
      notifiers: [
        { notifier: deaf, name: 'deaf', events: ['node.reported_failure'] },
        { notifier: ear, name: 'ear' },
      ],
    });
    for (const name of ['db-1', 'db-2']) await nodes.fail(name, 'disk full');
    const found = async (filter: Parameters<HeartbeatInstance['alerts']>[0]): Promise<string[]> =>
      (await all(instance.alerts(filter))).map(({ type, node }) => `${type} ${String(node)}`).sort();
    const [one, two] = ['node.reported_failure db-1', 'node.reported_failure db-2'];
    // A recovery would cancel failures that were not sent yet.
    await eventually(async () => {
      expect(ear.heard).to.have.length(2);
      expect(await found({ state: 'dead' })).to.deep.equal([one, two]);
    });
    await nodes.heartbeat('db-2');
    await eventually(async () => {
      expect(ear.heard).to.have.length(3);
      expect(await found({ state: 'pending' })).to.deep.equal([]);
    });
    expect(await found({})).to.deep.equal(['node.recovered db-2', one, two]);
    expect(await found({ node: 'db-1' })).to.deep.equal([one]);
    expect(await found({ type: 'node.recovered' })).to.deep.equal(['node.recovered db-2']);
    expect(await found({ state: ['dead', 'pending'], channel: 'ear' })).to.deep.equal([]);
    expect(await found({ channel: 'deaf', node: 'db-2', type: 'node.reported_failure' })).to.deep.equal([
      two,
    ]);
    const [alert] = await all(instance.alerts({ node: 'db-1' }));
    expect(alert).to.include({ reason: 'disk full' });
  });

  it('are redelivered where they are dead letters', async () => {
    const ear = new Ear();
    ear.isDeaf = true;
    const { nodes, ...instance } = await withMethods({ notifiers: [{ notifier: ear, name: 'ear' }] });
    await nodes.fail('db-1');
    const dead = await eventually(async () => {
      const [first] = await all(instance.alerts({ state: 'dead' }));
      expect(first).not.to.equal(undefined);
      return first;
    });
    ear.isDeaf = false;
    expect(await instance.redeliver(dead?.id ?? '')).to.equal(dead?.id);
    await eventually(() => expect(ear.heard.map(({ id }) => id)).to.deep.equal([dead?.id]));
    await eventually(async () => {
      expect(await codeOf(instance.redeliver(dead?.id ?? ''))).to.equal('HEARTBEAT_NOT_DEAD');
    });
    for (const stranger of ['x', '00000000000000000000000000'])
      expect(await codeOf(instance.redeliver(stranger))).to.equal('HEARTBEAT_NO_SUCH_ALERT');
  });

  it('are sent as a test by the notifier that is named', async () => {
    const ear = new Ear();
    const instance = await withMethods({ notifiers: [{ notifier: ear, name: 'ear' }] });
    const id = await instance.testChannel('ear');
    await eventually(() => expect(ear.heard).to.have.length(1));
    expect(ear.heard[0]).to.include({ id, type: 'test' });
    expect(await codeOf(instance.testChannel('nobody'))).to.equal('HEARTBEAT_NO_SUCH_CHANNEL');
  });
});

describe('nodes of the library', () => {
  it('tell how long they were in which state', async () => {
    const { nodes } = await instances.make();
    await nodes.heartbeat('db-1');
    await nodes.fail('db-1', 'disk full');
    await nodes.heartbeat('db-1');
    const uptime = await nodes.uptime('db-1');
    expect(uptime.from).to.be.instanceOf(Date);
    const spent = uptime.active + uptime.inactive + uptime.failed + uptime.paused + uptime.blind;
    expect(spent * 1000).to.be.closeTo(Number(uptime.to) - Number(uptime.from), 0.001);
    const future = new Date(Number(uptime.to) + 86_400_000);
    expect(await nodes.uptime('db-1', { from: future })).to.include({ ratio: undefined });
    expect(await codeOf(nodes.uptime('stranger'))).to.equal('HEARTBEAT_UNKNOWN_NODE');
  });

  it('tell of their flips in either order, with what they said of their failure', async () => {
    const { nodes } = await instances.make();
    await nodes.heartbeat('db-1');
    await nodes.fail('db-1', 'disk full');
    await nodes.heartbeat('db-1');
    const flips = await all(nodes.flips('db-1'));
    expect(flips.map(({ to }) => to)).to.deep.equal(['active', 'failed']);
    expect(flips[1]).to.include({ reason: 'disk full', blind: 0, retries: 0, cause: 'report' });
    expect(await all(nodes.flips('db-1', { order: 'asc' }))).to.deep.equal(flips.reverse());
    const [failed] = flips;
    expect(await all(nodes.flips('db-1', { before: failed?.at ?? new Date() }))).to.deep.equal([]);
    expect(await codeOf(nodes.flips('stranger').next())).to.equal('HEARTBEAT_UNKNOWN_NODE');
  });

  it('are listed by the prefix of their name, and by whether they are paused', async () => {
    const { nodes } = await instances.make();
    await nodes.heartbeats(['db-1', 'db-2', 'web-1']);
    await nodes.pause('db-2');
    const names = async (filter: Parameters<typeof nodes.list>[0]): Promise<string[]> =>
      (await all(nodes.list(filter))).map(({ name }) => name);
    expect(await names({ name: 'db-' })).to.deep.equal(['db-1', 'db-2']);
    expect(await names({ paused: true })).to.deep.equal(['db-2']);
    expect(await names({ paused: false, name: 'db-' })).to.deep.equal(['db-1']);
  });
});

describe('what a program is handed', () => {
  it('is in camelCase, with Dates, for each kind of alert', () => {
    for (const message of EVERY_KIND) {
      const handed = notificationOf(message);
      expect(namesIn(handed).filter((name) => name.includes('_'))).to.deep.equal([]);
      expect(instantsIn(handed)).to.deep.equal([]);
      expect(handed.at).to.deep.equal(new Date(message.at_ms));
      expect(messageOf(handed), 'none of it is lost').to.deep.equal(message);
    }
  });

  it('is so in all that an instance shows of itself, and its metrics are those of HTTP', async () => {
    const { nodes, users, ...instance } = await withMethods({ http: { port: 0 } });
    await users.heal(7);
    await nodes.fail('db-1');
    await eventually(async () => expect(await all(instance.alerts())).to.have.length(1));
    const shown = [await instance.supervision(), await all(instance.alerts()), await all(nodes.list())];
    expect(namesIn(shown).filter((name) => name.includes('_'))).to.deep.equal([]);
    expect(instantsIn(shown)).to.deep.equal([]);
    const metrics = await instance.metrics();
    expect(metrics).to.include('heartbeat_users_online 1').and.to.include('heartbeat_http_connections ');
    expect(await (await instances.make()).metrics()).not.to.include('heartbeat_http_connections ');
  });

  it('says why an instance is not ready', async () => {
    const instance = await instances.make();
    expect([instance.ready, instance.unready, instance.notStoring]).to.deep.equal([true, [], []]);
    await instance.close();
    const { ready, unready, notStoring } = instance;
    expect([ready, unready, notStoring]).to.deep.equal([false, ['closed'], ['closed']]);
  });
});

/** An instance with bound methods. */
async function withMethods(options: Parameters<Instances['make']>[0]) {
  const instance = await instances.make(options);
  return {
    nodes: instance.nodes,
    users: instance.users,
    alerts: instance.alerts.bind(instance),
    redeliver: instance.redeliver.bind(instance),
    testChannel: instance.testChannel.bind(instance),
    supervision: instance.supervision.bind(instance),
    metrics: instance.metrics.bind(instance),
  };
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
}

/** The names of all members, at any depth, except names that are data: those of labels and of maps. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    ...(Array.isArray(value) ? [] : [name]),
    ...(name === 'labels' ? [] : namesIn(each)),
  ]);
}

/** Numbers that look like Unix seconds or milliseconds of this century, with their places. */
function instantsIn(value: unknown, place = ''): string[] {
  if (typeof value === 'number') {
    const isInstant = [1, 1000].some((unit) => value > 1.5e9 * unit && value < 4e9 * unit);
    return isInstant ? [`${place}: ${value}`] : [];
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return [];
  return Object.entries(value).flatMap(([name, each]) => instantsIn(each, `${place}.${name}`));
}
