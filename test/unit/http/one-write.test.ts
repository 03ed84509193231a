import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import { connect, type AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { MadeHeads } from '../../../src/http/server/one-write.js';
import { eventually } from '../../support/eventually.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

/** A response that counts the heads that Node made, and records the written bytes. */
class Answer {
  readonly request = new IncomingMessage(new Socket());
  readonly response: ServerResponse;
  made = 0;

  constructor(minor = 1) {
    this.request.httpVersionMajor = 1;
    this.request.httpVersionMinor = minor;
    this.response = new ServerResponse(this.request);
    const { response } = this;
    const writeHead = response.writeHead.bind(response);
    response.writeHead = (status: number, headers?: unknown) => {
      this.made++;
      Reflect.apply(writeHead, response, [status, headers]);
      return response;
    };
  }

  get written(): string {
    return String(this.response._header);
  }
}

describe('the heads of short answers', () => {
  let clock: SimulatedClock;
  let heads: MadeHeads;

  beforeEach(() => {
    clock = new SimulatedClock();
    heads = new MadeHeads(clock);
  });

  function answer(body = '{"status":"online"}'): Answer {
    const given = new Answer();
    expect(heads.answer(given.request, given.response, body)).to.be.true;
    return given;
  }

  it('are made by Node once in a second, and are the same to the last byte', async () => {
    const [first, second] = [answer(), answer()];
    expect([first.made, second.made]).to.deep.equal([1, 0]);
    expect(second.written).to.equal(first.written);
    await clock.advance(1_000);
    expect(answer().made).to.equal(1);
  });

  it('have the length of their own body after any other answer', () => {
    for (const body of ['{"a":1}', '{"a":22}', '{"a":1}', '{"a":3}']) {
      const { written } = answer(body);
      expect(written).to.match(/^HTTP\/1\.1 200 OK\r\n/);
      expect(written).to.include(`content-length: ${String(body.length)}\r\n`);
      expect(written.split('\r\n\r\n')).to.have.length(2);
      expect(written.endsWith(`\r\n\r\n${body}`)).to.be.true;
    }
  });

  it('are rebuilt when the headers of Node have changed', () => {
    answer();
    heads.forget();
    expect(answer().made).to.equal(1);
  });

  it('are not for HTTP/1.0, nor for a connection that ends with its answer', () => {
    const old = new Answer(0);
    expect(heads.answer(old.request, old.response, '{}')).to.be.false;
    const last = new Answer();
    last.response.shouldKeepAlive = false;
    expect(heads.answer(last.request, last.response, '{}')).to.be.false;
    expect([old.made, last.made]).to.deep.equal([0, 0]);
  });
});

describe('short answers on a connection', () => {
  const REQUESTS = 1200;
  /** Together more than two sockets hold. */
  const padding = 'x'.repeat(10_000);
  let server: Server;
  let client: Socket;
  let asked: number;
  let finished: string[];
  let closed: number;
  /** Answers given while the socket still held an earlier one. */
  let held: number;

  beforeEach(async () => {
    const heads = new MadeHeads(new SystemClock());
    [asked, finished, closed, held] = [0, [], 0, 0];
    server = createServer((request, response) => {
      asked++;
      if ((response.socket?.writableLength ?? 1) > 0) held++;
      response.on('finish', () => finished.push(String(request.url)));
      response.on('close', () => closed++);
      if (!heads.answer(request, response, `${request.url} ${padding}`)) throw new Error('not answered');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(client, 'connect');
  });

  afterEach(async () => {
    client.destroy();
    server.close();
    await once(server, 'close');
  });

  const paths = Array.from({ length: REQUESTS }, (_, index) => `/${String(index).padStart(4, '0')}`);
  const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`).join('');

  it('come whole and in order, and are finished once each, when the client reads late', async () => {
    client.write(requests);
    await eventually(() => expect(held).to.be.greaterThan(0));
    let received = '';
    client.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    await eventually(() => expect([finished.length, closed]).to.deep.equal([REQUESTS, REQUESTS]));
    expect(finished).to.deep.equal(paths);
    await eventually(() => expect(received.length).to.be.greaterThan(REQUESTS * padding.length));
    client.end();
    await once(client, 'end');
    const answers = [...received.matchAll(/\r\n\r\n(\/\d{4}) x{10000}/g)].map(([, path]) => path);
    expect(answers).to.deep.equal(paths);
    expect(received.match(/HTTP\/1\.1 200 OK/g)).to.have.length(REQUESTS);
  });

  it('are not finished when the client has gone without reading them, but closed', async () => {
    client.write(requests);
    await eventually(() => expect(held).to.be.greaterThan(0));
    client.resetAndDestroy();
    // The one whose turn it was. Node tells those behind it nothing.
    await eventually(() => expect(closed).to.equal(finished.length + 1));
    expect(finished.length).to.be.lessThan(asked);
  });
});
