import { expect } from 'chai';
import { RecordingAlerting } from '../support/recording-alerting.js';
import { node, user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const BEN = user(2);
const ONLINE = { kind: 'online' };
const OFFLINE = { kind: 'offline' };

describe('blindness', () => {
  const daemon = withDaemon({ options: () => ({}) });

  it('declares no user offline after standing still for 20 s, and gives each one a new timeout', async () => {
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(6000);
    daemon.clock.standStill(20_000);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
    await daemon.clock.advance(6900);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
    await daemon.clock.advance(20_000);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(OFFLINE);
  });

  it('gives a heal that was read before it and is handled after it all of its time', async () => {
    // Read but not handled when the process is stopped. The next read shows that it stood still.
    daemon.app.users.ask('heal', ANN, () => undefined);
    daemon.clock.standStill(20_000);
    daemon.app.users.ask('checkup', BEN, () => undefined);
    await daemon.clock.settle();
    await daemon.clock.advance(6900);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
    await daemon.clock.advance(20_000);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(OFFLINE);
  });

  it('records the interval in the log, on disk and in /supervision', async () => {
    await daemon.clock.advance(100);
    daemon.clock.standStill(20_000);
    await daemon.clock.advance(100);
    expect(daemon.logger.events()).to.include('was blind');
    const supervision = await daemon.app.supervision();
    expect(supervision).to.nested.include({ 'blind_intervals[0].cause': 'stalled' });
    expect(supervision).to.have.nested.property('blind_intervals[0].seconds').that.is.within(20, 20.1);
    const [stored] = await daemon.storeOfNodes.blindIntervals(1);
    expect(stored).to.include({ cause: 'stalled' });
  });

  it('counts a heal that lay in the socket through a short stall as having arrived when it began', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(6900);
    daemon.clock.standStill(900);
    expect(await daemon.ask('heal', ANN)).to.deep.equal(ONLINE);
    await daemon.clock.advance(100);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 14_800 }]);
  });

  it('answers a checkup of a short stall as of when the sockets have been read', async () => {
    await daemon.ask('heal', ANN);
    await daemon.ask('heal', BEN);
    await daemon.clock.advance(6900);
    daemon.clock.standStill(900);
    const replies: Record<string, unknown> = {};
    daemon.app.users.ask('checkup', ANN, (reply) => (replies['ann'] = reply));
    daemon.app.users.ask('checkup', BEN, (reply) => (replies['ben'] = reply));
    await daemon.ask('heal', BEN);
    await daemon.clock.advance(20);
    expect(replies).to.deep.equal({ ann: OFFLINE, ben: ONLINE });
  });

  it('ends silent users after a short stall, at their own deadline', async () => {
    const opened = daemon.clock.wall();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(6900);
    daemon.clock.standStill(900);
    await daemon.clock.advance(100);
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(OFFLINE);
    expect(await daemon.history(ANN)).to.deep.equal([{ onlineAt: opened, offlineAt: opened + 7000 }]);
  });

  it('gives blind time again only to users who sent no heal between two blind intervals', async () => {
    await daemon.ask('heal', ANN);
    await daemon.ask('heal', BEN);
    for (let stall = 0; stall < 4; stall++) {
      await daemon.clock.advance(2500);
      await daemon.ask('heal', BEN);
      daemon.clock.standStill(2000);
      await daemon.clock.advance(40);
    }
    expect(await daemon.ask('checkup', ANN)).to.deep.equal(OFFLINE);
    expect(await daemon.ask('checkup', BEN)).to.deep.equal(ONLINE);
  });

  it('ends no session and breaks none when the wall clock jumps an hour in either direction', async () => {
    await daemon.ask('heal', ANN);
    for (const hour of [1, -1, -1, 1]) {
      daemon.clock.jumpWall(hour * 3_600_000);
      await daemon.clock.advance(6000);
      expect(await daemon.ask('checkup', ANN)).to.deep.equal(ONLINE);
      await daemon.ask('heal', ANN);
      await daemon.ask('goodbye', BEN);
      await daemon.ask('heal', BEN);
    }
    for (const id of [ANN, BEN]) {
      const sessions = await daemon.history(id);
      sessions.forEach((session, index) => {
        expect(session.offlineAt).to.be.at.least(session.onlineAt);
        expect(session.onlineAt).to.be.at.least(sessions[index - 1]?.offlineAt ?? -Infinity);
      });
    }
  });

  it('says and counts that the wall clock was set', async () => {
    const simulated = await SimulatedApp.start();
    const { clock, app, logger } = simulated;
    await clock.advance(5000);
    clock.jumpWall(-3_600_000);
    await clock.advance(5000);
    const lines = logger.lines.filter(({ event }) => event === 'wall clock was set');
    expect(lines.map(({ fields }) => fields)).to.deep.equal([{ seconds: -3600 }]);
    expect((await app.facts()).wallSteps).to.equal(1);
    await app.stop();
  });

  it('reports the right silence of a node although the wall clock is set', async () => {
    const alerting = new RecordingAlerting();
    const simulated = await SimulatedApp.start({ alerting, flags: { '--nodes-max-retries': '0' } });
    await simulated.askNode('heartbeat', node('web-1'));
    await simulated.clock.advance(10_000);
    simulated.clock.jumpWall(3_600_000);
    await simulated.clock.advance(25_000);
    expect(alerting.raised.map(({ silence }) => silence)).to.deep.equal([30_000]);
    await simulated.app.stop();
  });
});
