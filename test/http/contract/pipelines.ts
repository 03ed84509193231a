import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { sessionsInARow } from '../support/fake-daemon.js';
import { userId, type GatewayUnderTest, type Start } from '../support/gateway-under-test.js';
import { head, type RawClient } from '../support/raw-client.js';

/** Many requests in one write: their order, and fairness towards other clients. */
export function pipelinesContract(start: Start): void {
  it('handles requests about one user in the order in which they were sent, with or without bodies', async () => {
    const served = await start();
    const client = served.raw();
    client.send(withBody('PUT /heal/7', 'x') + head('DELETE /heal/7') + head('GET /checkup/7'));
    const answers = await client.answers(3);
    expect(answers.map(({ body }) => body)).to.deep.equal([
      '{"status":"online"}',
      '{"status":"offline"}',
      '{"id":7,"status":"offline"}',
    ]);
    expect(asked(served)).to.deep.equal(['heal 7', 'goodbye 7', 'checkup 7']);
  });

  it("handles a later request for the healed user after the heal's answer, and for others at once", async () => {
    const served = await start();
    served.daemon.hold();
    const lines = ['PUT /heal/7', 'GET /checkup/7', 'PUT /heal/+8', 'GET /checkup/8', 'PUT /heal/9'];
    const client = served.raw().send(lines.map((line) => head(line)).join(''));
    await eventually(() => expect(served.daemon.held).to.equal(3), { every: 1 });
    await served.clock.settle();
    expect(asked(served)).to.deep.equal(['heal 7', 'heal 8', 'heal 9']);
    served.daemon.release();
    await client.answers(5);
    expect(asked(served).slice(3)).to.deep.equal(['checkup 7', 'checkup 8']);
  });

  it('closes the connection after a request for an upgrade', async () => {
    const served = await start();
    const upgrade = head('GET /checkup/7', 'Connection: Upgrade', 'Upgrade: websocket');
    const client = served.raw().send(upgrade + head('PUT /heal/8'));
    const { status, headers } = await client.answer();
    expect([status, headers['connection']]).to.deep.equal([200, 'close']);
    await client.end();
    expect(client.rest).to.equal('');
  });

  it('handles a batch after the requests sent before it, and before those sent after it', async () => {
    const served = await start();
    served.daemon.hold();
    const client = served.raw();
    client.send(head('PUT /heal/1') + withBody('POST /heal', '[2,3]') + head('GET /checkup/4'));
    await eventually(() => expect(served.daemon.held).to.equal(1), { every: 1 });
    await served.clock.settle();
    expect(asked(served)).to.deep.equal(['heal 1']);
    served.daemon.release();
    await client.answers(3);
    expect(asked(served)).to.deep.equal(['heal 1', 'heal 2', 'heal 3', 'checkup 4']);
  });

  it('has a connection wait once it has had its share of a pass, and answers all in their order', async () => {
    const served = await start({ limits: { requests_per_pass: 10 } });
    const perPass = countPerPass(served);
    const lines = Array.from({ length: 500 }, (_, id) => head(`GET /checkup/${id}`));
    const answers = await served.raw().send(lines.join('')).answers(500);
    expect(answers.map(({ body }) => (JSON.parse(body) as { id: number }).id)).to.deep.equal([
      ...lines.keys(),
    ]);
    expect(Math.max(...perPass)).to.equal(10);
    expect(served.daemon.deferred).to.equal(0);
    expect(served.gateway.inspect()).to.deep.include({ in_flight: 0, pipelined: 0 });
  });

  it('reads no more of a connection than it can handle, and goes on to the last request', async () => {
    // Node's own clock limits how long half a head may wait, also while the gateway reads no more.
    const patient = { headers_timeout: 3_600, request_timeout: 3_600 };
    const served = await start({ limits: { requests_per_pass: 10, in_flight: 10_000, ...patient } });
    const client = served.raw();
    // More than twice what fits into the two reads below.
    const count = 8_000;
    let most = 0;
    served.daemon.whenAsked = () => {
      most = Math.max(most, served.gateway.inspect().pipelined);
    };
    client.send(Array.from({ length: count }, (_, id) => head(`PUT /heal/${id}`)).join(''));
    client.send(withBody('POST /checkup', JSON.stringify([1, 2])));
    await eventually(() => expect(asked(served).at(-1)).to.equal('checkup 2'), { every: 20 });
    expect(asked(served)).to.have.length(count + 2);
    // What fits into one read of 64 KiB, and into the one under way.
    expect(most).to.be.within(1, (2 * 65_536) / head('PUT /heal/0').length);
  });

  it('reads other connections, and probes, in every pass', async () => {
    const served = await start({ limits: { requests_per_pass: 10 } });
    const crowd = served.raw();
    const other = served.raw().send(head('GET /healthz'));
    await other.answer();
    crowd.send(Array.from({ length: 2000 }, (_, id) => head(`GET /checkup/${id}`)).join(''));
    await eventually(() => expect(asked(served)).not.to.be.empty, { every: 0 });
    other.send(head('GET /healthz') + head('PUT /heal/9000'));
    await other.answers(3);
    expect(asked(served).indexOf('heal 9000')).to.be.within(0, 1000);
    await crowd.answers(2000);
  });

  it('handles requests that are read while connections are accepted once they are, as of when they were read', async () => {
    const served = await start();
    served.clock.isAccepting = true;
    const [first, second] = [served.raw(), served.raw()];
    first.send(head('PUT /heal/7') + head('GET /checkup/7'));
    second.send(withBody('POST /heal', '[8,9]'));
    await eventually(() => expect(served.daemon.deferred).to.equal(3), { every: 1 });
    await served.clock.settle();
    expect(asked(served)).to.deep.equal([]);
    served.clock.isAccepting = false;
    expect((await first.answers(2)).map(({ status }) => status)).to.deep.equal([200, 200]);
    expect((await second.answer()).status).to.equal(200);
    expect(served.daemon.deferred).to.equal(0);
    expect(served.gateway.inspect()).to.deep.include({ in_flight: 0, pipelined: 0 });
  });

  it('does not count waiting requests towards limits of other clients', async () => {
    const served = await start({ limits: { in_flight: 20 } });
    served.daemon.hold();
    const crowd = served.raw().send(head('PUT /heal/1').repeat(30));
    await eventually(() => expect(served.gateway.inspect().pipelined).to.equal(19), { every: 1 });
    expect(served.gateway.inspect()).to.include({ in_flight: 1 });
    const other = served.raw().send(head('PUT /heal/2'));
    await eventually(() => expect(served.daemon.held).to.equal(2), { every: 1 });
    served.daemon.release();
    expect((await other.answer()).status).to.equal(200);
    expect((await crowd.answers(30)).filter(({ status }) => status === 503)).to.have.length(10);
  });

  it('makes one long answer at a time, and has a heal wait for none of them', async () => {
    const served = await start();
    const sessions = sessionsInARow(200_000);
    served.daemon.addEnded(userId(7), sessions);
    served.daemon.addEnded(userId(8), sessions.slice(0, 5));
    const client = served.raw();
    client.socket.pause();
    client.send(head('GET /heart_rhythm/7') + head('GET /heart_rhythm/8') + head('PUT /heal/7'));
    await eventually(() => expect(asked(served)).to.include('heal 7'), { every: 1 });
    await served.clock.settle();
    expect(served.daemon.readingsEnded).to.equal(0);
    expect(served.gateway.inspect().pipelined).to.equal(1);
    client.socket.resume();
    await eventually(() => expect(served.daemon.readingsEnded).to.equal(2));
    await eventually(() => expect(client.received.slice(-60)).to.include('{"status":"online"}'));
  });

  it('handles requests that were sent before the connection was closed', async () => {
    const served = await start();
    served.daemon.hold();
    const client = served.raw();
    client.send(head('PUT /heal/7') + head('DELETE /heal/7') + withBody('POST /heal', '[8]'));
    await eventually(() => expect(served.daemon.held).to.equal(1), { every: 1 });
    client.socket.destroy();
    served.daemon.release();
    const nothing = { connections: 0, in_flight: 0, pipelined: 0 };
    await eventually(() => expect(served.gateway.inspect()).to.include(nothing), { every: 1 });
    expect(asked(served).slice(0, 2)).to.deep.equal(['heal 7', 'goodbye 7']);
    expect(served.daemon.deferred).to.equal(0);
  });

  it('refuses requests that waited too long, and frees their share of time', async () => {
    const served = await start({ limits: { request_timeout: 4 } });
    served.daemon.hold();
    const client = served.raw().send(head('PUT /heal/7').repeat(3));
    await eventually(() => expect(served.daemon.deferred).to.equal(2), { every: 1 });
    await served.clock.advance(6000);
    const answers = await client.answers(3);
    expect(answers.map(({ status }) => status)).to.deep.equal([503, 503, 503]);
    expect(served.daemon.deferred).to.equal(0);
  });
}

function asked({ daemon }: GatewayUnderTest): string[] {
  return daemon.asked.map(({ kind, user }) => `${kind} ${user}`);
}

function withBody(line: string, body: string): RawClient['received'] {
  return head(line, `Content-Length: ${body.length}`) + body;
}

/** The number of asks in each pass of the event loop that had any. */
function countPerPass({ daemon }: GatewayUnderTest): number[] {
  const counts: number[] = [];
  let inPass = 0;
  daemon.whenAsked = () => {
    if (inPass++ > 0) return;
    setImmediate(() => {
      counts.push(inPass);
      inPass = 0;
    });
  };
  return counts;
}
