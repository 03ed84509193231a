import { expect } from 'chai';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const RID = '123e4567-e89b-12d3-a456-426614174000';

interface Shown {
  readonly state: string;
  readonly ping_uuid: string;
  readonly slug?: string;
}

describe('pings', () => {
  let http: DaemonOverHttp;

  const start = async (auth?: AuthOptions): Promise<void> => {
    http = await DaemonOverHttp.start({}, auth);
  };

  afterEach(() => http.stop());

  const put = (name: string, settings: object = {}, key?: string) =>
    http.call('PUT', `/nodes/${name}`, settings, key === undefined ? {} : { authorization: `Bearer ${key}` });

  async function shown(name: string, key?: string): Promise<Shown> {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    return (await http.call('GET', `/nodes/${encodeURIComponent(name)}`, undefined, headers)).json as Shown;
  }

  async function ping(path: string, body?: string, method: 'GET' | 'HEAD' | 'POST' = 'GET') {
    const { status, text } = await http.plain(method, `/ping/${path}`, body);
    return `${status} ${text}`;
  }

  describe('by UUID', () => {
    let uuid: string;

    beforeEach(async () => {
      await start();
      ({ ping_uuid: uuid } = (await put('backup', { timeout: 60, max_retries: 0 })).json as Shown);
    });

    it('are answered as the handler of healthchecks answers', async () => {
      const { status, headers, text } = await http.plain('GET', `/ping/${uuid}`);
      expect([status, text]).to.deep.equal([200, 'OK']);
      expect(headers).to.include({
        'content-type': 'text/plain; charset=utf-8',
        'access-control-allow-origin': '*',
        'ping-body-limit': '10000',
        'cache-control': 'max-age=0, no-cache, no-store, must-revalidate, private',
      });
      // What browsers show has a dozen others.
      expect(Object.keys(headers)).to.have.members([
        'access-control-allow-origin',
        'cache-control',
        'connection',
        'content-length',
        'content-type',
        'date',
        'keep-alive',
        'ping-body-limit',
      ]);
      for (const method of ['GET', 'POST'] as const)
        for (const path of [
          '',
          '/',
          '/start',
          '/fail',
          '/log',
          '/0',
          '/255',
          `?rid=${RID}`,
          `?rid=${RID.toUpperCase()}`,
        ]) {
          expect(
            await ping(`${uuid}${path}`, method === 'POST' ? 'output' : undefined, method),
            path,
          ).to.equal('200 OK');
          await http.daemon.clock.advance(1_000);
        }
      expect(await ping(uuid, undefined, 'HEAD')).to.equal('200 ');
      for (const path of [NOBODY, `${NOBODY}/256`, `${uuid}/nothing`, `${uuid}/0/0`, uuid.toUpperCase(), 'x'])
        expect(await ping(path), path).to.equal('404 not found');
      for (const path of ['/256', '/1000', `/999999999999999999999?rid=${RID}`])
        expect(await ping(`${uuid}${path}`), path).to.equal('400 invalid url format');
      for (const rid of ['', 'x', '{123e4567-e89b-12d3-a456-426614174000}'])
        expect(await ping(`${uuid}?rid=${rid}`), rid).to.equal('400 invalid uuid format');
    });

    it('are heartbeats, failures by report or by exit status, or nothing', async () => {
      const after = async (path: string, body?: string): Promise<string> => {
        await ping(`${uuid}${path}`, body, 'POST');
        await http.daemon.clock.advance(1_000);
        return (await shown('backup')).state;
      };
      expect(await after('/fail', 'the disk is full')).to.equal('failed');
      expect(await after('/log')).to.equal('failed');
      expect(await after('')).to.equal('active');
      expect(await after('/3', `${'x'.repeat(15_000)}the end`)).to.equal('failed');
      expect(await after('/0')).to.equal('active');
      expect(await after('/1')).to.equal('failed');
      const { json } = await http.call('GET', '/nodes/backup/flips');
      const reasons = (json as { flips: { reason?: string }[] }).flips.map(({ reason }) => reason);
      expect(reasons[0]).to.equal('the disk is full');
      expect(reasons[2])
        .to.match(/^exit status 3: …x+$/)
        .and.have.length.below(300);
      expect(reasons[4]).to.equal('exit status 1');
      await ping(uuid);
      await http.daemon.clock.advance(59_900);
      await ping(`${uuid}/log`);
      await http.daemon.clock.advance(200);
      expect((await shown('backup')).state).to.equal('failed');
    });

    it('count as of when they were read', async () => {
      await http.daemon.clock.advance(59_990);
      await ping(uuid);
      await http.daemon.clock.advance(59_900);
      expect((await shown('backup')).state).to.equal('active');
    });

    it('reach a node by its new UUID alone, and not one that it had before it was deleted', async () => {
      const { json } = await http.call('POST', '/nodes/backup/ping_uuid');
      const { ping_uuid: renewed } = json as Shown;
      expect(await ping(uuid)).to.equal('404 not found');
      expect(await ping(renewed)).to.equal('200 OK');
      await http.call('DELETE', '/nodes/backup');
      await http.daemon.clock.advance(1);
      expect(await ping(renewed)).to.equal('404 not found');
      await put('backup');
      for (const old of [uuid, renewed]) expect(await ping(old)).to.equal('404 not found');
    });

    it('are more than 10 a second of one node only for the sender', async () => {
      await put('other');
      const { ping_uuid: other } = await shown('other');
      for (let sent = 0; sent < 10; sent++) expect(await ping(uuid)).to.equal('200 OK');
      expect(await ping(`${uuid}/fail`)).to.equal('200 OK (rate limited)');
      expect(await ping('any/backup/fail')).to.equal('429 rate limited');
      const { text: metrics } = await http.plain('GET', '/metrics');
      expect(metrics).to.include('heartbeat_http_refused_total{reason="dropped_pings"} 2\n');
      expect(metrics).to.include('heartbeat_job_pings_total{kind="success"} 10\n');
      expect((await shown('backup')).state).to.equal('active');
      expect(await ping(other)).to.equal('200 OK');
      await http.daemon.clock.advance(200);
      expect(await ping(`${uuid}/fail`)).to.equal('200 OK');
      expect((await shown('backup')).state).to.equal('failed');
    });

    it('count as heartbeats do while the disk is full', async () => {
      await ping(`${uuid}/fail`);
      http.isDiskFull = true;
      expect(await ping(uuid)).to.equal('200 OK');
      expect((await shown('backup')).state).to.equal('active');
    });

    it('are kept, the last 100 of each node, with the beginning of their bodies', async () => {
      await ping(`${uuid}/start?rid=${RID}`);
      await http.daemon.clock.advance(1_500);
      const output = Buffer.from([0xff, 0, 0x80, 10]);
      await http.plain('POST', `/ping/${uuid}/3?rid=${RID}`, output);
      await ping(uuid, 'ä'.repeat(6_000), 'POST');
      await ping(`${uuid}/log`, undefined, 'HEAD');
      const list = async (query = '') =>
        (await http.call('GET', `/nodes/backup/pings${query}`)).json as {
          pings: { n: number }[];
          next_cursor: string | null;
        };
      const at = http.now;
      const common = { at, at_ms: http.daemon.clock.wall(), rid: null, exit_status: null, duration: null };
      expect(await list()).to.deep.equal({
        name: 'backup',
        pings: [
          { ...common, n: 4, kind: 'log', bytes: 0, method: 'HEAD' },
          { ...common, n: 3, kind: 'success', bytes: 12_000, method: 'POST' },
          {
            ...common,
            n: 2,
            kind: 'exit',
            exit_status: 3,
            rid: RID,
            duration: 1.5,
            bytes: 4,
            method: 'POST',
          },
          {
            ...common,
            n: 1,
            kind: 'start',
            rid: RID,
            bytes: 0,
            method: 'GET',
            at_ms: common.at_ms - 1_500,
            at: Math.floor((common.at_ms - 1_500) / 1000),
          },
        ],
        next_cursor: null,
      });
      const body = async (n: number | string) => http.plain('GET', `/nodes/backup/pings/${n}/body`);
      expect((await body(3)).text).to.equal('ä'.repeat(5_000));
      expect((await body(3)).headers['content-type']).to.equal('text/plain; charset=utf-8');
      const raw = await fetch(`${http.url}/nodes/backup/pings/2/body`);
      expect(raw.headers.get('content-type')).to.equal('application/octet-stream');
      expect(Buffer.from(await raw.arrayBuffer())).to.deep.equal(output);
      expect((await body(1)).text).to.equal('');
      for (const none of [5, 0, 'x', 99999999999])
        expect((await body(none)).text, String(none)).to.include('HEARTBEAT_NO_SUCH_PING');
      const first = await list('?limit=3');
      expect([first.pings.length, first.next_cursor]).to.deep.equal([3, '2']);
      expect((await list('?limit=3&cursor=2')).pings.map(({ n }) => n)).to.deep.equal([1]);
      expect((await http.call('GET', '/nodes/backup/pings?cursor=x')).status).to.equal(400);
      expect((await http.call('GET', '/nodes/nobody/pings')).status).to.equal(404);
    });

    it('show the run that goes on, and how long the last one took', async () => {
      const of = async () => (await http.call('GET', '/nodes/backup')).json;
      expect(await of())
        .to.include({ started: null, last_duration: null })
        .and.not.have.any.keys('grace');
      await put('backup', { grace: 5 });
      await ping(`${uuid}/start`);
      expect(await of()).to.include({
        started: http.now,
        last_duration: null,
        grace: 5,
        deadline: http.now + 5,
      });
      await http.daemon.clock.advance(2_250);
      await ping(uuid);
      expect(await of()).to.include({ started: null, last_duration: 2.25, grace: 5 });
      expect((await put('backup', { schedule: { every: 60 }, grace: 5 })).status).to.equal(400);
      await put('backup', { schedule: { every: 60 } });
      const graced = (await put('backup', { grace: 7 })).json;
      expect(graced)
        .to.deep.include({ schedule: { every: 60, grace: 7 } })
        .and.not.have.any.keys('grace');
    });

    it('are in no log, and nobody without admin sees the UUID', async () => {
      await http.stop();
      const keys = authOf(keyRule('reader', { scopes: ['read'] }), keyRule('boss', { scopes: ['admin'] }));
      await start(keys);
      await put('backup', {}, 'boss');
      const { ping_uuid: secret } = await shown('backup', 'boss');
      expect(secret).to.match(/^[0-9a-f-]{36}$/);
      expect(await shown('backup', 'reader')).to.have.property('slug', 'backup');
      for (const path of ['/nodes/backup', '/nodes', '/alerts', '/nodes/backup/flips']) {
        const { text } = await http.call('GET', path, undefined, { authorization: 'Bearer reader' });
        expect(text, path).to.not.include(secret);
      }
      await http.call('DELETE', `/ping/${secret}`);
      await ping(`${secret}/300`);
      await http.call('PUT', `/ping/${secret}/start`);
      expect(JSON.stringify(http.daemon.logger.lines)).to.not.include(secret);
    });
  });

  describe('by slug', () => {
    const keys = authOf(
      keyRule('boss', { scopes: ['admin'] }),
      keyRule('cron', { scopes: ['ping'], nodes: ['cron-'], create: true }),
      keyRule('plain', { scopes: ['ping'] }),
      keyRule('healer', { scopes: ['heal'] }),
    );

    beforeEach(() => start(keys));

    it('need a ping key that covers the node, and nothing beside it', async () => {
      await put('cron-a', {}, 'boss');
      await put('other', {}, 'boss');
      for (const path of ['cron/cron-a', 'plain/cron-a/start', 'cron/cron-a/0', 'plain/other'])
        expect(await ping(path), path).to.equal('200 OK');
      for (const path of [
        'cron/other',
        'healer/cron-a',
        'boss/cron-a',
        'nobody/cron-a',
        'plain/nobody',
        'a.b.c/cron-a',
      ])
        expect(await ping(path), path).to.equal('404 not found');
      for (const path of ['plain/Other', 'nobody/Other/start', 'plain/other/256'])
        expect(await ping(path), path).to.equal('400 invalid url format');
      const { status } = await http.call('GET', '/nodes/cron-a', undefined, {
        authorization: 'Bearer plain',
      });
      expect(status).to.equal(403);
    });

    it('register a node with create=1, where the key may', async () => {
      for (const path of [
        'cron/cron-b',
        'cron/cron-b?create=0',
        'plain/cron-b?create=1',
        'cron/other?create=1',
      ])
        expect(await ping(path), path).to.equal('404 not found');
      expect(await ping('cron/cron-b/256?create=1')).to.equal('400 invalid url format');
      expect(await ping('cron/cron-b?create=1')).to.equal('201 Created');
      expect(await ping('cron/cron-b?create=1')).to.equal('200 OK');
      expect(await shown('cron-b', 'boss')).to.deep.include({
        state: 'active',
        slug: 'cron-b',
        schedule: { every: 86_400, grace: 3_600 },
      });
      expect(await ping('cron/cron-c/1?create=1')).to.equal('201 Created');
      expect(await shown('cron-c', 'boss')).to.include({ state: 'failed' });
    });

    it('find a node by the slug that was chosen for it, which nobody else may have', async () => {
      const { json, status } = await put('The%20backup', { slug: 'backup' }, 'boss');
      expect([status, (json as Shown).slug]).to.deep.equal([201, 'backup']);
      expect(await ping('plain/backup')).to.equal('200 OK');
      expect((await put('another', { slug: 'backup' }, 'boss')).status).to.equal(409);
      expect((await put('another', { slug: 'another' }, 'boss')).status).to.equal(201);
      expect((await put('third', { slug: 'another' }, 'boss')).json).to.include({
        code: 'HEARTBEAT_SLUG_TAKEN',
      });
      expect((await put('third', { slug: 'No' }, 'boss')).status).to.equal(400);
      expect(await ping('plain/backup')).to.equal('200 OK');
      await put('backup', {}, 'boss');
      expect(await ping('plain/backup')).to.equal('409 ambiguous slug');
      await put('The%20backup', { slug: null }, 'boss');
      expect(await ping('plain/backup')).to.equal('200 OK');
      expect(await shown('The backup', 'boss')).to.not.have.property('slug');
    });

    it('are refused from pages of other origins while there is no key to know', async () => {
      await http.stop();
      await start();
      await put('backup');
      const { ping_uuid: uuid } = await shown('backup');
      for (const headers of [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'http://localhost:8080' },
      ]) {
        expect((await http.call('POST', '/ping/any/backup', undefined, headers)).status).to.equal(403);
        expect((await http.plain('POST', `/ping/${uuid}`, 'x', headers)).text).to.equal('OK');
      }
    });
  });
});
