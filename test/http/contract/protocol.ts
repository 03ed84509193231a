import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { head } from '../support/raw-client.js';
import type { GatewayUnderTest, Start } from '../support/gateway-under-test.js';

const MALFORMED = { error: 'malformed request', code: 'HEARTBEAT_MALFORMED_REQUEST' };

/** HTTP on the wire, well and badly formed. */
export function protocolContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
  });

  it('answers malformed HTTP in the house form, closes, and counts it', async () => {
    const messes = [
      'hello\r\n\r\n',
      'PUT /heal/5\r\n\r\n',
      'PUT /heal/5 HTTP/2.0\r\nHost: x\r\n\r\n',
      'PUT /heal/5 HTTP/9.9\r\n\r\n',
      'FROB /heal/5 HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /checkup/5 HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n',
      'GET /check up/5 HTTP/1.1\r\nHost: x\r\n\r\n',
      'PUT /heal/5 HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\n',
      'PUT /heal/5 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'GET /checkup/5 HTTP/1.1\r\n\r\n',
      'GET /checkup/5 HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n',
      'GET /checkup/5 HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n',
      'GET /checkup/5 HTTP/1.1\r\nHost: x y\r\n\r\n',
      'GET /checkup/5 HTTP/1.0\r\nHost: x/y\r\n\r\n',
      'GET http:///checkup/5 HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /checkup/5 HTTP/1.1\r\nHost: x\r\nFolded: a\r\n b\r\n\r\n',
      'GET /checkup/5 HTTP/1.1\r\nHost : x\r\n\r\n',
      'GET /checkup/5 HTTP/1.1\r\n Host: x\r\n\r\n',
      'PUT /heal/5 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n',
      'PUT /heal/5 HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'PUT /heal/5 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    ];
    for (const mess of messes) {
      const client = served.raw().send(mess);
      const { status, headers, body } = await client.answer();
      expect(status, mess).to.equal(400);
      expect(JSON.parse(body), mess).to.deep.equal(MALFORMED);
      expect(headers).to.include({ connection: 'close', 'content-type': 'application/json' });
      expect(headers).to.have.all.keys([
        'x-request-id',
        'date',
        'connection',
        'content-type',
        'content-length',
      ]);
      await client.end();
    }
    expect(served.gateway.inspect().refused.malformed).to.equal(messes.length);
    expect(served.daemon.asked).to.be.empty;
    expect(served.logger.lines.every(({ level }) => level === 'debug')).to.be.true;
  });

  it('answers 501 to a transfer coding that is not chunked, and closes', async () => {
    for (const coding of ['gzip, chunked', 'gzip', 'identity', 'gzip\r\nTransfer-Encoding: chunked']) {
      const client = served.raw().send(`${head('PUT /heal/5', `Transfer-Encoding: ${coding}`)}0\r\n\r\n`);
      const { status, headers, body } = await client.answer();
      expect(status, coding).to.equal(501);
      expect(headers['connection']).to.equal('close');
      expect(JSON.parse(body)).to.include({
        error: 'unsupported transfer coding: use chunked or Content-Length',
      });
      await client.end();
    }
    const upper = served.raw().send(`${head('PUT /heal/5', 'Transfer-Encoding: Chunked')}0\r\n\r\n`);
    expect((await upper.answer()).status).to.equal(200);
  });

  /** Sends each part in a packet of its own. */
  async function sendApart(parts: readonly string[]) {
    const client = served.raw();
    client.socket.setNoDelay(true);
    await eventually(() => expect(client.socket.readyState).to.equal('open'), { every: 1 });
    for (const part of parts) {
      client.send(part);
      await served.clock.settle();
    }
    return client;
  }

  it('answers 431 where the client never says which part of its head is too large', async () => {
    const client = await sendApart([`GET /checkup/${'5'.repeat(3000)}`, '5'.repeat(3000)]);
    expect(client.received).to.equal('');
    await served.clock.advance(500);
    expect((await client.answer()).status).to.equal(431);
  });

  it('answers 414 where the target alone is too long, and 431 where the rest is', async () => {
    const target = served.raw().send(head(`GET /checkup/${'5'.repeat(9000)}`));
    expect((await target.answer()).status).to.equal(414);
    const second = served.raw().send(`${head('GET /checkup/5')}${head(`GET /checkup/${'5'.repeat(9000)}`)}`);
    expect((await second.answers(2))[1]?.status).to.equal(414);
    const long = '5'.repeat(3000);
    for (const parts of [
      [`GET /checkup/${long}`, `${long} HTTP/1.1\r\n`],
      [`GET /checkup/${long}`, long, long, ` HTTP/1.1\r\nHost: x\r\n\r\n`],
      [`GET /checkup/${long}`, long, `${long} HT`, 'TP/1.1\r\nHost: x\r\n\r\n'],
      ['GE', `T /checkup/${long}${long}`],
      ['GET', ` /checkup/${long}${long}`, ` HTTP/1.1\r\n`],
    ])
      expect(
        (await (await sendApart(parts)).answer()).status,
        parts.map((part) => part.length).join(),
      ).to.equal(414);
    for (const parts of [
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${long}`, `${long}\r\n\r\n`],
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${long}`, long, `${long}\r\n\r\n`],
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${long}`, long, `${long} and more`],
      [`GET / HTTP/1.1\r\nHost: x\r\nX${long}`, `${long}: x\r\n\r\n`],
    ])
      expect(
        (await (await sendApart(parts)).answer()).status,
        parts.map((part) => part.length).join(),
      ).to.equal(431);
    const rest = served.raw().send(head('GET /checkup/5', `X: ${'x'.repeat(9000)}`));
    expect((await rest.answer()).status).to.equal(431);
  });

  it('answers what came before the mess, then the mess, in their order', async () => {
    served.daemon.hold();
    const client = served.raw().send(`${head('PUT /heal/5')}${head('GET /checkup/6')}rubbish\r\n\r\n`);
    await eventually(() => expect(served.daemon.held).to.equal(2), { every: 1 });
    await served.clock.settle();
    expect(client.received).to.equal('');
    served.daemon.release();
    await client.end();
    const answers = await client.answers(3);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 400]);
    expect(client.rest).to.equal('');
  });

  it('answers a body that is broken in its middle', async () => {
    const client = served.raw().send(`${head('PUT /heal/5', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`);
    await eventually(() => expect(served.gateway.inspect().in_flight).to.equal(1), { every: 1 });
    client.send('rubbish\r\n');
    expect(await client.answer()).to.include({ status: 400, body: JSON.stringify(MALFORMED) });
    await served.clock.advance(2_000);
    await client.end();
    expect(served.daemon.asked).to.be.empty;
  });

  it('answers 400 to garbage behind the last request, and reads nothing behind it', async () => {
    for (const garbage of ['x', head('PUT /heal/6'), 'x'.repeat(1_000_000)]) {
      for (const line of ['PUT /heal/5', 'GET /users/5', 'PUT /heal/x']) {
        const client = served
          .raw()
          .send(`${head(line, 'Connection: close')}${garbage}`)
          .send(garbage);
        await client.end();
        expect(client.reset, line).to.equal(false);
        expect(await client.answers(1), line).to.have.length(1);
        expect(client.rest).to.equal('');
      }
    }
    expect(served.daemon.asked.map(({ user }) => user)).to.not.include('6');
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(0), { every: 1 });
  });

  it('closes its own side with the last answer, and holds the other for so long and no longer', async () => {
    const client = served.raw();
    let ended = false;
    client.socket.removeAllListeners('end').on('end', () => (ended = true));
    client.send(head('PUT /heal/5', 'Content-Length: 9999'));
    expect((await client.answer()).status).to.equal(413);
    await eventually(() => expect(ended).to.equal(true), { every: 1 });
    client.send(`${'x'.repeat(9999)}${head('PUT /heal/6')}`);
    await served.clock.advance(1_999);
    expect(served.gateway.inspect().connections).to.equal(1);
    await served.clock.advance(1);
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(0), { every: 1 });
    expect(served.daemon.asked).to.be.empty;
  });

  it('answers pipelined requests in their order, whichever is ready first', async () => {
    const paths = Array.from({ length: 50 }, (_, id) => (id % 3 === 0 ? `users/${id}` : `checkup/${id}`));
    const client = served.raw().send(paths.map((path) => head(`GET /${path}`)).join(''));
    const answers = await client.answers(50);
    expect(answers.map(({ body }) => (JSON.parse(body) as { id: number }).id)).to.deep.equal([
      ...paths.keys(),
    ]);
  });

  it('keeps a connection open over many requests, slow ones and refused ones too', async () => {
    const client = served.raw();
    for (let id = 0; id < 20; id++) {
      client.send(head(id % 5 === 4 ? 'PUT /heal/x' : `PUT /heal/${id}`));
      const answers = await client.answers(id + 1);
      expect(answers[id]?.headers).to.include({ connection: 'keep-alive', 'keep-alive': 'timeout=75' });
    }
    expect(served.gateway.inspect().connections).to.equal(1);
  });

  it('says the time in every answer', async () => {
    const client = served.raw().send(head('PUT /heal/5') + head('PUT /heal/6'));
    for (const { headers } of await client.answers(2)) {
      expect(new Date(headers['date'] ?? '').toUTCString()).to.equal(headers['date']);
    }
  });

  it('answers a client that has closed its own side', async () => {
    served.daemon.hold();
    const client = served.raw();
    client.socket.end(head('PUT /heal/5'));
    await eventually(() => expect(served.daemon.held).to.equal(1), { every: 1 });
    await served.clock.settle();
    served.daemon.release();
    expect(await client.answer()).to.include({ status: 200, body: '{"status":"online"}' });
    await client.end();
  });

  it('speaks HTTP/1.0, with and without keep-alive', async () => {
    const client = served.raw().send('PUT /heal/5 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    expect((await client.answer()).status).to.equal(200);
    client.send('GET /checkup/5 HTTP/1.0\r\n\r\n');
    expect((await client.answers(2))[1]?.body).to.equal('{"id":5,"status":"online"}');
    await client.end();
  });

  it('takes a request in absolute form', async () => {
    const client = served
      .raw()
      .send(`${head('PUT http://heartbeat/heal/5')}${head('PUT http://heartbeat/heal/x')}`);
    const [good, bad] = await client.answers(2);
    expect(good).to.include({ status: 200, body: '{"status":"online"}' });
    expect(bad).to.include({ status: 400, body: '{"error":"invalid user_id format"}' });
  });

  it('ignores the authority of a request in absolute form', async () => {
    const client = served.raw().send(`${head('PUT http://[a_/heal/5')}${head('TRACE http://[a_/heal/5')}`);
    const [good, bad] = await client.answers(2);
    expect(good).to.include({ status: 200, body: '{"status":"online"}' });
    expect(bad?.body).to.match(/^\{"error":/);
  });

  it('tunnels nothing', async () => {
    const client = served.raw().send('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n');
    const { status, headers } = await client.answer();
    expect(status).to.equal(405);
    expect(headers).to.have.property('allow');
    await client.end();
  });

  it('ignores an upgrade and an expectation that it does not know', async () => {
    const client = served.raw().send(head('PUT /heal/5', 'Connection: upgrade', 'Upgrade: h2c'));
    expect((await client.answer()).status).to.equal(200);
    const other = served.raw().send(head('PUT /heal/5', 'Expect: wonders'));
    expect((await other.answer()).status).to.equal(200);
  });

  it('asks for a body that was announced, and then answers', async () => {
    const client = served.raw().send(head('PUT /heal/5', 'Expect: 100-continue', 'Content-Length: 4'));
    await eventually(() => expect(client.received).to.equal('HTTP/1.1 100 Continue\r\n\r\n'), { every: 1 });
    expect(served.daemon.asked).to.be.empty;
    client.received = '';
    client.send('body');
    expect((await client.answer()).status).to.equal(200);
  });

  it('forgets a client that resets its connection', async () => {
    served.daemon.hold();
    const client = served.raw().send(head('PUT /heal/5') + head('GET /users/6'));
    await eventually(() => expect(served.daemon.held).to.equal(2), { every: 1 });
    client.socket.resetAndDestroy();
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(0), { every: 1 });
    served.daemon.release();
    await eventually(() => expect(served.gateway.inspect().in_flight).to.equal(0), { every: 1 });
    expect((await served.call('GET', '/checkup/5')).status).to.equal(200);
    expect(served.logger.lines).to.be.empty;
  });
}
