import { expect } from 'chai';
import { bodyProblem } from '../../../src/views/messages.js';
import { eventually } from '../../support/eventually.js';
import { authOf, keyRule, START, token } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { SocketClient, type SocketOptions } from './support/socket-client.js';

const THIRD = 7_000 / 3;

describe('sockets', () => {
  let served: DaemonOverHttp;
  const clients: SocketClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.stop();
    await served.stop();
  });

  function open(options?: SocketOptions): Promise<SocketClient> {
    const client = new SocketClient(served.url, options);
    clients.push(client);
    return client.opened();
  }

  const get = async (path: string): Promise<unknown> => (await served.call('GET', path)).json;

  async function statusOf(id: number): Promise<unknown> {
    return ((await get(`/checkup/${String(id)}`)) as { status: string }).status;
  }

  /** Time goes on, and all pings that were sent are answered. */
  async function pingedFor(time: number): Promise<void> {
    for (let left = time; left > 0; left -= THIRD) {
      await served.daemon.clock.advance(Math.min(left, THIRD));
      await eventually(() => expect(served.sockets.pongs).to.equal(served.sockets.pings), { every: 1 });
      await served.daemon.clock.settle();
    }
  }

  for (const kind of ['integer', 'text'] as const) {
    describe(`without keys, of users whose ids are of the kind ${kind}`, () => {
      const user = (id: string): number | string => (kind === 'integer' ? Number(id) : id);

      beforeEach(async () => {
        served = await DaemonOverHttp.start({ '--user-ids': kind });
      });

      it('bring devices online, show them, and keep them online by the answers to pings', async () => {
        const client = await open();
        expect(client.ws.protocol).to.equal('heartbeat.v1');
        const phone = { id: user('7'), device: 'phone', meta: { away: true } };
        expect(await client.ask({ type: 'heal', devices: [phone, { id: '8' }] })).to.deep.equal({
          type: 'ok',
        });
        await pingedFor(30_000);
        const shown = (await get('/users/7')) as { status: string; devices: object[] };
        expect([shown.status, shown.devices]).to.deep.equal([
          'online',
          [
            {
              device: 'phone',
              since: START,
              last_seen: served.now - 2,
              deadline: served.now + 5,
              meta: { away: true },
            },
          ],
        ]);
        expect(await statusOf(8)).to.equal('online');
        expect(served.sockets).to.include({ open: 1, ignored_pongs: 0 });
        expect(await get('/stats')).to.deep.include({ sockets: 1, devices: 2 });
      });

      it('end a device by goodbye, and all devices of a user without a name of one', async () => {
        const client = await open();
        const [phone, laptop] = [
          { id: user('7'), device: 'phone' },
          { id: user('7'), device: 'laptop' },
        ];
        await client.ask({ type: 'heal', devices: [phone, laptop, { id: user('8') }] });
        expect(await client.ask({ type: 'goodbye', devices: [phone] })).to.deep.equal({ type: 'ok' });
        expect([await statusOf(7), await statusOf(8)]).to.deep.equal(['online', 'online']);
        expect(await client.ask({ type: 'goodbye', devices: [{ id: user('7') }] })).to.deep.equal({
          type: 'ok',
        });
        expect([await statusOf(7), await statusOf(8)]).to.deep.equal(['offline', 'online']);
        await pingedFor(10_000);
        expect([await statusOf(7), await statusOf(8)]).to.deep.equal(['offline', 'online']);
      });

      it('that break end nothing: devices expire by their own time', async () => {
        const client = await open();
        await client.ask({ type: 'heal', devices: [{ id: user('7') }] });
        client.stop();
        await eventually(() => expect(served.sockets.open).to.equal(0), { every: 1 });
        expect(await get('/stats')).to.deep.include({ sockets: 0 });
        await served.daemon.clock.advance(6_900);
        expect(await statusOf(7)).to.equal('online');
        await served.daemon.clock.advance(200);
        expect(await statusOf(7)).to.equal('offline');
        expect(served.sockets.closed).to.include({ client: 1 });
      });

      it('reject wrong entries one by one', async () => {
        const client = await open();
        const devices = [{ id: '' }, { id: user('7') }, 8, { id: user('9'), device: '/' }];
        const error = bodyProblem.entry;
        const code = 'HEARTBEAT_INVALID_FRAME';
        expect(await client.ask({ type: 'heal', devices })).to.deep.equal({
          type: 'error',
          code,
          error,
          accepted: 1,
          rejected: [0, 2, 3].map((index) => ({ index, code, error })),
        });
        expect([await statusOf(7), await statusOf(9)]).to.deep.equal(['online', 'offline']);
      });
    });
  }

  describe('of one that answers no pings', () => {
    beforeEach(async () => {
      served = await DaemonOverHttp.start();
    });

    it('keep nobody online, whatever pongs it sends', async () => {
      const client = await open({ autoPong: false });
      await client.ask({ type: 'heal', devices: [{ id: 7 }] });
      for (let third = 1; third <= 4; third++) {
        client.ws.pong('a guess');
        await eventually(() => expect(served.sockets.ignored_pongs).to.equal(third), { every: 1 });
        await served.daemon.clock.advance(THIRD);
      }
      expect(await statusOf(7)).to.equal('offline');
      expect(served.sockets).to.include({ pings: 1, pongs: 0 });
    });

    it('come back with their meta by a pong that comes after they went offline', async () => {
      const client = await open({ autoPong: false });
      const payloads: Buffer[] = [];
      client.ws.on('ping', (payload: Buffer) => payloads.push(payload));
      const devicesOf = async (id: number): Promise<unknown> =>
        ((await get(`/users/${String(id)}`)) as { devices: { device: string; meta: unknown }[] }).devices.map(
          ({ device, meta }) => [device, meta],
        );
      const phone = { id: 7, device: 'phone', meta: { away: true } };
      await client.ask({
        type: 'heal',
        devices: [phone, { id: 8, meta: { here: 1 } }, { id: 9, device: 'a' }],
      });
      await served.daemon.clock.advance(9_000);
      expect([await statusOf(7), await statusOf(8)]).to.deep.equal(['offline', 'offline']);
      await eventually(() => expect(payloads).to.have.lengthOf(1), { every: 1 });
      client.ws.pong(payloads[0]);
      await eventually(() => expect(served.sockets.pongs).to.equal(1), { every: 1 });
      await served.daemon.clock.settle();
      expect([await devicesOf(7), await devicesOf(8), await devicesOf(9)]).to.deep.equal([
        [['phone', { away: true }]],
        [[null, { here: 1 }]],
        [['a', null]],
      ]);
    });

    it('are closed after the idle time', async () => {
      const client = await open({ autoPong: false });
      await served.daemon.clock.advance(65_000);
      expect(await client.end()).to.deep.equal({ code: 1008, reason: 'nothing was heard for too long' });
      expect(served.sockets.closed).to.include({ idle: 1 });
    });

    it('heal by beat where the heal asked for that, and not by answers to pings', async () => {
      const client = await open();
      await client.ask({ type: 'heal', devices: [{ id: 7 }], liveness: 'page' });
      await pingedFor(5_000);
      expect(await client.ask({ type: 'beat' })).to.deep.equal({ type: 'ok' });
      await pingedFor(5_000);
      expect(await statusOf(7)).to.equal('online');
      await pingedFor(2_500);
      expect(await statusOf(7)).to.equal('offline');
    });
  });

  describe('while the disk is full', () => {
    beforeEach(async () => {
      served = await DaemonOverHttp.start();
    });

    it('refuse what needs it, and keep everybody online', async () => {
      const client = await open();
      await client.ask({ type: 'heal', devices: [{ id: 7 }] });
      served.isDiskFull = true;
      const refused = await client.ask({ type: 'heal', devices: [{ id: 8 }, { id: 7 }] });
      expect(refused).to.deep.include({ type: 'error', code: 'HEARTBEAT_STORE_REFUSES', accepted: 1 });
      expect(await client.ask({ type: 'goodbye', devices: [{ id: 7 }] })).to.deep.include({
        code: 'HEARTBEAT_STORE_REFUSES',
      });
      await client.ask({ type: 'heal', devices: [{ id: 7 }] });
      await pingedFor(20_000);
      expect([await statusOf(7), await statusOf(8)]).to.deep.equal(['online', 'offline']);
    });
  });

  describe('with keys', () => {
    const auth = authOf(
      keyRule('all'),
      keyRule('reader', { scopes: ['read'] }),
      keyRule('some', { users: { prefixes: ['a:'] } }),
    );

    beforeEach(async () => {
      served = await DaemonOverHttp.start({ '--user-ids': 'text' }, auth);
    });

    const statusFor = async (id: string): Promise<unknown> => {
      const headers = { authorization: 'Bearer reader' };
      return ((await served.call('GET', `/checkup/${id}`, undefined, headers)).json as { status: string })
        .status;
    };

    it('take a key, within its users', async () => {
      const client = await open();
      expect(await client.ask({ type: 'auth', token: 'some' })).to.deep.equal({ type: 'ok' });
      const answer = await client.ask({ type: 'heal', devices: [{ id: 'a:1' }, { id: 'b:1' }] });
      expect(answer).to.deep.include({ code: 'HEARTBEAT_FORBIDDEN', accepted: 1 });
      expect([await statusFor('a:1'), await statusFor('b:1')]).to.deep.equal(['online', 'offline']);
      expect(await client.ask({ type: 'goodbye', devices: [{ id: 'b:1' }] })).to.deep.include({
        code: 'HEARTBEAT_FORBIDDEN',
      });
    });

    it('take a user token, for its own user, until it expires', async () => {
      const client = await open();
      const of = (sub: string, seconds: number) => token({ sub, exp: START + seconds });
      await client.ask({ type: 'auth', token: await of('5', 30) });
      expect(await client.ask({ type: 'heal', devices: [{ id: '5' }] })).to.deep.equal({ type: 'ok' });
      expect(await client.ask({ type: 'heal', devices: [{ id: '6' }] })).to.deep.include({
        code: 'HEARTBEAT_FORBIDDEN',
      });
      await pingedFor(16_000);
      expect(await client.frame('expiring')).to.have.keys('type', 'in_ms');
      expect(await client.ask({ type: 'auth', token: await of('5', 60) })).to.deep.equal({ type: 'ok' });
      await pingedFor(20_000);
      expect([client.closed, await statusFor('5')]).to.deep.equal([undefined, 'online']);
      await served.daemon.clock.advance(26_000);
      expect((await client.end()).code).to.equal(4401);
      await served.daemon.clock.advance(7_100);
      expect(await statusFor('5')).to.equal('offline');
    });

    it('refuse a wrong token with an error and 4401', async () => {
      const client = await open();
      client.says({ type: 'auth', token: 'wrong', ref: 1 }).says({ type: 'heal', devices: [{ id: 'a:1' }] });
      expect(await client.end()).to.deep.equal({ code: 4401, reason: 'the key is unknown' });
      expect(client.frames).to.deep.equal([
        { type: 'error', ref: 1, code: 'HEARTBEAT_UNAUTHORIZED', error: 'the key is unknown' },
      ]);
      expect(await statusFor('a:1')).to.equal('offline');
      expect(served.sockets.closed).to.include({ unauthorized: 1 });
    });

    it('are closed with 4401 if no auth comes', async () => {
      const client = await open();
      await served.daemon.clock.advance(5_100);
      expect((await client.end()).code).to.equal(4401);
    });

    it('need the scope heal', async () => {
      const client = await open();
      await client.ask({ type: 'auth', token: 'reader' });
      for (const frame of [{ type: 'heal', devices: [{ id: 'a' }] }, { type: 'beat' }])
        expect(await client.ask(frame)).to.deep.equal({
          type: 'error',
          code: 'HEARTBEAT_FORBIDDEN',
          error: 'this key lacks the scope heal',
        });
    });
  });

  describe('when the daemon stops', () => {
    beforeEach(async () => {
      served = await DaemonOverHttp.start();
    });

    it('are closed with 1012, and told to come back at different times', async () => {
      const count = 20;
      const opened = await Promise.all(Array.from({ length: count }, () => open()));
      const closed = served.closeGateway();
      const reasons = await Promise.all(opened.map((client) => client.end()));
      await closed;
      expect(new Set(reasons.map(({ code }) => code))).to.deep.equal(new Set([1012]));
      const waits = reasons.map(
        ({ reason }) => (JSON.parse(reason) as { retry_after_ms: number }).retry_after_ms,
      );
      expect(new Set(waits).size).to.equal(count);
      expect([Math.min(...waits) >= 200, Math.max(...waits) <= 200 + THIRD]).to.deep.equal([true, true]);
    });
  });
});
