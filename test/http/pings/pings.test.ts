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

    it('are refused from pages of other sites while there is no key to know', async () => {
      await http.stop();
      await start();
      await put('backup');
      const headers = { 'sec-fetch-site': 'cross-site' };
      expect((await http.call('GET', '/ping/any/backup', undefined, headers)).status).to.equal(403);
      const { ping_uuid: uuid } = await shown('backup');
      expect((await http.plain('POST', `/ping/${uuid}`, 'x', headers)).text).to.equal('OK');
    });
  });
});
