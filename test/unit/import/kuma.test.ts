import { expect } from 'chai';
import { fromKuma } from '../../../src/cli/import/kuma.js';

/** A monitor as a backup of Uptime Kuma 1.23 has it. */
const PUSH = {
  id: 7,
  name: 'Nightly import',
  description: null,
  pathName: 'Nightly import',
  parent: null,
  childrenIDs: [],
  url: 'https://',
  method: 'GET',
  hostname: null,
  port: null,
  maxretries: 2,
  weight: 2000,
  active: true,
  forceInactive: false,
  type: 'push',
  timeout: 48,
  interval: 86_400,
  retryInterval: 3600,
  resendInterval: 0,
  keyword: null,
  upsideDown: false,
  notificationIDList: { '1': true },
  pushToken: 'aB3dE5gH7j',
  tags: [
    { id: 1, monitor_id: 7, tag_id: 1, value: 'prod', name: 'env', color: '#4B5563' },
    { id: 2, monitor_id: 7, tag_id: 2, value: '', name: 'a:b', color: '#4B5563' },
  ],
};

/** A monitor that Uptime Kuma makes of the form for HTTP. */
const MONITOR = {
  ...PUSH,
  id: 12,
  name: 'Shop',
  type: 'http',
  url: 'https://shop.example.org/health?a=b',
  interval: 60,
  retryInterval: 60,
  maxretries: 1,
  ignoreTls: false,
  expiryNotification: false,
  maxredirects: 10,
  accepted_statuscodes: ['200-299'],
  invertKeyword: false,
  dns_resolve_type: 'A',
  dns_resolve_server: '1.1.1.1',
  proxyId: null,
  headers: null,
  body: null,
  httpBodyEncoding: null,
  authMethod: '',
  basic_auth_user: null,
  basic_auth_pass: null,
  tags: [],
};

const backup = (...monitorList: object[]): string =>
  JSON.stringify({
    version: '1.23.11',
    notificationList: [{ id: 1, name: 'Ops chat', type: 'slack' }],
    monitorList,
  });

function read(...monitors: object[]) {
  const found = fromKuma('backup.json', backup(...monitors));
  if ('problems' in found) throw new Error(found.problems.join('\n'));
  return found;
}

describe('a backup of Uptime Kuma', () => {
  it('gives push monitors as nodes, with interval, retries, tags and a slug of the name', () => {
    const { nodes, notes } = read(PUSH);
    expect(nodes).to.deep.equal([
      {
        name: 'Nightly import',
        settings: {
          timeout: 86_400,
          max_retries: 2,
          labels: { env: 'prod', 'a-b': 'true' },
          slug: 'nightly-import',
        },
        isPaused: false,
        notes: [
          'retry interval 3600 s: a retry takes one timeout here',
          'a:b: the label is a-b, since keys have no colon',
        ],
      },
    ]);
    expect(notes).to.include('notification Ops chat: configure a channel');
    expect(JSON.stringify({ nodes, notes })).to.not.include('aB3dE5gH7j');
  });

  it('lists every other monitor with the reason, and names groups in labels', () => {
    const { nodes, leftOut } = read(
      { ...PUSH, id: 1, name: 'Backups', type: 'group' },
      { ...PUSH, parent: 1, active: 0 },
      { ...PUSH, id: 2, name: 'Shop', type: 'json-query', url: 'https://shop.example.org' },
      { ...PUSH, id: 3, name: 'Host', type: 'ping', hostname: 'db' },
    );
    expect(nodes[0]).to.have.nested.include({ isPaused: true, 'settings.labels.group': 'Backups' });
    expect(leftOut.map(({ name, reason }) => `${name}: ${reason}`)).to.deep.equal([
      'Backups: type group: its members have its name as the label group',
      'Shop: type json-query is not brought over',
      'Host: type ping is not brought over',
    ]);
  });

  const probes = (...monitors: object[]) => {
    const { nodes, leftOut } = read(...monitors.map((each, id) => ({ ...MONITOR, ...each, id })));
    return [...nodes.map(({ settings }) => settings['probe']), ...leftOut.map(({ reason }) => reason)];
  };

  it('gives HTTP monitors as nodes with a probe that expects the same', () => {
    const { nodes, notes } = read(MONITOR);
    expect(nodes).to.deep.equal([
      {
        name: 'Shop',
        settings: {
          timeout: 60,
          max_retries: 1,
          labels: {},
          probe: {
            http: 'https://shop.example.org/health?a=b',
            every: 60,
            expect: { redirects: 10, max_ms: 48_000 },
          },
        },
        isPaused: false,
        notes: [],
      },
    ]);
    expect(notes).to.include(
      'the daemon probes public addresses only: name internal networks in probes.allow',
    );
    expect(
      probes(
        { type: 'keyword', keyword: 'all is "well"', maxredirects: 0 },
        { accepted_statuscodes: ['200', '301-303'], timeout: 0, interval: 20 },
        // Versions before 1.23 have no timeout, and SQLite has numbers for booleans.
        { timeout: undefined, interval: 3_600, ignoreTls: 0, upsideDown: 0, headers: '{ }', body: null },
        { url: 'http://shop.example.org', ignoreTls: true, maxredirects: 50 },
      ),
    ).to.deep.equal([
      { http: MONITOR.url, every: 60, expect: { body: 'all is "well"', max_ms: 48_000 } },
      {
        http: MONITOR.url,
        every: 20,
        expect: { status: [200, 301, 302, 303], redirects: 10, max_ms: 16_000 },
      },
      { http: MONITOR.url, every: 3_600, expect: { redirects: 10, max_ms: 60_000 } },
      { http: 'http://shop.example.org', every: 60, expect: { redirects: 10, max_ms: 48_000 } },
    ]);
  });

  it('gives TCP and DNS monitors as nodes with a probe', () => {
    const dns = { type: 'dns', hostname: 'example.org', port: 53, dns_resolve_server: '1.1.1.1' };
    expect(
      probes(
        { type: 'port', hostname: 'db', port: '5432' },
        { type: 'port', hostname: '2001:db8::1', port: 22 },
        { ...dns, dns_resolve_type: 'MX' },
        { ...dns, port: 5353 },
        { ...dns, dns_resolve_server: '[2001:db8::53]', port: 5353 },
      ),
    ).to.deep.equal([
      { tcp: 'db:5432', every: 60 },
      { tcp: '[2001:db8::1]:22', every: 60 },
      { dns: 'example.org', type: 'MX', every: 60, server: '1.1.1.1' },
      { dns: 'example.org', type: 'A', every: 60, server: '1.1.1.1:5353' },
      { dns: 'example.org', type: 'A', every: 60, server: '[2001:db8::53]:5353' },
    ]);
  });

  it('says of each monitor that no probe can be for, why', () => {
    const dns = { type: 'dns', hostname: 'example.org', dns_resolve_server: '1.1.1.1' };
    expect(
      probes(
        { method: 'POST' },
        { headers: '{"x-key": "hunter2"}' },
        { body: '{"a":1}' },
        { authMethod: 'basic', basic_auth_user: 'ann', basic_auth_pass: 'hunter2' },
        { proxyId: 1 },
        { ignoreTls: true },
        { type: 'keyword', keyword: 'error', invertKeyword: true },
        { accepted_statuscodes: ['200-299', '400-499'] },
        { upsideDown: true },
        { ...dns, dns_resolve_type: 'SRV' },
        { ...dns, dns_resolve_server: 'dns.example.org' },
        { type: 'port', hostname: 'db', port: null },
        { url: 'ftp://files.example.org' },
        { ...dns, hostname: '..' },
      ),
    ).to.deep.equal([
      'type http is not brought over: method POST: a probe sends GET',
      'type http is not brought over: headers or a body: a probe sends none',
      'type http is not brought over: headers or a body: a probe sends none',
      'type http is not brought over: a login: a probe has none',
      'type http is not brought over: a proxy: a probe connects directly',
      'type http is not brought over: TLS errors are ignored, and a probe fails by them',
      'type keyword is not brought over: an inverted keyword: a probe looks for a text that is there',
      'type http is not brought over: accepted status codes 200-299, 400-499: a probe takes any 2xx, or at most 20 statuses',
      'type http is not brought over: upside down: a probe passes when there is an answer',
      'type dns is not brought over: records of the type SRV: a probe asks for A, AAAA, CNAME, MX, NS, TXT',
      'type dns is not brought over: the name server dns.example.org: a probe takes one address',
      'probe.tcp: must be a host and a port, such as db-1:5432',
      'probe.http: must be an http or https URL',
      'probe.dns: must be a name in ASCII, such as example.org',
    ]);
  });

  it('tells monitors of one name apart', () => {
    const { nodes } = read(PUSH, { ...PUSH, id: 8 }, { ...PUSH, id: 9, name: 'nightly import' });
    expect(nodes.map(({ name, settings }) => [name, settings['slug']])).to.deep.equal([
      ['Nightly import', 'nightly-import'],
      ['Nightly import (8)', 'nightly-import-8'],
      ['nightly import', 'nightly-import-9'],
    ]);
  });

  it('is refused if it is something else, with what is wrong', () => {
    expect(fromKuma('b.json', 'no'))
      .to.have.nested.property('problems[0]')
      .that.matches(/^b\.json: is no JSON/);
    expect(fromKuma('b.json', '{"monitorList":[{"id":1}]}'))
      .to.have.property('problems')
      .that.satisfies((problems: string[]) =>
        problems.some((each) => each.startsWith('b.json: backup.monitorList.0.name: ')),
      );
  });
});
