import { expect } from 'chai';
import { DaemonOverHttp } from './support.js';

interface Flips {
  readonly flips: { readonly from: string; readonly to: string; readonly at: number }[];
  readonly next_cursor: string | null;
}

describe('the past of a node', () => {
  let http: DaemonOverHttp;
  let began: number;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
    began = http.now;
    await http.call('PUT', '/nodes/db1', { timeout: 10, max_retries: 1 });
  });

  afterEach(() => http.stop());

  const pass = (seconds: number) => http.daemon.clock.advance(seconds * 1000);
  const beat = () => http.call('PUT', '/nodes/db1/heartbeat');

  async function flips(query = ''): Promise<Flips> {
    const { status, json, text } = await http.call('GET', `/nodes/db1/flips${query}`);
    expect(status, text).to.equal(200);
    return json as Flips;
  }

  async function uptime(query: string): Promise<object> {
    const { status, json, text } = await http.call('GET', `/nodes/db1?${query}`);
    expect(status, text).to.equal(200);
    return (json as { uptime: object }).uptime;
  }

  it('is its flips, oldest first, with what caused them', async () => {
    await pass(25);
    await beat();
    await http.call('POST', '/nodes/db1/fail');
    expect(await flips()).to.deep.equal({
      name: 'db1',
      flips: [
        flip('active', 'inactive', 10, 'silence', 1),
        flip('inactive', 'failed', 20, 'silence', 1),
        flip('failed', 'active', 25, 'heartbeat', 0),
        { ...flip('active', 'failed', 25, 'report', 0), at_ms: (began + 25) * 1000 + 1 },
      ],
      next_cursor: null,
    });
  });

  function flip(from: string, to: string, at: number, cause: string, retries: number): object {
    return { from, to, at: began + at, at_ms: (began + at) * 1000, cause, retries, blind_seconds: 0 };
  }

  it('comes in pages and in ranges', async () => {
    for (let round = 0; round < 3; round++) {
      await pass(25);
      await beat();
    }
    const all = (await flips()).flips;
    expect(all).to.have.length(9);
    for (const order of ['asc', 'desc']) {
      const paged: unknown[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = await flips(`?limit=2&order=${order}${query}`);
        paged.push(...page.flips);
        cursor = page.next_cursor;
      }
      expect(paged).to.deep.equal(order === 'asc' ? all : all.toReversed());
    }
    const between = all.filter(({ at }) => at >= began + 20 && at <= began + 45);
    expect((await flips(`?from=${began + 20}&to=${began + 45}`)).flips).to.deep.equal(between);
  });

  it('includes its uptime, as far as it is known', async () => {
    await pass(30);
    await beat();
    await pass(5);
    expect(await uptime(`from=${began - 100}&to=${began + 1000}`)).to.deep.equal({
      from: began,
      to: began + 35,
      ratio: 25 / 35,
      active_seconds: 15,
      inactive_seconds: 10,
      failed_seconds: 10,
      paused_seconds: 0,
      blind_seconds: 0,
      maintenance_seconds: 0,
      silenced_seconds: 0,
    });
    expect(await uptime(`from=${began + 22}&to=${began + 28}`)).to.include({ ratio: 0, failed_seconds: 6 });
    expect(await uptime(`from=${began + 31}`)).to.include({ ratio: 1, active_seconds: 4 });
    expect(await uptime(`to=${began - 1}`)).to.include({ ratio: null, active_seconds: 0 });
  });

  it('excludes paused and blind time from the uptime, and shows both', async () => {
    await pass(5);
    await http.call('POST', '/nodes/db1/pause');
    await pass(20);
    await http.call('POST', '/nodes/db1/resume');
    await pass(5);
    http.daemon.clock.standStill(30_000);
    await pass(1);
    await http.call('POST', '/nodes/db1/pause');
    await pass(4);
    const shown = (await uptime(`from=${began}`)) as Record<string, number>;
    expect(shown).to.include({ ratio: 1, paused_seconds: 24 });
    expect(shown['blind_seconds']).to.be.within(29.9, 30);
    expect(shown['active_seconds']).to.be.within(11, 11.1);
  });

  for (const query of ['from=x', 'from=2&to=1', 'limit=1'])
    it(`is refused for ?${query}`, async () => {
      expect((await http.call('GET', `/nodes/db1?${query}`)).status).to.equal(400);
    });
});
