import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { authOf, keyRule } from '../auth/support.js';
import { starting, type GatewayUnderTest } from '../support/gateway-under-test.js';
import type { RawClient } from '../support/raw-client.js';
import { BINARY, closeCode, frame, PING, PONG, rawSocket, says, TEXT } from './support/raw-socket.js';
import { SocketClient } from './support/socket-client.js';

const HEAL = says({ type: 'heal', devices: [{ id: 7 }], ref: 'heal' });

describe('hostile and broken clients of sockets', () => {
  const start = starting(true);

  /** A socket with a user whom it keeps online. */
  async function holding(served: GatewayUnderTest): Promise<RawClient> {
    const client = (await rawSocket(served)).send(HEAL);
    await eventually(() => expect(client.received).to.include('{"type":"ok","ref":"heal"}'), { every: 2 });
    client.received = '';
    return client;
  }

  /** Nothing ended for anybody, others are served, and nothing was logged as our error. */
  async function expectUnharmed(served: GatewayUnderTest): Promise<void> {
    expect(served.daemon.asked.filter(({ kind }) => kind !== 'heal')).to.deep.equal([]);
    expect((await served.call('GET', '/checkup/7')).json).to.deep.equal({ id: 7, status: 'online' });
    const other = await new SocketClient(served.url).opened();
    expect(await other.ask({ type: 'heal', devices: [{ id: 8 }] })).to.deep.equal({ type: 'ok' });
    other.stop();
    expect(served.logger.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
  }

  for (const [what, bytes, code] of [
    ['a binary message', frame(BINARY, 'x'), 1003],
    ['a message that is no UTF-8', frame(TEXT, Buffer.from([0xff, 0xfe])), 1007],
    ['a message that is too large', frame(TEXT, '', { claims: 5000 }), 1009],
    ['a message of 16 exabytes', frame(TEXT, '', { claims: 2 ** 62 }), 1009],
    [
      'fragments that are too large together',
      frame(TEXT, 'x'.repeat(3000), { fin: false }) + frame(0, 'x'.repeat(3000)),
      1009,
    ],
    [
      'empty fragments without an end',
      frame(TEXT, '', { fin: false }) + frame(0, '', { fin: false }).repeat(1000),
      1008,
    ],
    [
      'tiny fragments without an end',
      frame(TEXT, 'x', { fin: false }) + frame(0, 'x', { fin: false }).repeat(1000),
      1008,
    ],
    ['a continuation of nothing', frame(0, 'x'), 1002],
    ['a message within a message', frame(TEXT, 'x', { fin: false }) + frame(TEXT, 'x'), 1002],
    ['a frame without a mask', frame(TEXT, '{}', { masked: false }), 1002],
    ['a frame of an unknown kind', frame(3, 'x'), 1002],
    ['a ping in fragments', frame(PING, 'x', { fin: false }), 1002],
    ['a long ping', frame(PING, 'x'.repeat(126)), 1002],
    ['a compressed frame', `\xc1${frame(TEXT, 'x').slice(1)}`, 1002],
    ['a request', 'GET /checkup/7 HTTP/1.1\r\nHost: heartbeat\r\n\r\n', 1002],
  ] as const) {
    it(`are closed with ${code} for ${what}, which ends nothing`, async () => {
      const served = await start();
      const client = (await holding(served)).send(bytes);
      expect(await closeCode(client)).to.equal(code);
      client.socket.end();
      await client.end();
      await eventually(() => expect(served.gateway.inspect().sockets.open).to.equal(0), { every: 2 });
      expect(served.gateway.inspect().sockets.closed).to.include({ protocol: 1 });
      await expectUnharmed(served);
    });
  }

  it('may send a message in a few fragments, with a ping in between', async () => {
    const served = await start();
    const client = await holding(served);
    const text = '{"type":"beat","ref":1}';
    client.send(
      frame(TEXT, text.slice(0, 5), { fin: false }) +
        frame(0, '', { fin: false }) +
        frame(PING, 'hello') +
        frame(0, text.slice(5)),
    );
    await eventually(() => expect(client.received).to.include('{"type":"ok","ref":1}'), { every: 2 });
    expect(client.received).to.include('\x8a\x05hello');
  });

  it('may send byte by byte', async () => {
    const served = await start();
    const client = await holding(served);
    client.socket.setNoDelay();
    for (const byte of says({ type: 'beat', ref: 1 })) {
      client.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(client.received).to.include('{"type":"ok","ref":1}'), { every: 2 });
  });

  it('that flood are answered with errors, then closed with 1008', async () => {
    const served = await start({ limits: { rate_per_socket: 10 } });
    const client = (await holding(served)).send(says({ type: 'beat', ref: 1 }).repeat(100));
    expect(await closeCode(client)).to.equal(1008);
    expect(client.received.match(/HEARTBEAT_RATE_LIMITED/g)?.length).to.be.within(10, 12);
    await expectUnharmed(served);
  });

  it('that flood with pongs or pings are closed with 1008, and heal nobody by it', async () => {
    const served = await start({ limits: { rate_per_socket: 10 } });
    for (const opcode of [PING, PONG]) {
      const client = (await holding(served)).send(frame(opcode, 'x').repeat(100));
      expect(await closeCode(client)).to.equal(1008);
    }
    expect(served.daemon.asked.length).to.equal(2);
    await expectUnharmed(served);
  });

  it('that do not read are cut at a bound, which ends nothing', async () => {
    const served = await start({
      limits: { socket_unsent: 20_000, rate_per_socket: 1_000_000, socket_frame: 100_000 },
    });
    const client = await holding(served);
    client.socket.pause();
    // Each is answered with as many rejected entries; what the system takes is not counted.
    const frames = says({ type: 'heal', devices: Array.from({ length: 1000 }, () => 0), ref: 1 });
    await eventually(
      () => {
        if (!client.socket.destroyed && client.socket.writableLength < 1_000_000) client.send(frames);
        expect(served.gateway.inspect().sockets.closed).to.include({ unread: 1 });
      },
      { every: 1 },
    );
    await expectUnharmed(served);
  });

  it('that have closed their side are closed, and those that reset their connection', async () => {
    const served = await start();
    const [half, reset] = [await holding(served), await holding(served)];
    half.socket.end();
    await half.end();
    reset.socket.resetAndDestroy();
    await eventually(() => expect(served.gateway.inspect().sockets.open).to.equal(0), { every: 2 });
    await expectUnharmed(served);
  });

  it('that vanish without a word are closed after the idle time', async () => {
    const served = await start();
    const client = await holding(served);
    await served.clock.advance(65_000);
    expect(await closeCode(client)).to.equal(1008);
  });

  it('that do not answer a close frame are cut', async () => {
    const served = await start();
    const client = (await holding(served)).send(frame(BINARY, 'x'));
    await closeCode(client);
    await client.end();
    await eventually(() => expect(served.gateway.inspect().sockets.open).to.equal(0), { every: 2 });
  });

  it('that send frames behind the one that closes are not listened to', async () => {
    const served = await start();
    const client = await holding(served);
    client.send(frame(BINARY, 'x') + says({ type: 'goodbye', devices: [{ id: 7 }] }));
    await closeCode(client);
    await served.clock.settle();
    await expectUnharmed(served);
  });

  it('that choose the text of the error hear why they are closed, as far as a close frame takes it', async () => {
    const served = await start({ auth: authOf(keyRule('key')) });
    const client = (await rawSocket(served)).send(
      frame(TEXT, Buffer.from(`{"type":"beat","${'é'.repeat(100)}":1}`)),
    );
    expect(await closeCode(client)).to.equal(4401);
    expect(served.logger.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
