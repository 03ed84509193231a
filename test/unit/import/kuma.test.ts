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
      { ...PUSH, id: 2, name: 'Shop', type: 'keyword', url: 'https://shop.example.org' },
      { ...PUSH, id: 3, name: 'Db', type: 'port', hostname: 'db', port: 5432 },
      { ...PUSH, id: 4, name: 'Name', type: 'dns' },
    );
    expect(nodes[0]).to.have.nested.include({ isPaused: true, 'settings.labels.group': 'Backups' });
    expect(leftOut.map(({ name, reason }) => `${name}: ${reason}`)).to.deep.equal([
      'Backups: type group: its members have its name as the label group',
      'Shop: type keyword is not brought over; give a node this probe: { http: "https://shop.example.org" }',
      'Db: type port is not brought over; give a node this probe: { tcp: "db:5432" }',
      'Name: type dns is not brought over',
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
