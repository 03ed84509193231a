import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { sessionsInARow } from '../support/fake-daemon.js';
import { userId, type GatewayUnderTest, type Start } from '../support/gateway-under-test.js';
import { head, type RawClient } from '../support/raw-client.js';

/** An orderly end: all requests are answered, and then all connections are closed. */
export function closingContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
  });

  it('answers requests in flight with Connection: close, and accepts no new connection', async () => {
    served.daemon.hold();
    const clients = ['PUT /heal/1', 'GET /checkup/1', 'DELETE /heal/1', 'GET /users/1'].map((line) =>
      served.raw().send(head(line)),
    );
    await eventually(() => expect(served.daemon.held).to.equal(4), { every: 1 });
    const closing = watch(served.gateway.close());
    await served.clock.settle();
    expect(closing.done).to.be.false;
    const late = served.raw();
    await late.end();
    expect(late.reset).to.be.true;
    served.daemon.release();
    for (const client of clients) {
      const { status, headers } = await client.answer();
      expect([status, headers['connection']]).to.deep.equal([200, 'close']);
      await client.end();
    }
    await closing.promise;
    expect(served.gateway.inspect()).to.deep.include({ connections: 0, in_flight: 0 });
  });

  it('answers requests that it had not read yet', async () => {
    const clients = Array.from({ length: 50 }, () => served.raw());
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(50), { every: 1 });
    await Promise.all(clients.map((client, id) => written(client, head(`PUT /heal/${id}`))));
    await served.gateway.close();
    for (const client of clients) expect((await client.answer()).headers['connection']).to.equal('close');
  });

  it('closes connections that are idle, silent, or in the middle of a head', async () => {
    const idle = served.raw().send(head('PUT /heal/1'));
    await idle.answer();
    const silent = served.raw();
    const slow = served.raw().send('PUT /heal/2 HTTP/1.1\r\nHo');
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(3), { every: 1 });
    await served.gateway.close();
    await Promise.all([idle.end(), silent.end(), slow.end()]);
    expect(served.gateway.inspect().connections).to.equal(0);
  });

  it('answers all that was pipelined on one connection', async () => {
    served.daemon.hold();
    const client = served.raw().send(head('PUT /heal/1') + head('GET /users/2') + head('GET /checkup/3'));
    await eventually(() => expect(served.daemon.held).to.equal(3), { every: 1 });
    const closing = served.gateway.close();
    served.daemon.release();
    const answers = await client.answers(3);
    expect(answers.map(({ headers }) => headers['connection'])).to.deep.equal([
      'keep-alive',
      'keep-alive',
      'close',
    ]);
    await closing;
  });

  it('finishes a stream that has begun', async () => {
    served.daemon.addEnded(userId(1), sessionsInARow(50_000));
    const reading = served.raw().send(head('GET /heart_rhythm/1'));
    await eventually(() => expect(reading.received).not.to.be.empty, { every: 1 });
    await served.gateway.close();
    const { body } = await reading.answer();
    expect((JSON.parse(body) as { history: unknown[] }).history).to.have.length(50_000);
    await reading.end();
  });

  it('stops when asked twice, and without a connection', async () => {
    await Promise.all([served.gateway.close(), served.gateway.close()]);
    await served.gateway.abort();
    expect(served.failures).to.be.empty;
  });

  it('is over at once when it is forced', async () => {
    served.daemon.hold();
    const client = served.raw().send(head('PUT /heal/1'));
    await eventually(() => expect(served.daemon.held).to.equal(1), { every: 1 });
    const closing = served.gateway.close();
    await served.gateway.abort();
    await Promise.all([closing, client.end()]);
    expect(client.received).to.equal('');
  });
}

function watch(promise: Promise<void>): { readonly promise: Promise<void>; done: boolean } {
  const watched = { promise, done: false };
  void promise.then(() => {
    watched.done = true;
  });
  return watched;
}

/** Resolves when the system has the text, so that it waits in the server's socket. */
function written({ socket }: RawClient, text: string): Promise<void> {
  return new Promise((resolve) => {
    socket.write(text, () => resolve());
  });
}
