import { expect } from 'chai';
import { HeartbeatError } from '../../../src/errors.js';
import { eventually } from '../../support/eventually.js';
import { sessionsInARow } from '../support/fake-daemon.js';
import { userId, type GatewayUnderTest, type Start } from '../support/gateway-under-test.js';
import { head } from '../support/raw-client.js';

const USER = userId('-9007199254740993');
const MANY = 20_000;

/** One reading of a history: its shape, its stream, its failures. Pages have their own file. */
export function heartRhythmContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
  });

  it('is empty for a stranger', async () => {
    const { status, text } = await served.call('GET', `/heart_rhythm/${USER}`);
    expect([status, text]).to.deep.equal([200, `{"id":${USER},"history":[]}`]);
  });

  it('has the oldest first and the session going on last, in whole seconds', async () => {
    served.daemon.addEnded(USER, sessionsInARow(2));
    await served.call('PUT', `/heal/${USER}`);
    const { text, headers } = await served.call('GET', `/heart_rhythm/${USER}`);
    expect(text).to.equal(
      `{"id":${USER},"history":[{"online_at":1600000000,"offline_at":1600000009},` +
        '{"online_at":1600000020,"offline_at":1600000029},{"online_at":1700000000,"offline_at":1700000007}]}',
    );
    expect(headers['content-length']).to.equal(String(text.length));
  });

  it('streams a long one whole, in either order', async () => {
    served.daemon.addEnded(USER, sessionsInARow(MANY));
    const oldest = await served.call('GET', `/heart_rhythm/${USER}`);
    expect(oldest.headers['transfer-encoding']).to.equal('chunked');
    const history = historyIn(oldest.json);
    expect(history).to.have.length(MANY);
    expect(history[0]).to.deep.equal({ online_at: 1_600_000_000, offline_at: 1_600_000_009 });
    const newest = await served.call('GET', `/heart_rhythm/${USER}?order=desc`);
    expect(historyIn(newest.json)).to.deep.equal(history.toReversed());
    expect(newest.text).not.to.contain('next_cursor');
  });

  it('streams one that comes in a single chunk, too', async () => {
    served.daemon.chunkSize = MANY;
    served.daemon.addEnded(USER, sessionsInARow(MANY));
    const { json } = await served.call('GET', `/heart_rhythm/${USER}`);
    expect(historyIn(json)).to.have.length(MANY);
  });

  it('lets others be served between its pieces', async () => {
    served.daemon.chunkSize = 10;
    served.daemon.addEnded(USER, sessionsInARow(MANY));
    const reading = served.raw().send(head(`GET /heart_rhythm/${USER}`));
    await eventually(() => expect(reading.received).not.to.be.empty, { every: 1 });
    await served.call('PUT', '/heal/5');
    const pulledByThen = served.daemon.pulled;
    expect(historyIn(JSON.parse((await reading.answer()).body))).to.have.length(MANY);
    expect(pulledByThen).to.be.lessThan(MANY);
  });

  it('pulls no more than the client reads', async () => {
    served.daemon.addEnded(USER, sessionsInARow(400_000));
    const lazy = served.raw();
    lazy.socket.pause();
    lazy.send(head(`GET /heart_rhythm/${USER}`));
    const stuckAt = await eventually(
      async () => {
        const before = served.daemon.pulled;
        await served.call('GET', '/healthz');
        await served.clock.settle();
        await served.clock.settle();
        expect(before).to.be.greaterThan(0);
        expect(served.daemon.pulled).to.equal(before);
        return before;
      },
      { every: 20 },
    );
    expect(stuckAt).to.be.lessThan(400_000);
    lazy.socket.resume();
    await eventually(() => expect(served.daemon.pulled).to.be.greaterThan(stuckAt));
  });

  it('stops reading when the client goes away', async () => {
    served.daemon.addEnded(USER, sessionsInARow(400_000));
    const hasty = served.raw().send(head(`GET /heart_rhythm/${USER}`));
    await eventually(() => expect(hasty.received).not.to.be.empty, { every: 1 });
    hasty.socket.destroy();
    await eventually(() => expect(served.daemon.readingsEnded).to.equal(1), { every: 2 });
    expect(served.daemon.pulled).to.be.lessThan(400_000);
    await eventually(() => expect(served.gateway.inspect().in_flight).to.equal(0), { every: 2 });
    expect(served.logger.lines).to.be.empty;
  });

  it('gives up a client that reads nothing for the time of a request', async () => {
    served.daemon.addEnded(USER, sessionsInARow(400_000));
    const lazy = served.raw();
    lazy.socket.pause();
    lazy.send(head(`GET /heart_rhythm/${USER}`));
    await eventually(() => expect(served.daemon.pulled).to.be.greaterThan(100));
    await eventually(async () => {
      await served.clock.advance(40_000);
      expect(served.daemon.readingsEnded).to.equal(1);
    });
    expect(served.gateway.inspect()).to.deep.include({ in_flight: 0 });
    lazy.socket.resume();
    await lazy.end();
    expect(lazy.rest).not.to.be.empty;
  });

  it('streams several on one connection, one behind the other', async () => {
    served.daemon.addEnded(USER, sessionsInARow(MANY));
    const client = served.raw().send(head(`GET /heart_rhythm/${USER}`).repeat(3));
    const answers = await client.answers(3);
    for (const { body } of answers) expect(historyIn(JSON.parse(body))).to.have.length(MANY);
  });

  it('forgets one that waited its turn behind another when the client is gone', async () => {
    served.daemon.addEnded(USER, sessionsInARow(MANY));
    served.daemon.hold();
    const client = served.raw().send(head('PUT /heal/5') + head(`GET /heart_rhythm/${USER}`));
    await eventually(() => expect(served.daemon.pulled).to.be.greaterThan(0), { every: 1 });
    await served.clock.settle();
    client.socket.resetAndDestroy();
    await eventually(() => expect(served.gateway.inspect().connections).to.equal(0), { every: 1 });
    await served.clock.advance(40_000);
    await eventually(() => expect(served.daemon.readingsEnded).to.equal(1), { every: 1 });
    expect(served.gateway.inspect().in_flight).to.equal(0);
  });

  it('reads nothing of it for HEAD but its beginning', async () => {
    served.daemon.addEnded(USER, sessionsInARow(MANY));
    const { status, text } = await served.call('HEAD', `/heart_rhythm/${USER}`);
    expect([status, text]).to.deep.equal([200, '']);
    expect(served.daemon.pulled).to.equal(served.daemon.chunkSize);
    expect(served.daemon.readingsEnded).to.equal(1);
  });

  it('is a 503 or a 500 when the store fails before the first byte', async () => {
    const unforeseen = '{"error":"internal server error"}';
    const busy = '{"error":"overloaded, try again later"}';
    for (const [error, status, text] of [
      [new HeartbeatError('HEARTBEAT_STORE_FAILED', 'no such block'), 500, unforeseen],
      [new HeartbeatError('HEARTBEAT_OVERLOADED', 'too much'), 503, busy],
      [new TypeError('a fault of ours'), 500, unforeseen],
    ] as const) {
      served.daemon.historyFault = { error, after: 0 };
      const answer = await served.call('GET', `/heart_rhythm/${USER}`);
      expect([answer.status, answer.text]).to.deep.equal([status, text]);
    }
    expect(served.logger.lines.map(({ level }) => level)).to.deep.equal(['error', 'debug', 'error']);
  });

  it('breaks the connection when the store fails in mid-stream, and never looks whole', async () => {
    served.daemon.addEnded(USER, sessionsInARow(MANY));
    const error = new HeartbeatError('HEARTBEAT_STORE_FAILED', 'no such block');
    served.daemon.historyFault = { error, after: 100 };
    const reading = await served
      .raw()
      .send(head(`GET /heart_rhythm/${USER}`))
      .end();
    expect(reading.received).to.match(/^HTTP\/1\.1 200 /);
    expect(reading.rest).to.equal(reading.received);
    expect(served.logger.lines).to.have.length(1);
    expect(served.logger.lines[0]).to.deep.include({ level: 'error', event: 'answer broken off' });
    expect(served.logger.lines[0]?.fields['error']).to.equal(error);
  });

  it('names the parameter that cannot be used', async () => {
    const problems = {
      'from=abc': 'from',
      'from=1.5': 'from',
      'from=': 'from',
      'from=99999999999999': 'from',
      'to=1e3': 'to',
      'from=2&to=1': 'from',
      'limit=0': 'limit',
      'limit=-1': 'limit',
      'limit=1001': 'limit',
      'limit=9007199254740993': 'limit',
      'order=up': 'order',
      'order=ASC': 'order',
      'cursor=': 'cursor',
      'cursor=garbage': 'cursor',
      'cursor=%zz': 'cursor',
      'limit=1&limit=2': 'limit',
      'form=1': 'form',
      'from%5B%5D=1': 'from[]',
      '%22%3C=1': '\\"<',
    };
    for (const [query, name] of Object.entries(problems)) {
      const { status, json } = await served.call('GET', `/heart_rhythm/${USER}?${query}`);
      expect(status, query).to.equal(400);
      expect(Object.keys(json as object)).to.deep.equal(['error']);
      expect((json as { error: string }).error).to.contain(name);
    }
    expect(served.daemon.readingsEnded).to.equal(0);
  });

  it('takes the empty query, and negative seconds', async () => {
    for (const query of ['?', '?from=-5&to=-5', '?limit=1000', '?order=asc']) {
      expect((await served.call('GET', `/heart_rhythm/${USER}${query}`)).status, query).to.equal(200);
    }
  });
}

export interface ShownSession {
  readonly online_at: number;
  readonly offline_at: number;
}

export function historyIn(json: unknown): readonly ShownSession[] {
  return (json as { history: ShownSession[] }).history;
}
