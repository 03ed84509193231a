import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { instant } from '../../src/domain/time.js';
import { eventually } from '../support/eventually.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { starting, userId, type GatewayUnderTest, type StartOptions } from './support/gateway-under-test.js';
import { head } from './support/raw-client.js';

const MiB = 1024 * 1024;
const MANY = 14_000;
const LIST = '/users?status=online&limit=20000';

const GONE = { connections: 0, in_flight: 0, pipelined: 0, unsent_bytes: 0 };

/** Unix sockets hold little of what is not read, whatever the machine has. */
class Client {
  readonly socket: Socket;
  received = '';
  closed = false;

  constructor(to: NetConnectOpts) {
    this.socket = connect({ ...to, allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket
      .on('error', () => undefined)
      .on('end', () => this.socket.end())
      .on('close', () => (this.closed = true));
  }

  send(...requests: readonly string[]): this {
    this.socket.write(requests.join(''));
    return this;
  }

  read(): this {
    this.socket.on('data', (text: string) => (this.received += text));
    return this;
  }

  get statuses(): readonly number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  async answered(...statuses: readonly number[]): Promise<void> {
    await eventually(() => expect(this.statuses).to.deep.equal(statuses));
  }
}

for (const fastLane of [true, false])
  describe(`large answers ${fastLane ? 'beside the fast lane' : 'by Express alone'}`, () => {
    const start = starting(fastLane);
    let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
    let path: string;
    let to: NetConnectOpts;
    const clients: Client[] = [];
    /** How often a list was made. */
    let asked: number;
    let hold: Promise<void> | undefined;

    beforeEach(async () => {
      directory = await temporaryDirectory();
      path = join(directory.path, 's');
      asked = 0;
      hold = undefined;
    });

    afterEach(async () => {
      for (const { socket } of clients.splice(0)) socket.destroy();
      await directory.remove();
    });

    /** Its list of users has more than a megabyte. */
    async function serve(
      limits: StartOptions['limits'],
      { many = MANY, isTcp = false } = {},
    ): Promise<GatewayUnderTest> {
      const host = isTcp ? '127.0.0.1' : `unix:${path}`;
      const served = await start({ host, limits: { page: 20_000, ...limits } });
      to = isTcp ? { port: served.port, host } : { path };
      const times = { onlineAt: instant(1e12), lastSeen: instant(1e12), deadline: instant(2e12) };
      // The ids are hard to compress.
      const users = Array.from({ length: many }, (_, at) => ({
        id: userId(String((BigInt(at) * 0x9e37_79b9_7f4a_7c15n) & 0x3fff_ffff_ffff_ffffn)),
        session: { ...times, devices: [] },
      }));
      served.daemon.online = async () => {
        asked++;
        await hold;
        return { users, next: undefined };
      };
      return served;
    }

    function client(): Client {
      const made = new Client(to);
      clients.push(made);
      return made;
    }

    /** @returns lets them be made */
    function holdLists(): () => void {
      let release = (): void => undefined;
      hold = new Promise((resolve) => (release = resolve));
      return () => release();
    }

    it('wait in bounded memory for clients that read nothing, while everything else is answered', async () => {
      const most = 4 * MiB;
      const served = await serve({ unsent_answers: most });
      const { gateway, clock } = served;
      const all = Array.from({ length: 40 }, () => client().send(head(`GET ${LIST}`)));
      const sockets = client().read();
      const seen: number[] = [];
      await eventually(() => {
        const { refused, unsent_bytes } = gateway.inspect();
        seen.push(unsent_bytes);
        expect(refused.large_answers + asked).to.equal(40);
        expect(unsent_bytes).to.be.above(most);
      });
      // Two more may have been begun before.
      const one = gateway.inspect().unsent_bytes / asked;
      expect(one).to.be.above(MiB);
      expect(Math.max(...seen)).to.be.below(most + 2 * one);
      const batch = '[7,8,"no user"]';
      sockets.send(head('GET /healthz'), head('PUT /heal/7'), head('GET /checkup/7'));
      sockets.send(head('POST /heal', `Content-Length: ${batch.length}`), batch, head(`GET ${LIST}`));
      await sockets.answered(200, 200, 200, 200, 503);
      expect(sockets.received).to.include('"code":"HEARTBEAT_OVERLOADED"').and.include('retry-after: 5\r\n');
      const waiting = asked;
      // They may be waiting for what the kernel holds of other connections.
      await eventually(async () => {
        await clock.advance(6_000);
        expect(gateway.inspect().unsent_bytes).to.be.below(most);
      });
      await clock.advance(60_000);
      const { unsent_bytes, refused, in_flight } = gateway.inspect();
      expect({ unsent_bytes, in_flight, cut: refused.unread_answers }).to.deep.equal({
        unsent_bytes: 0,
        in_flight: 0,
        cut: waiting,
      });
      for (const each of all) each.read();
      await eventually(() => expect(all.filter(({ closed }) => closed)).to.have.length(waiting));
      client()
        .read()
        .send(head(`GET ${LIST}`));
      await clients.at(-1)?.answered(200);
    });

    it('wait behind each other on one connection, and hold up no batch', async () => {
      const { gateway, daemon } = await serve({});
      const batch = '[7,8]';
      const lazy = client().send(
        head(`GET ${LIST}`),
        head('POST /heal', `Content-Length: ${batch.length}`) + batch,
        ...Array.from({ length: 5 }, () => head(`GET ${LIST}`)),
      );
      await eventually(() => expect(daemon.asked.map(({ kind }) => kind)).to.deep.equal(['heal', 'heal']));
      await eventually(() => expect(gateway.inspect().pipelined).to.equal(5));
      expect(asked).to.equal(1);
      lazy.read();
      await lazy.answered(...Array.from({ length: 7 }, () => 200));
      expect(asked).to.equal(6);
      await eventually(() => expect(gateway.inspect()).to.include({ unsent_bytes: 0, in_flight: 0 }));
    });

    for (const over of ['a Unix socket', 'TCP'])
      it(`are not made for clients that have left, over ${over}`, async () => {
        const { gateway } = await serve({}, { isTcp: over === 'TCP' });
        const release = holdLists();
        for (let number = 0; number < 30; number++) client().send(head(`GET ${LIST}`));
        await eventually(() => expect(gateway.inspect()).to.include({ in_flight: 30 }));
        for (const { socket } of clients) socket.destroy();
        release();
        await eventually(() => expect(gateway.inspect()).to.include(GONE));
        expect(asked).to.equal(2);
      });

    it('are not made behind the answer that shows that the client has left', async () => {
      const { gateway, daemon } = await serve({});
      const release = holdLists();
      client().send(head(`GET ${LIST}`).repeat(10));
      daemon.hold();
      client().send(head('PUT /heal/7'), head(`GET ${LIST}`));
      await eventually(() => expect(gateway.inspect()).to.include({ pipelined: 10 }));
      for (const { socket } of clients) socket.destroy();
      daemon.release();
      release();
      await eventually(() => expect(gateway.inspect()).to.include(GONE));
      expect(asked).to.equal(1);
    });

    it('reach a client that has closed its side, with interim answers before', async () => {
      const { gateway } = await serve({});
      const release = holdLists();
      client().send(head(`GET ${LIST}`));
      client().send(head(`GET ${LIST}`));
      await eventually(() => expect(asked).to.equal(2));
      const half = client()
        .read()
        .send(head(`GET ${LIST}`));
      half.socket.end();
      await eventually(() => expect(gateway.inspect()).to.include({ in_flight: 3 }));
      release();
      await half.answered(100, 100, 200);
    });

    it('are counted as they are sent, if they are compressed', async () => {
      const many = 4 * MANY;
      const { gateway } = await serve({}, { many });
      const lazy = client().send(head(`GET ${LIST}`, 'Accept-Encoding: gzip'));
      await eventually(() => expect(gateway.inspect().unsent_bytes).to.be.within(200_000, MiB));
      lazy.read();
      await eventually(() => expect(gateway.inspect()).to.include({ unsent_bytes: 0, in_flight: 0 }));
      await eventually(() => {
        const body = lazy.received.slice(lazy.received.indexOf('\r\n\r\n') + 4);
        const read = JSON.parse(gunzipSync(Buffer.from(body, 'latin1')).toString()) as { users: object[] };
        expect(read.users).to.have.length(many);
      });
    });

    it('of a request with a body are counted and never refused', async () => {
      const ids = JSON.stringify(Array.from({ length: MANY }, (_, at) => at));
      const request = head('POST /checkup', `Content-Length: ${ids.length}`) + ids;
      const { gateway } = await serve({ unsent_answers: 1, body: MiB, batch: MANY });
      client().send(request);
      await eventually(() => expect(gateway.inspect().unsent_bytes).to.be.above(200_000));
      const [first] = clients;
      const reads = client().read().send(request);
      await reads.answered(200);
      // Beyond twice the bound, whoever has waited longest gives way.
      await eventually(() => expect(first?.read().closed).to.equal(true));
      expect(gateway.inspect().refused).to.include({ large_answers: 0, unread_answers: 1 });
    });

    it('take no place from other requests while they wait for their clients', async () => {
      const { gateway, clock } = await serve({ in_flight: 3, request_timeout: 1_000 });
      for (let number = 1; number <= 6; number++) {
        client().send(head(`GET ${LIST}`));
        await eventually(() => expect(gateway.inspect().unsent_bytes).to.be.above(number * MiB));
      }
      const other = client().read().send(head('PUT /heal/7'));
      await other.answered(200);
      await clock.advance(60_000);
      expect(gateway.inspect())
        .to.include({ in_flight: 0 })
        .and.have.property('unsent_bytes')
        .above(6 * MiB);
    });
  });
