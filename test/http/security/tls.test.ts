import { connect as connectTcp } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { makeCertificate, makeSignedCertificate } from '../../support/certificate.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { starting, type GatewayUnderTest } from '../support/gateway-under-test.js';
import { SocketClient } from '../sockets/support/socket-client.js';
import { head } from '../support/raw-client.js';

const withBody = (line: string, body: string): string => head(line, `Content-Length: ${body.length}`) + body;
/** Six requests: about one user and about several, with bodies and without. */
const MIXED = [
  withBody('PUT /heal/5', 'x'.repeat(900)),
  head('GET /checkup/5'),
  withBody('POST /heal', JSON.stringify(Array.from({ length: 100 }, (_, id) => id))),
  `${head('POST /heal', 'Transfer-Encoding: chunked')}5\r\n[1,2]\r\n0\r\n\r\n`,
  head('DELETE /heal/5'),
  withBody('PUT /heal/6', 'x'.repeat(700)),
].join('');

describe('HTTPS', () => {
  const start = starting(true);
  let directory: TemporaryDirectory;
  const sockets: TLSSocket[] = [];
  let tls: ReturnType<typeof tlsOf>;

  before(async () => {
    directory = await temporaryDirectory();
    tls = tlsOf(directory.path, 'first');
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  after(() => directory.remove());

  async function shakeHands(gateway: GatewayUnderTest): Promise<TLSSocket> {
    const socket = connect({ port: gateway.port, host: '127.0.0.1', rejectUnauthorized: false });
    sockets.push(socket);
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    return socket;
  }

  it('is served as HTTP is', async () => {
    const gateway = await start({ tls });
    expect(gateway.url).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect((await gateway.call('PUT', '/heal/5')).json).to.deep.equal({ status: 'online' });
    expect((await gateway.call('POST', '/heal', { body: '[1,2]' })).json).to.have.property('accepted', 2);
    expect((await gateway.call('GET', '/nodes')).headers).to.include({
      'strict-transport-security': 'max-age=31536000',
    });
    expect(gateway.gateway.inspect().connections).to.be.above(0);
  });

  it('carries sockets, which are closed in order', async () => {
    const gateway = await start({ tls });
    const client = await new SocketClient(gateway.url, { rejectUnauthorized: false }).opened();
    expect(await client.ask({ type: 'heal', devices: [{ id: 5 }] })).to.deep.equal({ type: 'ok' });
    expect((await gateway.call('GET', '/checkup/5')).json).to.deep.equal({ id: 5, status: 'online' });
    const closed = gateway.gateway.close();
    expect((await client.end()).code).to.equal(1012);
    await closed;
    expect(gateway.gateway.inspect()).to.deep.include({ connections: 0 });
  });

  for (const size of [1_000, 16_385, 32_768, 40_000])
    it(`reads pipelined requests that cross records, in writes of ${size} bytes`, async () => {
      const gateway = await start({ tls });
      const socket = await shakeHands(gateway);
      let answers = '';
      socket.setEncoding('latin1').on('data', (text: string) => (answers += text));
      for (let round = 1; round <= 5; round++) {
        const requests = MIXED.repeat(20);
        for (let at = 0; at < requests.length; at += size) socket.write(requests.slice(at, at + size));
        await eventually(() => expect(answers.match(/HTTP\/1\.1 200 OK/g)).to.have.length(round * 120));
      }
      expect(answers.match(/HTTP\/1\.1 /g)).to.have.length(600);
    });

  it('uses a new certificate for connections from then on', async () => {
    const gateway = await start({ tls });
    const before = await shakeHands(gateway);
    expect(before.getPeerCertificate().subject.CN).to.equal('first');
    gateway.reconfigure({ tls: tlsOf(directory.path, 'second') });
    expect((await shakeHands(gateway)).getPeerCertificate().subject.CN).to.equal('second');
    let answer = '';
    before.setEncoding('latin1').on('data', (text: string) => (answer += text));
    before.write(head('PUT /heal/5'));
    await eventually(() => expect(answer).to.include('{"status":"online"}'));
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    it(`resumes sessions of ${version} after a reload of the same certificate, and of no other`, async () => {
      const gateway = await start({ tls });
      const resume = async (session?: Buffer): Promise<{ isReused: boolean; session: Buffer }> => {
        const socket = connect({
          port: gateway.port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          maxVersion: version,
          ...(session !== undefined && { session }),
        });
        sockets.push(socket);
        let given: Buffer | undefined;
        socket.on('session', (ticket: Buffer) => (given = ticket));
        socket.write(head('GET /healthz'));
        // Tickets of TLS 1.3 come behind the handshake, before the first answer.
        await new Promise((resolve) => socket.once('data', resolve));
        const latest = given ?? socket.getSession();
        if (latest === undefined) throw new Error('there is no session');
        return { session: latest, isReused: socket.isSessionReused() };
      };
      const first = await resume();
      expect(first.isReused).to.equal(false);
      gateway.reconfigure({ tls: { ...tls }, limits: { connections: 5 } });
      const second = await resume(first.session);
      expect(second.isReused).to.equal(true);
      gateway.reconfigure({ tls: tlsOf(directory.path, 'renewed') });
      expect((await resume(second.session)).isReused).to.equal(false);
    });

  it('takes only ciphers with forward secrecy, from TLS 1.2 on, and no renegotiation', async () => {
    const { authority: _authority, ...signed } = makeSignedCertificate(directory.path, 'rsa:2048');
    const gateway = await start({ tls: { ...signed, key: { reveal: () => signed.key } } });
    const outcomeOf = (options: ConnectionOptions): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({
          port: gateway.port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          ...options,
        });
        sockets.push(socket);
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        socket.once('secureConnect', () => resolve(socket.getCipher().name));
      });
    for (const cipher of ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'])
      expect(await outcomeOf({ maxVersion: 'TLSv1.2', ciphers: cipher })).to.equal(cipher);
    for (const cipher of ['AES128-GCM-SHA256', 'AES256-SHA', 'ECDHE-RSA-AES128-SHA'])
      expect(await outcomeOf({ maxVersion: 'TLSv1.2', ciphers: cipher }), cipher).to.match(/^ERR_SSL_/);
    expect(await outcomeOf({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })).to.match(/^ERR_SSL_/);
    expect(await outcomeOf({})).to.match(/^TLS_/);

    const socket = connect({
      port: gateway.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    });
    sockets.push(socket);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const renegotiated = await new Promise<boolean>((resolve) => {
      socket.on('error', () => resolve(false)).once('close', () => resolve(false));
      socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error === null));
    });
    expect(renegotiated).to.equal(false);
  });

  it('closes connections that do not speak TLS, and says so to plain HTTP', async () => {
    const gateway = await start({ tls });
    const plain = gateway.raw().send(head('PUT /heal/5'));
    await plain.end();
    expect(plain.received)
      .to.match(/^HTTP\/1\.1 400 Bad Request\r\n/)
      .and.match(/"error":"this port speaks HTTPS only: send the request to https:\/\/"/);
    expect(gateway.gateway.inspect().refused.malformed).to.equal(1);
    const other = await gateway.raw().send('\u0000'.repeat(40)).end();
    expect(other.received).to.not.include('HTTP');
    await eventually(() => expect(gateway.gateway.inspect().connections).to.equal(0));
    expect(gateway.daemon.asked).to.be.empty;
  });

  it('closes connections that stop sending, before they have shaken hands or behind that', async () => {
    const gateway = await start({ tls, limits: { headers_timeout: 0.1 } });
    const silent = await gateway.raw().end();
    expect(silent.received).to.equal('');
    // On a busy machine its time may be up before it has shaken hands.
    const slow = connect({ port: gateway.port, host: '127.0.0.1', rejectUnauthorized: false });
    sockets.push(slow);
    slow.on('error', () => undefined);
    const closed = new Promise((resolve) => slow.once('close', resolve));
    slow.resume().write('PUT /heal/5 HTT');
    await closed;
    await eventually(() => expect(gateway.gateway.inspect().connections).to.equal(0));
    expect(gateway.daemon.asked).to.be.empty;
  });

  it('counts its connections, whether they shake hands or not', async () => {
    const gateway = await start({ tls, limits: { connections: 2 } });
    const first = await shakeHands(gateway);
    const second = connectTcp({ port: gateway.port, host: '127.0.0.1' });
    await eventually(() => expect(gateway.gateway.inspect().connections).to.equal(2));
    const third = await shakeHands(gateway);
    let refused = '';
    third.setEncoding('latin1').on('data', (text: string) => (refused += text));
    third.write(head('PUT /heal/5'));
    await eventually(() => expect(refused).to.match(/^HTTP\/1\.1 503 /));
    second.destroy();
    let answer = '';
    first.setEncoding('latin1').on('data', (text: string) => (answer += text));
    first.write(head('PUT /heal/5'));
    await eventually(() => expect(answer).to.match(/^HTTP\/1\.1 200 /));
  });

  it('answers requests in flight when it closes, and then closes every connection', async () => {
    const gateway = await start({ tls });
    const socket = await shakeHands(gateway);
    const idle = await shakeHands(gateway);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    gateway.daemon.hold();
    socket.write(head('PUT /heal/5'));
    await eventually(() => expect(gateway.daemon.held).to.equal(1));
    const closed = gateway.gateway.close();
    gateway.daemon.release();
    await closed;
    await eventually(() => expect(answer).to.include('{"status":"online"}'));
    await eventually(() => expect(idle.destroyed).to.equal(true));
  });
});

function tlsOf(directory: string, name: string) {
  const { certificate, key } = makeCertificate(directory, name);
  return { certificate, key: { reveal: () => key } };
}
