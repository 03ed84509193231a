import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import { MadeHeads } from '../../../src/http/server/one-write.js';
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
