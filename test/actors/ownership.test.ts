import { expect } from 'chai';
import type { UserReply } from '../../actors/user/user.protocol.js';
import { moment, type Millis } from '../../src/domain/time.js';
import { HeartbeatError } from '../../src/errors.js';
import { node, user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const BEN = user(2);
const DB = node('db');
const ONLINE = { kind: 'online' };
const NOT_READY = { kind: 'refused', code: 'HEARTBEAT_NOT_READY' };

describe('a daemon that loses what it owns for a while', () => {
  const ownership = { validUntil: moment(Infinity) };
  const daemon = withDaemon({
    options: () => {
      ownership.validUntil = moment(Infinity);
      return { ownership };
    },
  });

  function ownFor(time: Millis): void {
    ownership.validUntil = moment(daemon.clock.now() + time);
  }

  async function blindIntervals(): Promise<{ seconds: number; cause: string }[]> {
    const { blind_intervals: intervals } = (await daemon.app.supervision()) as {
      blind_intervals: { seconds: number; cause: string }[];
    };
    return intervals;
  }

  it('answers nothing from memory meanwhile, and is not ready', async () => {
    await daemon.ask('heal', ANN);
    ownFor(5_000);
    await daemon.clock.advance(4_900);
    expect(daemon.app.serving).to.equal(true);
    expect(daemon.app.unready()).to.deep.equal([]);
    await daemon.clock.advance(100);
    expect(daemon.app.serving).to.equal(false);
    expect(daemon.app.unready()).to.deep.equal([
      'the database could not be told for 10 s that this daemon is alive',
    ]);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(NOT_READY);
    expect(await daemon.ask('heal', ANN)).to.deep.equal(NOT_READY);
    expect(await daemon.askNode('heartbeat', DB)).to.deep.equal(NOT_READY);
    expect(await daemon.app.supervision()).to.have.nested.property('store.owned', false);
    expect((await daemon.app.facts()).store.isOwned).to.equal(false);
    ownFor(5_000);
    expect(daemon.app.serving).to.equal(true);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
    expect(await daemon.app.supervision()).to.have.nested.property('store.owned', true);
  });

  it('ends no session and fails no node for that time, and records it as blindness', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.askNode('heartbeat', DB);
    ownFor(5_000);
    await daemon.clock.advance(3_600_000);
    ownFor(3_600_000);
    // The first request after it comes before any tick.
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
    expect(await daemon.flips(DB)).to.deep.equal([]);
    const [interval, ...others] = await blindIntervals();
    expect(interval?.cause).to.equal('stalled');
    expect(interval?.seconds).to.be.within(3_594.9, 3_595.1);
    expect(others).to.deep.equal([]);
    expect(await daemon.storeOfNodes.blindIntervals(1)).to.have.length(1);
    await daemon.clock.advance(20_000);
    const [session] = await daemon.history(ANN);
    expect(session?.offlineAt).to.be.at.least(opened + 3_600_000);
  });

  it('lists no users, and reads no last session, whose owner may be another by then', async () => {
    await daemon.ask('heal', ANN);
    ownFor(0);
    const refusal = (): Promise<unknown> => daemon.online().catch((error: unknown) => error);
    expect(await refusal()).to.have.property('code', NOT_READY.code);
    expect(() => daemon.app.stats()).to.throw(HeartbeatError, /not owned/);
    ownFor(5_000);
    const listing = refusal();
    const last = daemon.app.users.lastSession(ANN).catch((error: unknown) => error);
    ownFor(0);
    expect(await listing).to.have.property('code', NOT_READY.code);
    expect(await last).to.have.property('code', NOT_READY.code);
    ownFor(5_000);
    expect(await daemon.online()).to.deep.equal([ANN]);
    expect(daemon.app.stats().users).to.deep.equal({ online: 1 });
    expect(await daemon.app.users.lastSession(ANN)).to.equal(undefined);
  });

  it('lets no answer out that was asked for in time and came too late', async () => {
    await daemon.ask('heal', ANN);
    ownFor(5_000);
    const replies: UserReply[] = [];
    // Both wait for a commit.
    daemon.app.users.ask('heal', BEN, (reply) => replies.push(reply));
    daemon.app.users.askMany('heal', [user(3), user(4)], (all) => replies.push(...all));
    daemon.clock.standStill(20_000);
    await daemon.clock.settle();
    expect(replies).to.deep.equal([NOT_READY, NOT_READY, NOT_READY]);
  });

  it('counts a standstill in which it was lost once', async () => {
    await daemon.ask('heal', ANN);
    ownFor(5_000);
    await daemon.clock.advance(1_000);
    daemon.clock.standStill(20_000);
    await daemon.clock.advance(3_000);
    daemon.clock.standStill(20_000);
    await daemon.clock.advance(1_000);
    ownFor(60_000);
    await daemon.clock.advance(100);
    const seconds = (await blindIntervals()).reduce((sum, interval) => sum + interval.seconds, 0);
    expect(seconds).to.be.within(43.9, 44.2);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
  });

  it('was blind since then if it is killed meanwhile', async () => {
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(2_000);
    ownFor(1_000);
    await daemon.clock.advance(10_000);
    await daemon.kill();
    await daemon.startAgain({ ownership: { validUntil: moment(Infinity) } });
    const [interval] = await blindIntervals();
    expect(interval?.cause).to.equal('restarted');
    expect(interval?.seconds).to.be.within(9, 11);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
  });
});
