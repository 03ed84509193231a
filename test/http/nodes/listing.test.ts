import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import { parseWhen, secondsOf } from '../../../src/views/instants.js';
import { DaemonOverHttp } from './support.js';

interface Page {
  readonly nodes: readonly { readonly name: string }[];
  readonly next_cursor: string | null;
}

describe('the list of nodes', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
  });

  afterEach(() => http.stop());

  const page = async (query: string): Promise<Page> =>
    (await http.call('GET', `/nodes${query}`)).json as Page;
  const names = async (query: string) => (await page(query)).nodes.map(({ name }) => name);

  it('may be of those that are paused, or are not, or whose names begin with something', async () => {
    for (const name of ['web', 'web-1', 'web-2', 'web.1', 'wec', 'we', 'a', 'éa', 'éb'])
      await http.call('PUT', `/nodes/${encodeURIComponent(name)}`, { paused: name.endsWith('2') });
    expect(await names('?paused=true')).to.deep.equal(['web-2']);
    expect(await names('?paused=false&name=web-')).to.deep.equal(['web-1']);
    expect(await names('?name=web')).to.deep.equal(['web', 'web-1', 'web-2', 'web.1']);
    expect(await names('?name=%C3%A9')).to.deep.equal(['éa', 'éb']);
    expect(await names('?name=x')).to.deep.equal([]);
    expect(await names('?name=')).to.have.length(9);
    const first = await page('?name=web&limit=2');
    expect(first.nodes.map(({ name }) => name)).to.deep.equal(['web', 'web-1']);
    expect(await names(`?name=web&limit=2&cursor=${first.next_cursor ?? ''}`)).to.deep.equal([
      'web-2',
      'web.1',
    ]);
    expect((await http.call('GET', '/nodes?paused=yes')).status).to.equal(400);
  });

  it('looks at 10,000 nodes a page, and goes on behind them', async () => {
    const all = Array.from({ length: 10_050 }, (_, index) => `n${String(index).padStart(5, '0')}`);
    for (let at = 0; at < all.length; at += 100)
      await http.call('POST', '/nodes/heartbeats', all.slice(at, at + 100));
    await http.call('POST', '/nodes/n10049/pause');
    const first = await page('?paused=true');
    expect(first.nodes).to.deep.equal([]);
    expect(await names(`?paused=true&cursor=${first.next_cursor ?? ''}`)).to.deep.equal(['n10049']);
    expect(await names('?paused=true&name=n1')).to.deep.equal(['n10049']);
  });

  it('takes an instant of a range as seconds, in ISO 8601 or as a time before now', async () => {
    await http.call('PUT', '/nodes/db1/heartbeat');
    await http.daemon.clock.advance(10_000);
    await http.call('POST', '/nodes/db1/fail');
    const flips = async (query: string) => {
      const { json, status } = await http.call('GET', `/nodes/db1/flips?${query}`);
      return status === 200 ? (json as { flips: unknown[] }).flips.length : status;
    };
    const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
    expect(await flips('from=-1h')).to.equal(1);
    expect(await flips('to=-5s')).to.equal(0);
    expect(await flips(`from=${iso(http.now)}`)).to.equal(1);
    expect(await flips(`from=${iso(http.now + 1)}`)).to.equal(0);
    expect(await flips(`from=${http.now}&to=-0s`)).to.equal(1);
    expect(await flips('from=-1h&to=-2h')).to.equal(400);
    expect((await http.call('GET', '/nodes/db1?from=-1h&to=2100-01-01')).json).to.have.property('uptime');
    expect((await http.call('GET', '/heart_rhythm/5?from=-7d')).status).to.equal(200);
  });
});

describe('an instant in a query', () => {
  const now = instant(1_800_000_000_500);
  const read = (text: string): number | undefined => {
    const when = parseWhen(text);
    return when && secondsOf(when, now);
  };

  it('is read as it is written', () => {
    for (const [text, seconds] of [
      ['0', 0],
      ['-5', -5],
      ['1795232025', 1_795_232_025],
      ['-8640000000000', -8_640_000_000_000],
      ['-90s', 1_799_999_910],
      ['-1h', 1_799_996_400],
      ['-2w', 1_798_790_400],
      ['2027-01-31', 1_801_353_600],
      ['2027-01-31T12:00Z', 1_801_396_800],
      ['2027-01-31T12:00:00.999+01:00', 1_801_393_200],
      // An unencoded plus in a query is a space.
      ['2027-01-31T12:00:00 01:00', 1_801_393_200],
    ] as const)
      expect(read(text), text).to.equal(seconds);
  });

  it('is none where it is anything else', () => {
    for (const text of [
      '',
      '1h',
      '-1y',
      '-h',
      '1.5',
      '1e3',
      'now',
      '8640000000001',
      '2027-02-30',
      '2027-13-01',
      '2027-01-31T25:00Z',
      '2027-01-31T12:00',
      '2027-1-3',
    ])
      expect(read(text), text).to.equal(undefined);
  });
});
