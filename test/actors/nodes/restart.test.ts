import { expect } from 'chai';
import type { DescribedNode, NodeRequest } from '../../../actors/node/node.protocol.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { instant } from '../../../src/domain/time.js';
import { MortalStore } from '../../support/mortal-store.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');
const BEN = node('ben');
const NO_RETRIES: NodeRequest = { kind: 'put', change: { maxRetries: 0 } };
const HOUR = 3_600_000;

describe('after a restart, a node', () => {
  let alerting: RecordingAlerting;
  const daemon = withDaemon({
    options: () => {
      alerting = new RecordingAlerting();
      return { alerting };
    },
  });

  async function shown(name: NodeName): Promise<DescribedNode> {
    const reply = await daemon.askNode('describe', name);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    return reply.node;
  }

  const told = (): string[] => alerting.raised.map(({ flip }) => `${flip.node} ${flip.to}`);

  it('counts towards the quota of the key that registered it', async () => {
    const quota = { key: 'app', nodes: 1 };
    const beat = async (name: NodeName): Promise<unknown> => {
      const replies: unknown[] = [];
      daemon.app.nodes.ask(name, { kind: 'heartbeat' }, (reply) => replies.push(reply), quota);
      await daemon.clock.advance(100);
      return replies[0];
    };
    const reached = { kind: 'refused', code: 'HEARTBEAT_NODE_QUOTA' };
    expect(await beat(ANN)).to.deep.equal({ kind: 'active' });
    // A change with another key does not change its owner.
    await daemon.askNode(NO_RETRIES, ANN);
    await daemon.killAndStart(5000);
    expect(await beat(BEN)).to.deep.equal(reached);
    await daemon.askNode('forget', ANN);
    expect(await beat(BEN)).to.deep.equal({ kind: 'active' });
    expect(await beat(ANN)).to.deep.equal(reached);
  });

  it('keeps settings, state, retries, and its last heartbeat to within a second', async () => {
    await daemon.askNode(
      { kind: 'put', change: { labels: { zone: 'a' }, channels: ['ops'], maxRetries: 9 } },
      ANN,
    );
    await daemon.clock.advance(1234);
    await daemon.askNode('heartbeat', ANN);
    const heard = daemon.clock.wall();
    await daemon.clock.advance(62_000);
    const before = await shown(ANN);
    expect(before).to.include({ state: 'inactive', retries: 2, lastHeartbeat: heard });
    await daemon.killAndStart(5000);
    expect(await shown(ANN)).to.deep.include({
      state: 'inactive',
      retries: 2,
      since: before.since,
      lastHeartbeat: heard,
      registeredAt: before.registeredAt,
      labels: { zone: 'a' },
      channels: ['ops'],
      maxRetries: 9,
    });
    expect(await daemon.flips(ANN)).to.have.length(1);
  });

  it('remembers a heartbeat that came a second before the kill', async () => {
    await daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(20_000);
    await daemon.askNode('heartbeat', ANN);
    const heard = daemon.clock.wall();
    await daemon.clock.advance(1000);
    await daemon.killAndStart(1000);
    expect((await shown(ANN)).lastHeartbeat).to.equal(heard);
  });

  it('fails no sooner than its old deadline and the time that the daemon was away', async () => {
    await daemon.askNode(NO_RETRIES, ANN);
    await daemon.askNode({ kind: 'put', change: { timeout: HOUR, maxRetries: 0 } }, BEN);
    await daemon.clock.advance(10_000);
    const away = 10 * HOUR;
    const deadline = (await shown(BEN)).deadline ?? 0;
    await daemon.killAndStart(away);
    const up = daemon.clock.wall();
    // A node that may have sent heartbeats meanwhile has a whole timeout, or the grace if that is less.
    expect((await shown(ANN)).deadline).to.equal(up + 30_000);
    expect((await shown(BEN)).deadline).to.be.within(deadline + away, deadline + away + 1000);
    await daemon.clock.advance(30_020);
    expect(told()).to.deep.equal(['ann failed']);
  });

  it('has the time of a stall again, wherever the daemon was killed when it went on', async () => {
    for (let batches = 1; batches <= 4; batches++) {
      const store = new MortalStore();
      await daemon.start({ store, alerting, flags: { '--blind-grace': '1' } });
      await daemon.askNode(NO_RETRIES, ANN);
      const deadline = (await shown(ANN)).deadline ?? 0;
      // A checkpoint and a tick are due.
      await daemon.clock.advance(4490);
      daemon.clock.standStill(20_000);
      store.left = batches;
      await daemon.clock.advance(0);
      await daemon.kill();
      store.left = Infinity;
      await daemon.startAgain();
      expect((await shown(ANN)).deadline).to.be.at.least(deadline + 20_000 - 20);
      await daemon.stop();
    }
  });

  it('of a timeout of 25 hours does not get 25 hours more, but the grace', async () => {
    await daemon.askNode({ kind: 'put', change: { timeout: 25 * HOUR, maxRetries: 0 } }, ANN);
    const deadline = (await shown(ANN)).deadline ?? 0;
    await daemon.killAndStart(25 * HOUR);
    expect((await shown(ANN)).deadline).to.be.within(deadline + 25 * HOUR, deadline + 25 * HOUR + 1000);
    await daemon.kill();
    // It would have been due just now.
    const { observed } = await daemon.storeOfNodes.open();
    expect(observed).not.to.equal(undefined);
    await daemon.storeOfNodes.write([
      { kind: 'observed_time', observed: { ...observed!, awake: 25 * HOUR - 1000 } },
    ]);
    await daemon.startAgain();
    expect((await shown(ANN)).deadline).to.be.at.most(daemon.clock.wall() + 120_000);
  });

  it('that had failed before does not alert again', async () => {
    await daemon.askNode(NO_RETRIES, ANN);
    await daemon.clock.advance(31_000);
    await daemon.killAndStart(1000);
    await daemon.killAndStart(1000);
    await daemon.clock.advance(100_000);
    expect(told()).to.deep.equal(['ann failed']);
    expect((await shown(ANN)).state).to.equal('failed');
    await daemon.askNode('heartbeat', ANN);
    expect(told()).to.deep.equal(['ann failed', 'ann active']);
  });

  it('that is silent fails although the daemon crashes again and again', async () => {
    await daemon.askNode(NO_RETRIES, ANN);
    await daemon.askNode(NO_RETRIES, BEN);
    await daemon.clock.advance(2000);
    for (let crash = 0; crash < 16; crash++) {
      await daemon.killAndStart(500);
      await daemon.clock.advance(2000);
      await daemon.askNode('heartbeat', BEN);
      await daemon.clock.advance(1100);
    }
    expect(told()).to.deep.equal(['ann failed']);
  });

  it('stays paused, and stays forgotten', async () => {
    await daemon.askNode('put', ANN);
    await daemon.askNode('put', BEN);
    await daemon.askNode('pause', ANN);
    await daemon.askNode('forget', BEN);
    await daemon.killAndStart(1000);
    await daemon.clock.advance(200_000);
    expect((await shown(ANN)).pausedAt).not.to.equal(undefined);
    expect(await daemon.askNode('describe', BEN)).to.have.property('code', 'HEARTBEAT_UNKNOWN_NODE');
    expect(told()).to.deep.equal([]);
  });

  it('stays paused until the end of its pause, and no longer', async () => {
    await daemon.askNode('put', ANN);
    const until = instant(daemon.clock.wall() + 60_000);
    await daemon.askNode({ kind: 'pause', until }, ANN);
    await daemon.killAndStart(20_000);
    expect(await shown(ANN)).to.include({ pausedUntil: until });
    await daemon.clock.advance(until - daemon.clock.wall() + 1000);
    const resumed = await shown(ANN);
    expect(resumed).to.include({ pausedAt: undefined });
    expect(resumed.pausedUntil).to.equal(undefined);
  });

  it('is not paused any more if its pause ended meanwhile', async () => {
    await daemon.askNode('put', ANN);
    await daemon.askNode({ kind: 'pause', until: instant(daemon.clock.wall() + 60_000) }, ANN);
    await daemon.killAndStart(HOUR);
    await daemon.clock.advance(1000);
    const resumed = await shown(ANN);
    expect(resumed).to.include({ pausedAt: undefined, state: 'active' });
    expect(resumed.pausedUntil).to.equal(undefined);
  });

  it('follows the present configuration for settings that it does not have', async () => {
    await daemon.askNode('put', ANN);
    await daemon.app.stop();
    const flags = { '--nodes-timeout': '7', '--nodes-max-retries': '1' };
    await daemon.startAgain({ flags });
    expect(await shown(ANN)).to.include({ timeout: 7000, maxRetries: 1 });
  });

  it('keeps its time when the wall clock jumps', async () => {
    await daemon.askNode(NO_RETRIES, ANN);
    daemon.clock.jumpWall(HOUR);
    await daemon.clock.advance(2000);
    await daemon.killAndStart(1000);
    daemon.clock.jumpWall(-HOUR);
    await daemon.clock.advance(29_900);
    expect(told()).to.deep.equal([]);
    await daemon.clock.advance(1500);
    expect(told()).to.deep.equal(['ann failed']);
  });

  it('alerts with the time in which the daemon was blind', async () => {
    await daemon.askNode(NO_RETRIES, ANN);
    await daemon.clock.advance(1000);
    await daemon.killAndStart(7000);
    await daemon.clock.advance(40_000);
    expect(alerting.raised[0]?.flip.blind).to.be.within(7000, 8000);
    expect(alerting.raised[0]?.node.name).to.equal(ANN);
  });

  it('is found by an orderly stop to the millisecond', async () => {
    await daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(1111);
    await daemon.askNode('heartbeat', ANN);
    const heard = daemon.clock.wall();
    await daemon.app.stop();
    await daemon.startAgain();
    expect((await shown(ANN)).lastHeartbeat).to.equal(heard);
  });
});
