import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { authOf, keyRule } from '../auth/support.js';
import { starting } from '../support/gateway-under-test.js';
import { head } from '../support/raw-client.js';
import { frame, handshake, rawSocket, says, TEXT } from './support/raw-socket.js';
import { SocketClient } from './support/socket-client.js';

describe('the request for a socket', () => {
  const start = starting(true);

  it('is answered with 101, and what was sent with it is read', async () => {
    const served = await start();
    const client = served.raw().send(handshake() + says({ type: 'beat', ref: 1 }));
    await eventually(() => expect(client.received).to.include('{"type":"ok","ref":1}'), { every: 2 });
    expect(client.received).to.match(/^HTTP\/1\.1 101 /);
    expect(client.received.toLowerCase()).to.include('sec-websocket-protocol: heartbeat.v1\r\n');
    expect(client.received.toLowerCase()).to.not.include('sec-websocket-extensions');
    expect(served.gateway.inspect().responses).to.deep.equal({ 101: 1 });
  });

  it('is taken on a connection that was used before, but only once everything is answered', async () => {
    const served = await start();
    const client = served.raw().send(head('PUT /heal/7'));
    await client.answer();
    client.received = '';
    client.send(handshake());
    await eventually(() => expect(client.received).to.match(/^HTTP\/1\.1 101 /), { every: 2 });

    served.daemon.hold();
    const early = served.raw().send(head('PUT /heal/8') + handshake() + head('PUT /heal/9'));
    await eventually(() => expect(served.daemon.held).to.equal(1), { every: 2 });
    served.daemon.release();
    const [heal, refused] = await early.answers(2);
    expect([heal?.status, refused?.status, refused?.headers['connection']]).to.deep.equal([
      200,
      426,
      'close',
    ]);
    await early.end();
    expect(served.daemon.asked.map(({ user }) => user)).to.deep.equal(['7', '8']);
  });

  const REQUIRED = {
    error:
      'this path is a WebSocket: ask for it with Upgrade: websocket, Sec-WebSocket-Version: 13 and Sec-WebSocket-Protocol: heartbeat.v1',
    code: 'HEARTBEAT_UPGRADE_REQUIRED',
  };
  for (const [what, changed] of Object.entries({
    'of another version': { 'Sec-WebSocket-Version': '8' },
    'without a version': { 'Sec-WebSocket-Version': undefined },
    'without a key': { 'Sec-WebSocket-Key': undefined },
    'with a wrong key': { 'Sec-WebSocket-Key': 'short' },
    'without a subprotocol': { 'Sec-WebSocket-Protocol': undefined },
    'for another subprotocol': { 'Sec-WebSocket-Protocol': 'mqtt' },
    'with a subprotocol twice': { 'Sec-WebSocket-Protocol': 'heartbeat.v1, heartbeat.v1' },
    'with subprotocols that are no list': { 'Sec-WebSocket-Protocol': 'heartbeat.v1,,' },
    'with a body': { 'Content-Length': '5' },
    'for another kind of upgrade': { Upgrade: 'h2c' },
    'for no upgrade': { Upgrade: undefined, Connection: undefined },
  })) {
    it(`is answered with 426 ${what}`, async () => {
      const served = await start();
      const client = served.raw().send(handshake(changed));
      const { status, headers, body } = await client.answer();
      expect([status, JSON.parse(body)]).to.deep.equal([426, REQUIRED]);
      expect(headers).to.include({ upgrade: 'websocket', 'sec-websocket-version': '13' });
    });
  }

  it('of HTTP/1.0 is answered with 426', async () => {
    const served = await start();
    const client = served.raw().send(handshake().replace('HTTP/1.1', 'HTTP/1.0'));
    expect((await client.answer()).status).to.equal(426);
  });

  for (const line of ['POST /socket', 'GET /socket/', 'GET /sockets', 'GET /', 'PUT /heal/7']) {
    it(`is no other one: ${line} is not upgraded`, async () => {
      const served = await start();
      const client = served.raw().send(handshake({}, line) + head('PUT /heal/8'));
      const { status, headers } = await client.answer();
      if (line === 'GET /socket/') expect(client.received).to.match(/^HTTP\/1\.1 101 /);
      else {
        expect(status).to.not.equal(101);
        expect(headers['connection']).to.equal('close');
        await client.end();
        expect(served.daemon.asked.filter(({ user }) => user === '8')).to.deep.equal([]);
      }
    });
  }

  it('reads the body of another request that asks for an upgrade', async () => {
    const served = await start();
    const fields = { 'Content-Type': 'application/json', 'Content-Length': '5' };
    const client = served.raw().send(`${handshake(fields, 'POST /heal')}[1,2]`);
    expect((await client.answer()).body).to.equal('{"accepted":2,"rejected":[]}');
  });

  it('is taken from pages of this host and of allowed origins, and from no others', async () => {
    const served = await start({ cors: { origins: ['https://app.example.org'] } });
    for (const origin of [undefined, 'http://heartbeat', 'https://HEARTBEAT', 'https://app.example.org']) {
      const client = served.raw().send(handshake({ Origin: origin }));
      await eventually(() => expect(client.received).to.match(/^HTTP\/1\.1 101 /), { every: 2 });
    }
    for (const origin of ['https://evil.example.org', 'null', 'http://heartbeat.evil', 'file://heartbeat']) {
      const { status, body } = await served
        .raw()
        .send(handshake({ Origin: origin }))
        .answer();
      expect([status, JSON.parse(body)], origin).to.deep.equal([
        403,
        {
          error: 'requests from pages of other origins are refused: add the origin to cors.origins',
          code: 'HEARTBEAT_FORBIDDEN',
        },
      ]);
    }
    expect(served.gateway.inspect().sockets).to.include({ open: 4, refused: 4 });
  });

  it('is refused for a name that the daemon does not answer to, as any other', async () => {
    const served = await start({ allowed_hosts: [] });
    expect((await served.raw().send(handshake()).answer()).status).to.equal(421);
  });

  it('is answered with 503 while the daemon is not ready, and past the number of sockets', async () => {
    const served = await start({ limits: { sockets: 1 } });
    served.daemon.serving = false;
    const early = await served.raw().send(handshake()).answer();
    expect([early.status, early.headers['retry-after']]).to.deep.equal([503, '1']);
    served.daemon.serving = true;
    const first = await rawSocket(served);
    const second = await served.raw().send(handshake()).answer();
    expect([second.status, JSON.parse(second.body)]).to.deep.equal([
      503,
      { error: 'too many sockets are open, try again later', code: 'HEARTBEAT_OVERLOADED' },
    ]);
    first.socket.destroy();
    await eventually(() => expect(served.gateway.inspect().sockets.open).to.equal(0), { every: 2 });
    await rawSocket(served);
  });

  it('counts as a connection, and as a request of its address', async () => {
    const served = await start({ limits: { connections: 2, rate_per_address: 2 } });
    await rawSocket(served);
    await rawSocket(served);
    expect(served.gateway.inspect().connections).to.equal(2);
    expect((await served.raw().send(handshake()).answer()).status).to.equal(503);
    served.reconfigure({ limits: { connections: 10, rate_per_address: 2 } });
    for (const status of [101, 101, 429]) {
      const client = served.raw().send(handshake());
      await eventually(() => expect(client.received).to.match(new RegExp(`^HTTP/1\\.1 ${String(status)} `)), {
        every: 2,
      });
    }
  });

  it('needs no key itself, and is refused with its own reason where keys are configured', async () => {
    const served = await start({ auth: authOf(keyRule('key')) });
    expect(
      (
        await served
          .raw()
          .send(handshake({ Upgrade: 'websocket', 'Sec-WebSocket-Key': '' }))
          .answer()
      ).status,
    ).to.equal(426);
    const client = await rawSocket(served);
    client.send(says({ type: 'auth', token: 'key', ref: 1 }));
    await eventually(() => expect(client.received).to.include('{"type":"ok","ref":1}'), { every: 2 });
    served.reconfigure({ auth: authOf(keyRule('other')) });
    await eventually(() => expect(client.received).to.include('{"type":"expiring","in_ms":10000}'), {
      every: 2,
    });
    client.send(frame(TEXT, '{"type":"auth","token":"key"}'));
    await eventually(() => expect(client.received).to.include('the key is unknown'), { every: 2 });
  });

  it('applies other limits from the next socket on', async () => {
    const served = await start({ limits: { socket_frame: 100 } });
    served.reconfigure({ limits: { socket_frame: 1000 } });
    const client = await new SocketClient(served.url).opened();
    const answer = await client.ask({ type: 'heal', devices: [{ id: 7, meta: { long: 'x'.repeat(500) } }] });
    expect(answer).to.deep.equal({ type: 'ok' });
    client.stop();
  });
});
