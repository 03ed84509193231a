import { expect } from 'chai';
import { openApi } from '../../../src/http/contract/document.js';
import { createClient } from '../../../src/client/index.js';
import type { FetchAnswer } from '../../../src/client/index.js';
import { operations } from '../../../src/client/api/contract/operations.js';
import { isRepeatable } from '../../../src/client/api/retry-policy.js';
import { readFileSync } from 'node:fs';
import { Contract } from '../../support/contract.js';
import { all } from './support.js';

type Client = ReturnType<typeof createClient>;

const UUID = '123e4567-e89b-12d3-a456-426614174000';
const BY_SLUG = { key: 'hbk_example', slug: 'backup' };

/** The method of the client for each operation. */
const METHODS: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  heal: (client) => client.heal(7, { device: 'web', meta: {} }),
  goodbye: (client) => client.goodbye(7, { device: 'web' }),
  healMany: (client) => client.heal([7]),
  checkup: (client) => client.checkup(7),
  checkupMany: (client) => client.checkup([7], { fields: ['lastSeen', 'devices'] }),
  heartRhythm: (client) =>
    client.rhythm(7, { from: '-1h', to: new Date(0), order: 'desc', limit: 1, cursor: 'c' }),
  users: (client) => all(client.users.list()),
  user: (client) => client.users.get(7),
  eraseUser: (client) => client.users.erase(7),
  heartbeat: (client) => client.nodes.heartbeat('db-1'),
  heartbeats: (client) => client.nodes.heartbeat(['db-1']),
  nodes: (client) => all(client.nodes.list({ state: 'active', label: 'a:b', paused: true, name: 'db-' })),
  putNode: (client) => client.nodes.register('db-1', { maxRetries: 1 }),
  node: (client) => client.nodes.uptime('db-1', { from: 0, to: 1 }),
  nodeUptime: (client) =>
    client.nodes.uptimeReport('db-1', { period: '7d', from: 0, to: 1, timeZone: 'UTC', limit: 5 }),
  badges: (client) => client.nodes.badges({ node: 'db-1', label: 'a:b' }),
  uptime: (client) =>
    client.nodes.uptimeReportOf({
      label: 'a:b',
      name: 'db-',
      period: '7d',
      from: 0,
      to: 1,
      timeZone: 'UTC',
      limit: 5,
    }),
  forgetNode: (client) => client.nodes.forget('db-1'),
  failNode: (client) => client.nodes.fail('db-1', 'disk full'),
  pauseNode: (client) => client.nodes.pause('db-1', { for: 60 }),
  resumeNode: (client) => client.nodes.resume('db-1'),
  acknowledgeNode: (client) => client.nodes.acknowledge('db-1', { by: 'ann', until: new Date(0) }),
  pings: (client) => all(client.nodes.pings('db-1')),
  probes: (client) => client.nodes.probes('db-1'),
  pingBody: (client) => client.nodes.pingBody('db-1', 7),
  renewPingUuid: (client) => client.nodes.renewPingUuid('db-1'),
  unacknowledgeNode: (client) => client.nodes.unacknowledge('db-1'),
  flips: (client) => all(client.nodes.flips('db-1', { from: 0, to: 1, order: 'desc' })),
  alerts: (client) =>
    all(client.alerts.list({ state: ['dead', 'held'], node: 'db-1', type: 'test', channel: 'ops' })),
  redeliver: (client) => client.alerts.redeliver('01M8160K8C0000MBCVSRV9YN0E'),
  previewChannel: (client) => client.channels.preview('ops'),
  testChannel: (client) => client.channels.test('ops'),
  rotas: (client) => client.rotas.list(),
  onCall: (client) => client.rotas.now('ops'),
  statusPages: (client) => client.status.pages(),
  putStatusPage: (client) =>
    client.status.putPage('web', {
      title: 'Example',
      groups: [{ title: 'Website', labels: { team: 'web' } }],
      timeZone: 'Europe/Berlin',
      logo: null,
    }),
  deleteStatusPage: (client) => client.status.deletePage('web'),
  statusIncidents: (client) => client.status.incidents('web'),
  beginIncident: (client) =>
    client.status.begin('web', { title: 'It fails', text: 'We look.', state: 'identified' }),
  updateIncident: (client) =>
    client.status.update('web', '01M8160K8C0000MBCVSRV9YN1F', { text: 'It is over.', state: 'resolved' }),
  removeIncident: (client) => client.status.remove('web', '01M8160K8C0000MBCVSRV9YN1F'),
  overrides: (client) => all(client.rotas.overrides('ops', { state: ['active', 'pending'] })),
  overrideRota: (client) =>
    client.rotas.override('ops', { person: 'ben', endsAt: new Date(1e12), by: 'ann' }),
  endOverride: (client) => client.rotas.endOverride('ops', '01M8160K8C0000MBCVSRV9YN1F'),
  silences: (client) => all(client.silences.list({ state: ['active', 'pending'], maintenance: true })),
  silence: (client) => client.silences.add({ matchers: ['env=prod'], endsAt: new Date(1e12), by: 'ann' }),
  describeSilence: (client) => client.silences.get('01M8160K8C0000MBCVSRV9YN1F'),
  expireSilence: (client) => client.silences.expire('01M8160K8C0000MBCVSRV9YN1F'),
  eventsOfMany: (client) =>
    client.events({ types: ['user.online'], users: [7], nodes: 'db-', labels: ['a:b'] }).next(),
  pingWithBody: (client) => client.ping(UUID, { rid: UUID, body: 'done' }),
  pingBySlugWithBody: (client) =>
    client.ping(BY_SLUG, { kind: 'success', rid: UUID, create: true, body: 'done' }),
  pingBySlugSayingWithBody: (client) =>
    client.ping(BY_SLUG, { exitStatus: 3, rid: UUID, create: true, body: 'disk full' }),
  whoami: (client) => client.whoami(),
  signIn: (client) => client.signIn('hbk_example'),
  signOut: (client) => client.signOut(),
  waysToSignIn: (client) => client.waysToSignIn(),
  stats: (client) => client.stats(),
  readiness: (client) => client.ready(),
  storing: (client) => client.storing(),
  health: (client) => client.health(),
  configurationDiff: (client) => client.configurationDiff(),
  supervision: (client) => client.supervision(),
  cluster: (client) => client.cluster(),
  metrics: (client) => client.metrics(),
  openapi: (client) => client.openapi(),
};

const FOR_BROWSERS = 'an image, for pages';
const A_PING = 'ping, which sends a POST';
const IN_MESSAGES = 'a link in a message, for people';

/** Why an operation has no method of its own. */
const OTHERS: Readonly<Record<string, string>> = {
  goodbyeByBeacon: 'goodbye',
  heartbeatByPost: 'nodes.heartbeat',
  events: 'events, which sends the filter in a body',
  socket: 'connect',
  docs: 'a page for people',
  backup: 'a file, for heartbeat store backup',
  badge: FOR_BROWSERS,
  ping: A_PING,
  pingBySlug: A_PING,
  pingBySlugSaying: A_PING,
  showLink: IN_MESSAGES,
  useLink: IN_MESSAGES,
  openIdBegin: 'a link for people',
  openIdCallback: 'a link for people',
  dashboard: 'a page for people',
  dashboardFile: 'part of a page for people',
  statusPage: 'a page for people',
  statusLogo: 'part of a page for people',
};

/** Parameters that a listing passes on itself. */
const OF_LISTINGS = ['limit', 'cursor'];

/** Parameters of files: a program has what they are made of. */
const OF_FILES = ['format', 'table'];

/** The client reads all digits of an id without it. */
const OF_OTHER_CLIENTS = ['ids'];

const contract = new Contract(openApi({ batch: 100, page: 100 }));

describe('the client for servers', () => {
  it('has a method for each operation of the contract, or a reason that there is none', () => {
    const ids = contract.calls.map(({ operation }) => operation.operationId);
    expect([...Object.keys(METHODS), ...Object.keys(OTHERS)]).to.have.members(ids);
    expect(Object.keys(operations)).to.have.members(ids);
  });

  for (const { method, path, operation } of contract.calls) {
    const { operationId: id, parameters, requestBody } = operation;
    const call = METHODS[id];
    if (call === undefined) continue;
    it(`sends ${method} ${path} for ${id}, with what can be asked there`, async () => {
      const sent: { method: string; url: URL; body: string | undefined }[] = [];
      const client = createClient({
        url: 'http://127.0.0.1:3519/base',
        retries: 0,
        fetch: (url, request) => {
          sent.push({ method: request.method, url: new URL(url), body: request.body });
          return Promise.resolve(refusal);
        },
      });
      const outcome = await call(client).catch((error: unknown) => error);
      expect(outcome).to.include({ code: 'HEARTBEAT_FORBIDDEN' });
      expect(sent).to.have.length(1);
      const [{ url, body, ...request }] = sent as [(typeof sent)[number]];
      expect(request.method).to.equal(method);
      const { pathname, searchParams } = url;
      expect(contract.find(method, pathname.replace('/base', ''))?.path).to.equal(path);
      const asked = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
      const isListing = asked.includes('cursor') && id !== 'heartRhythm';
      expect([...searchParams.keys()]).to.have.members(
        asked.filter(
          (name) =>
            ![...OF_FILES, ...OF_OTHER_CLIENTS].includes(name) && !(isListing && OF_LISTINGS.includes(name)),
        ),
      );
      for (const parameter of parameters) {
        const value = searchParams.get(parameter.name);
        if (parameter.in !== 'query' || value === null) continue;
        const isNumber = parameter.schema['type'] === 'integer';
        expect(contract.problems(parameter.schema, isNumber ? Number(value) : value)).to.equal('');
      }
      const { content = {} } = requestBody ?? {};
      const schema = content['application/json']?.schema;
      expect(schema === undefined && content['text/plain'] === undefined).to.equal(body === undefined);
      if (schema !== undefined && body !== undefined)
        expect(contract.problems(schema, JSON.parse(body))).to.equal('');
    });
  }

  it('repeats the calls that docs/errors.md lists, and no others', () => {
    const page = readFileSync('docs/errors.md', 'utf8');
    const [, section = ''] = page.split('## Which calls may be repeated');
    const [safe = '', unsafe = ''] = section.split('These calls have a different result');
    const listed = (text: string): string[] =>
      [...text.matchAll(/`((?:PUT|POST|DELETE) \/[^`]*)`/g)].map(([, call = '']) => call);
    expect(listed(safe)).to.have.length.greaterThan(4);
    for (const [id, { method, path }] of Object.entries(operations)) {
      if (method === 'GET') continue;
      const documented = `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
      const known = Object.keys(operations).find((each): each is keyof typeof operations => each === id);
      if (known === undefined) throw new TypeError(id);
      if (listed(unsafe).includes(documented))
        expect(isRepeatable(known, method), documented).to.equal(false);
      // Some are listed by a word.
      else if (listed(safe).includes(documented) || /heartbeat|pause|resume|acknowledge|events/.test(path))
        expect(isRepeatable(known, method), documented).to.equal(true);
      else expect.fail(`docs/errors.md does not say whether ${documented} may be repeated`);
    }
  });
});

const refusal: FetchAnswer = {
  status: 403,
  headers: { get: (name) => (name === 'content-type' ? 'application/json' : null) },
  body: null,
  text: () => Promise.resolve('{"error":"this key does not permit this call","code":"HEARTBEAT_FORBIDDEN"}'),
};
