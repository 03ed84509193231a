import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { head, type RawAnswer, type RawClient } from '../support/raw-client.js';
import type { GatewayUnderTest, Start } from '../support/gateway-under-test.js';
import { inChunks } from './presence.js';

const OVERLOADED = '{"error":"overloaded, try again later"}';
const TOO_LARGE = '{"error":"request body too large"}';

const HEAD_TOO_LARGE = { status: 431, error: 'request head too large', code: 'HEARTBEAT_HEADERS_TOO_LARGE' };
const TARGET_TOO_LONG = {
  status: 414,
  error: 'the path and query are too long',
  code: 'HEARTBEAT_TARGET_TOO_LONG',
};

/** Nothing grows without bound, and clients at a bound are told so. */
export function limitsContract(start: Start): void {
  it('sheds requests past in_flight at once, and serves again when there is room', async () => {
    const served = await start({ limits: { in_flight: 2 } });
    served.daemon.hold();
    const waiting = [served.call('PUT', '/heal/1'), served.call('GET', '/checkup/2')];
    await inFlight(served, 2);
    const { status, text, headers } = await served.call('PUT', '/heal/3');
    expect([status, text, headers['retry-after']]).to.deep.equal([503, OVERLOADED, '1']);
    expect((await served.call('GET', '/users/3')).json).to.include({ code: 'HEARTBEAT_OVERLOADED' });
    for (const path of ['/healthz', '/readyz']) expect((await served.call('GET', path)).status).to.equal(200);
    served.daemon.release();
    for (const answer of await Promise.all(waiting)) expect(answer.status).to.equal(200);
    expect((await served.call('PUT', '/heal/3')).status).to.equal(200);
    expect(served.gateway.inspect()).to.deep.include({ in_flight: 0 });
    expect(served.gateway.inspect().refused.overloaded).to.equal(2);
  });

  it('sheds what one pass of the event loop finds when it has taken far too long, and tells the daemon', async () => {
    const served = await start({ limits: { pass: 0.05 } });
    const { daemon } = served;
    daemon.whenAsked = () => served.clock.standStill(60);
    const answers = await new Crowd(served, 30).ask();
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).to.deep.equal([...Array<number>(20).fill(200), ...Array<number>(10).fill(503)]);
    for (const { status, headers } of answers) {
      if (status === 503) expect(headers).to.include({ 'retry-after': '1' });
    }
    expect(daemon.overloads).to.deep.equal(Array<string>(10).fill('shedding'));
    expect(served.gateway.inspect().refused.overloaded).to.equal(10);
    daemon.whenAsked = () => undefined;
    expect((await served.call('PUT', '/heal/1')).status).to.equal(200);
  });

  it('sheds nothing because the process was stopped in the middle of a pass', async () => {
    const served = await start({ limits: { pass: 0.05 } });
    const crowd = new Crowd(served, 20);
    await crowd.ask();
    let asked = 0;
    served.daemon.whenAsked = () => served.clock.standStill(++asked === 3 ? 20_000 : 10);
    const answers = await crowd.ask();
    expect(answers.map(({ status }) => status)).to.deep.equal(Array<number>(20).fill(200));
  });

  it('tells the daemon once long passes have taken two seconds in all, and sheds nothing for that', async () => {
    const served = await start({ limits: { pass: 0.05 } });
    const passes = new Passes(served);
    expect(await passes.take(90, { times: 22 })).to.deep.equal(WELL);
    expect(served.daemon.overloads).to.deep.equal([]);
    expect(await passes.take(90, { times: 3 })).to.deep.equal(WELL);
    const pastTheLimit = Array<string>(3).fill('strained');
    expect(served.daemon.overloads).to.deep.equal(pastTheLimit);
  });

  it('sheds sooner once long passes have taken two seconds in all, until there is time without any', async () => {
    const served = await start({ limits: { pass: 0.05 } });
    const passes = new Passes(served);
    expect(await passes.take(150, { times: 13 })).to.deep.equal(WELL);
    expect(await passes.take(150)).to.deep.equal([200, 200, 200, 503]);
    served.clock.standStill(100);
    expect(await passes.take(150)).to.deep.equal(WELL);
    expect(await passes.take(150, { times: 25 })).to.deep.equal([200, 200, 200, 503]);
    // However long they had been connected.
    served.clock.standStill(1400);
    expect(await passes.take(150, { times: 13 })).to.deep.equal(WELL);
  });

  it('sheds no later for short passes in between, if they are less than a quarter of the time', async () => {
    const served = await start({ limits: { pass: 0.05 } });
    const passes = new Passes(served);
    for (let pair = 0; pair < 25; pair++) {
      expect(await passes.take(150)).to.deep.equal(WELL);
      expect(await passes.take(24)).to.deep.equal(WELL);
    }
    expect(await passes.take(150)).to.deep.equal([200, 200, 200, 503]);
  });

  it('does not shed for long passes that are less than three quarters of the time', async () => {
    const served = await start({ limits: { pass: 0.05 } });
    const passes = new Passes(served);
    for (let pair = 0; pair < 40; pair++) {
      expect(await passes.take(150)).to.deep.equal(WELL);
      served.clock.standStill(50);
    }
    expect(served.daemon.overloads).to.deep.equal([]);
  });

  it('sheds what one connection pipelines, too', async () => {
    const served = await start({ limits: { in_flight: 5 } });
    const answers = await served.raw().send(head('PUT /heal/1').repeat(20)).answers(20);
    const statuses = answers.map(({ status }) => status);
    expect(statuses).to.deep.equal([...Array<number>(5).fill(200), ...Array<number>(15).fill(503)]);
  });

  it('tells a surplus connection why it is closed, and drops the rest', async () => {
    const served = await start({ limits: { connections: 2 } });
    const first = served.raw().send(head('PUT /heal/1'));
    const second = served.raw().send(head('PUT /heal/2'));
    await Promise.all([first.answer(), second.answer()]);
    const third = served.raw().send(head('PUT /heal/3'));
    const { status, headers, body } = await third.answer();
    expect([status, body]).to.deep.equal([503, OVERLOADED]);
    expect(headers).to.include({ connection: 'close', 'retry-after': '1' });
    await third.end();
    expect(served.gateway.inspect().refused.dropped_connections).to.equal(1);

    const crowd = Array.from({ length: 100 }, () => served.raw());
    await eventually(() => expect(crowd.filter(({ closed }) => closed)).not.to.be.empty, { every: 2 });
    await eventually(() => expect(served.gateway.inspect().refused.dropped_connections).to.equal(101));
    first.send(head('PUT /heal/1'));
    expect((await first.answers(2))[1]?.status).to.equal(200);
    for (const { socket } of crowd) socket.destroy();
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(2), { every: 2 });
    second.socket.destroy();
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(1), { every: 2 });
    expect((await served.raw().send(head('PUT /heal/4')).answer()).status).to.equal(200);
  });

  it('answers 503 when the answer does not come in time, and drops it when it comes', async () => {
    const served = await start({ limits: { request_timeout: 4 } });
    served.daemon.hold();
    const calls = [
      ['PUT', '/heal/1'],
      ['GET', '/checkup/1'],
      ['DELETE', '/heal/1'],
      ['GET', '/users/1'],
    ] as const;
    const waiting = calls.map(([method, path]) => served.call(method, path));
    await inFlight(served, 4);
    await served.clock.advance(4_000);
    expect(served.gateway.inspect().in_flight).to.equal(4);
    await served.clock.advance(1_000);
    for (const { status, headers, json } of await Promise.all(waiting)) {
      expect([status, headers['retry-after']]).to.deep.equal([503, '1']);
      expect(json).to.include({ error: 'no response in time, try again later' });
    }
    expect(served.gateway.inspect()).to.deep.include({ in_flight: 0 });
    expect(served.gateway.inspect().refused.answer_timeouts).to.equal(4);
    served.daemon.release();
    expect((await served.call('GET', '/checkup/1')).status).to.equal(200);
  });

  it('refuses a body that is announced too large, before it comes', async () => {
    const served = await start();
    for (const more of [[], ['Expect: 100-continue']]) {
      const client = served.raw().send(head('PUT /heal/5', 'Content-Length: 1025', ...more));
      const { status, body, headers } = await client.answer();
      expect([status, body, headers['connection']]).to.deep.equal([413, TOO_LARGE, 'close']);
      await served.clock.advance(2_000);
      await client.end();
    }
    expect((await served.call('PUT', '/heal/5', { body: 'x'.repeat(1024) })).status).to.equal(200);
    expect(served.daemon.asked).to.have.length(1);
  });

  it('refuses a body without a length as soon as it is too large, wherever it goes', async () => {
    const served = await start();
    for (const [method, path] of [
      ['PUT', '/heal/5'],
      ['POST', '/heal/5/goodbye'],
      ['PUT', '/nowhere'],
    ] as const) {
      const { status, json } = await served.call(method, path, { body: inChunks(20, 100) });
      expect(status).to.equal(413);
      expect(json).to.include({ error: 'request body too large' });
    }
    expect(served.daemon.asked).to.be.empty;
  });

  it('reads on after a 413 so that the answer arrives, but not for ever', async () => {
    const served = await start();
    const flood = served.raw().send(head('PUT /heal/5', 'Transfer-Encoding: chunked'));
    // It continues although its client has left.
    flood.socket.removeAllListeners('end');
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
    for (let sent = 0; sent < 2_000; sent++) flood.send(chunk);
    expect(await flood.answer()).to.include({ status: 413, body: TOO_LARGE });
    await served.clock.advance(1_999);
    expect(served.gateway.inspect().connections).to.equal(1);
    await served.clock.advance(1);
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(0), { every: 1 });
  });

  it('refuses a head that is too large', async () => {
    const served = await start();
    for (const [large, answer] of [
      [head('PUT /heal/5', `X-Filler: ${'x'.repeat(5_000)}`), HEAD_TOO_LARGE],
      [head(`PUT /heal/${'5'.repeat(5_000)}`), TARGET_TOO_LONG],
      [head('PUT /heal/5', ...Array.from({ length: 1_500 }, (_, at) => `X-${at}: 1`)), HEAD_TOO_LARGE],
    ] as const) {
      const client = served.raw().send(large);
      const { status, body } = await client.answer();
      expect({ status, ...(JSON.parse(body) as object) }).to.deep.equal(answer);
      await client.end();
    }
  });

  it('counts every header: none can hide a body', async () => {
    const served = await start({ limits: { headers: 65_536, body: 10 } });
    const many = Array.from({ length: 3_000 }, (_, at) => `X${at}: 1`);
    const client = served.raw().send(head('PUT /heal/5', ...many, 'Content-Length: 11'));
    expect((await client.answer()).status).to.equal(413);
  });

  it('gives a client only so long to send its head', async () => {
    const served = await start({ limits: { headers_timeout: 0.05 } });
    // A client that is closed before its first bytes are read gets no answer: another one does.
    const client = await eventually(async () => {
      const slow = await served.raw().send('PUT /heal/5 HTTP/1.1\r\nHost: x\r\n').end();
      expect(slow.received).not.to.equal('');
      return slow;
    });
    const { status, body } = await client.answer();
    expect(status).to.equal(408);
    expect(JSON.parse(body)).to.deep.equal({
      error: 'the request did not arrive in time: send it again',
      code: 'HEARTBEAT_REQUEST_TIMEOUT',
    });
    const silent = await served.raw().end();
    expect(silent.received).to.equal('');
  });

  it('gives a client only so long to send its body', async () => {
    const served = await start({ limits: { request_timeout: 4 } });
    const client = served.raw().send(`${head('PUT /heal/5', 'Content-Length: 10')}hell`);
    await inFlight(served, 1);
    await served.clock.advance(5_000);
    expect(await client.answer()).to.include({
      status: 408,
      body: '{"error":"the request did not arrive in time: send it again"}',
    });
    await served.clock.advance(2_000);
    await client.end();
    expect(served.gateway.inspect().refused.answer_timeouts).to.equal(0);
  });

  it('closes a connection that is idle for keep_alive_timeout, not before, and none that waits', async () => {
    const served = await start({ keep_alive_timeout: 5 });
    const idle = served.raw().send(head('PUT /heal/5'));
    const waiting = served.raw().send(head('PUT /heal/6'));
    await Promise.all([idle.answer(), waiting.answer()]);
    await served.clock.advance(4_900);
    expect(idle.closed).to.be.false;
    served.daemon.hold();
    waiting.send(head('PUT /heal/7'));
    await eventually(() => expect(served.daemon.held).to.equal(1), { every: 1 });
    // Node keeps connections a second longer than it announces.
    await served.clock.advance(5_000);
    await idle.end();
    expect(waiting.closed).to.be.false;
    served.daemon.release();
    expect((await waiting.answers(2))[1]).to.include({ status: 200, body: '{"status":"online"}' });
  });
}

/** The outcome of a normal pass. */
const WELL = [200, 200, 200, 200];

/** Passes of the event loop, each of which finds four requests. */
class Passes {
  readonly #served: GatewayUnderTest;
  readonly #crowd: Crowd;

  constructor(served: GatewayUnderTest) {
    this.#served = served;
    this.#crowd = new Crowd(served, WELL.length);
  }

  /** @returns the outcome of the last pass */
  async take(millis: number, { times = 1 } = {}): Promise<readonly number[]> {
    const { daemon, clock } = this.#served;
    daemon.whenAsked = () => undefined;
    await this.#crowd.connected();
    daemon.whenAsked = () => clock.standStill(millis / WELL.length);
    let answers: readonly RawAnswer[] = [];
    for (let pass = 0; pass < times; pass++) answers = await this.#crowd.ask();
    return answers.map(({ status }) => status).sort();
  }
}

/** Clients whose requests are read in the same pass of the event loop. */
class Crowd {
  readonly #served: GatewayUnderTest;
  readonly #clients: readonly RawClient[];
  #asked = 0;

  constructor(served: GatewayUnderTest, size: number) {
    this.#served = served;
    this.#clients = Array.from({ length: size }, () => served.raw());
  }

  connected(): Promise<unknown> {
    const { length } = this.#clients;
    return eventually(() => expect(this.#served.gateway.inspect().connections).to.equal(length), {
      every: 1,
    });
  }

  /** A heal of each. */
  async ask(): Promise<readonly RawAnswer[]> {
    await this.connected();
    this.#asked++;
    for (const client of this.#clients) client.send(head('PUT /heal/1'));
    const answers = await Promise.all(this.#clients.map((client) => client.answers(this.#asked)));
    return answers.map((all) => all[this.#asked - 1]!);
  }
}

function inFlight(served: GatewayUnderTest, count: number): Promise<unknown> {
  return eventually(() => expect(served.gateway.inspect().in_flight).to.equal(count), { every: 1 });
}
