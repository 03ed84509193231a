import { expect } from 'chai';
import { HeartbeatError } from '../../../src/errors.js';
import { eventually } from '../../support/eventually.js';
import { sessionsInARow } from '../support/fake-daemon.js';
import { userId, type GatewayUnderTest, type Start } from '../support/gateway-under-test.js';
import { head } from '../support/raw-client.js';
import { historyIn } from './heart-rhythm.js';

const USER = userId('-9007199254740993');
const MANY = 20_000;

/** Long histories: streamed as fast as clients read, and no faster. */
export function streamsContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
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
    expect(served.logger.lines[0]).to.deep.include({ level: 'error', event: 'response aborted' });
    expect(served.logger.lines[0]?.fields['error']).to.equal(error);
  });
}
