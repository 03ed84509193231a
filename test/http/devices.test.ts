import { expect } from 'chai';
import { DaemonOverHttp } from './nodes/support.js';
import type { Answer } from './support/gateway-under-test.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const START = 1_700_000_000;
const WRONG_META = { error: 'meta must be an object of at most 1024 bytes of JSON, or null' };
const WRONG_ENTRY =
  'invalid entry: it must have an id, may have a device (1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-", or null) ' +
  'and meta (an object of at most 1024 bytes of JSON, or null), and nothing else';
const WRONG_DEVICE = {
  error: 'query parameter device must be 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-"',
};

for (const kind of ['integer', 'text'] as const) {
  describe(`devices over HTTP, of users whose ids are of the kind ${kind}`, () => {
    let served: DaemonOverHttp;

    beforeEach(async () => {
      served = await DaemonOverHttp.start({ '--user-ids': kind });
    });

    afterEach(() => served.stop());

    const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
      served.call(method, path, body, body === undefined ? {} : JSON_TYPE);

    const json = async (method: string, path: string, body?: unknown): Promise<unknown> =>
      (await call(method, path, body)).json;

    async function devices(): Promise<unknown[]> {
      const user = (await json('GET', '/users/7')) as { devices: { device: string | null; meta: unknown }[] };
      return user.devices.map(({ device, meta }) => [device, meta]);
    }

    it('are shown with their times', async () => {
      await json('PUT', '/heal/7?device=phone', { meta: { away: true, näme: '\u{1f49a}' } });
      const times = { since: START, last_seen: START, deadline: START + 7 };
      expect(await json('GET', '/users/7')).to.deep.equal({
        id: kind === 'integer' ? 7 : '7',
        status: 'online',
        ...times,
        devices: [{ device: 'phone', ...times, meta: { away: true, näme: '\u{1f49a}' } }],
      });
    });

    it('are shown in a checkup of many that asks for them', async () => {
      await json('PUT', '/heal/7?device=phone', { meta: { away: true } });
      const { text } = await served.call('POST', '/checkup?fields=devices,last_seen', '[7]');
      const { devices: shown } = (await json('GET', '/users/7')) as { devices: object[] };
      expect(JSON.parse(text)).to.deep.equal({
        results: [{ id: kind === 'integer' ? 7 : '7', status: 'online', last_seen: START, devices: shown }],
      });
      expect(shown).to.have.length(1);
    });

    it('leave one by one, and the answer is the status afterwards', async () => {
      for (const path of ['/heal/7?device=phone', '/heal/7?device=laptop', '/heal/7'])
        expect(await json('PUT', path)).to.deep.equal({ status: 'online' });
      expect(await json('DELETE', '/heal/7?device=phone')).to.deep.equal({ status: 'online' });
      expect(await json('POST', '/heal/7/goodbye?device=laptop')).to.deep.equal({ status: 'online' });
      expect(await devices()).to.deep.equal([[null, null]]);
      expect(await json('DELETE', '/heal/7')).to.deep.equal({ status: 'offline' });
      expect(await devices()).to.deep.equal([]);
    });

    it('are not mistaken for all devices when the parameter is mistyped, nor ignored for a batch', async () => {
      await json('PUT', '/heal/7?device=phone');
      for (const name of ['devcie', 'devices', 'Device', 'device_id'])
        for (const [method, path] of [
          ['PUT', '/heal/7'],
          ['DELETE', '/heal/7'],
          ['POST', '/heal/7/goodbye'],
        ] as const)
          expect(await json(method, `${path}?${name}=phone`), name).to.deep.equal({
            error: `unknown query parameter "${name}"; did you mean device?`,
          });
      expect(await json('POST', '/heal?device=phone', [7])).to.deep.equal({
        code: 'HEARTBEAT_INVALID_QUERY',
        error: 'query parameter device is for one user: write {"id":…,"device":…} in place of an id',
      });
      expect((await call('POST', '/heal?devcie=phone', [7])).status).to.equal(400);
      expect(await devices()).to.deep.equal([['phone', null]]);
      expect(await json('PUT', '/heal/7?x=1&_=2')).to.deep.equal({ status: 'online' });
    });

    it('without a name are written as they are shown, in a batch', async () => {
      const body = [{ id: 7, device: null, meta: { away: true } }];
      expect(await json('POST', '/heal', body)).to.deep.equal({ accepted: 1, rejected: [] });
      expect(await devices()).to.deep.equal([[null, { away: true }]]);
    });

    it('are heard only by a name that is one', async () => {
      for (const name of ['', 'a%20b', 'a/b', 'ü', 'x'.repeat(65)]) {
        for (const [method, path] of [
          ['PUT', '/heal/7'],
          ['DELETE', '/heal/7'],
          ['POST', '/heal/7/goodbye'],
        ] as const) {
          const { status, json: body } = await served.call(method, `${path}?device=${encodeURI(name)}`);
          expect([status, body], `${method} ${name}`).to.deep.equal([400, WRONG_DEVICE]);
        }
      }
      expect((await served.call('PUT', '/heal/7?device=a&device=b')).status).to.equal(400);
      expect(await json('GET', '/checkup/7')).to.deep.include({ status: 'offline' });
      for (const name of ['a', 'A-1_b.c', 'x'.repeat(64)])
        expect((await served.call('PUT', `/heal/7?device=${name}`)).status).to.equal(200);
    });

    it('keep meta of at most 1,024 bytes, and a wrong one heals nobody', async () => {
      const most = { text: 'x'.repeat(1024 - '{"text":""}'.length) };
      expect((await call('PUT', '/heal/7?device=a', { meta: most })).status).to.equal(200);
      for (const meta of [{ text: `${most.text}x` }, [], 'away', 1, true]) {
        const { status, json: body } = await call('PUT', '/heal/8?device=a', { meta });
        expect([status, body]).to.deep.equal([400, WRONG_META]);
      }
      expect((await call('PUT', '/heal/8', [])).status).to.equal(400);
      expect(await json('GET', '/checkup/8')).to.deep.include({ status: 'offline' });
      expect(await devices()).to.deep.equal([['a', most]]);
    });

    it('lose their meta by null, and keep it without one', async () => {
      await json('PUT', '/heal/7?device=a', { meta: { n: 1 } });
      await json('PUT', '/heal/7?device=a', {});
      await json('PUT', '/heal/7?device=a', { other: 1 });
      expect(await devices()).to.deep.equal([['a', { n: 1 }]]);
      await json('PUT', '/heal/7?device=a', { meta: null });
      expect(await devices()).to.deep.equal([['a', null]]);
    });

    it('have bodies of any other type dropped, as before', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
        expect(
          (await served.call('PUT', '/heal/7', Buffer.from('{'), { 'content-type': type })).status,
        ).to.equal(200);
      const broken = await call('PUT', '/heal/7', Buffer.from('{'));
      expect(broken.status).to.equal(400);
      const coded = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip' };
      expect((await served.call('PUT', '/heal/7', Buffer.from('{}'), coded)).status).to.equal(415);
    });

    it('have no meta that is nested beyond all bounds, and the rest of a batch is taken', async () => {
      const deep = '['.repeat(8_000) + ']'.repeat(8_000);
      const batch = Buffer.from(
        `[1,{"id":2,"meta":{"a":${deep}}},{"id":3,"meta":{"__proto__":1}},{"id":1e3},4]`,
      );
      expect(await json('POST', '/heal', batch)).to.deep.equal({
        accepted: 2,
        rejected: [1, 2, 3].map((index) => ({ index, error: WRONG_ENTRY })),
      });
      for (const path of ['/heal/5', '/nodes/n1'])
        expect((await call('PUT', path, Buffer.from(`{"labels":${deep}}`))).status, path).to.equal(400);
    });

    it('come in batches, with every digit of their users', async () => {
      const body = `[7, {"id":7,"device":"phone","meta":{"id":1}}, {"meta":{"id":2},"device":"id","id":9007199254740993},
        {"id":"8"}, {"id":7,"divice":"x"}, {"id":7,"device":""}, {"id":7,"meta":1}, {"device":"a"}, {}, [7], {"id":1.5}]`;
      const { json: answer } = await call('POST', '/heal', Buffer.from(body));
      expect(answer).to.deep.equal({
        accepted: 4,
        rejected: [4, 5, 6, 7, 8, 9, 10].map((index) => ({ index, error: WRONG_ENTRY })),
      });
      expect(await devices()).to.deep.equal([
        [null, null],
        ['phone', { id: 1 }],
      ]);
      const { text } = await served.call('GET', '/users/9007199254740993');
      expect(text).to.match(/"device":"id".*"meta":\{"id":2\}/);
    });
  });
}
