import { expect } from 'chai';
import type { DescribedNode, DescribedHeartbeatHistory } from '../../../actors/node/node.protocol.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Timeout } from '../../../src/domain/timeout.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');
const BEN = node('ben');
const ADAPTIVE: Timeout = { min: 500, max: 30_000 };

describe('a node with an adaptive timeout', () => {
  let alerting: RecordingAlerting;
  const daemon = withDaemon({
    options: () => {
      alerting = new RecordingAlerting();
      return { alerting };
    },
  });

  beforeEach(async () => {
    await choose(ADAPTIVE);
  });

  const choose = (timeout: Timeout | null, maxRetries = 0, name = ANN) =>
    daemon.askNode({ kind: 'put', change: { timeout, maxRetries } }, name);

  async function shown(
    name: NodeName = ANN,
  ): Promise<DescribedNode & { readonly heartbeatHistory: DescribedHeartbeatHistory }> {
    const reply = await daemon.askNode('describe', name);
    if (reply?.kind !== 'node' || reply.node.heartbeatHistory === undefined)
      throw new Error(JSON.stringify(reply));
    return { ...reply.node, heartbeatHistory: reply.node.heartbeatHistory };
  }

  /** Heartbeats at these intervals. */
  async function beat(intervals: Iterable<number>): Promise<void> {
    for (const interval of intervals) {
      await daemon.clock.advance(interval);
      await daemon.askNode('heartbeat', ANN);
    }
  }

  const times = (count: number, interval: number): number[] => Array.from({ length: count }, () => interval);

  const flips = (): string[] => alerting.raised.map(({ flip }) => `${flip.node} ${flip.to}`);

  it('that beats every second is found silent far sooner than by a fixed timeout', async () => {
    await choose(30_000, 0, BEN);
    await beat(times(30, 1000));
    await daemon.askNode('heartbeat', BEN);
    const silentSince = daemon.clock.wall();
    const { timeout, deadline } = await shown();
    expect(timeout).to.be.within(1500, 2100);
    expect(deadline).to.equal(silentSince + timeout);
    await daemon.clock.advance(29_000);
    expect(flips()).to.deep.equal(['ann failed']);
    expect(alerting.raised[0]?.flip.at).to.equal(deadline);
    expect(alerting.raised[0]?.node).to.deep.include({ timeout, adaptive: ADAPTIVE });
    await daemon.clock.advance(2000);
    expect(flips()).to.deep.equal(['ann failed', 'ben failed']);
  });

  it('is given its max until ten intervals are known', async () => {
    await daemon.askNode('heartbeat', ANN);
    await beat(times(8, 1000));
    expect(await shown()).to.deep.include({
      timeout: 30_000,
      heartbeatHistory: {
        mean: 1000,
        deviation: (await shown()).heartbeatHistory.deviation,
        samples: 9,
        phi: undefined,
      },
    });
    await beat([1000]);
    expect((await shown()).timeout).to.be.lessThan(2500);
  });

  it('that is irregular is not called silent', async () => {
    const random = new SeededRandom(7);
    await beat(Array.from({ length: 400 }, () => random.between(2000, 6000)));
    expect(flips()).to.deep.equal([]);
    const { timeout, heartbeatHistory } = await shown();
    expect(timeout).to.be.within(8000, 12_000);
    expect(heartbeatHistory.mean).to.be.within(3800, 4200);
    expect(heartbeatHistory.deviation).to.be.within(1000, 1300);
  });

  it('shows how improbable its silence is, more and more', async () => {
    await beat(times(30, 1000));
    const phis = [];
    for (const wait of [0, 1000, 250, 250]) {
      await daemon.clock.advance(wait);
      phis.push((await shown()).heartbeatHistory.phi ?? NaN);
    }
    expect(phis).to.deep.equal([...phis].sort((one, other) => one - other));
    expect([phis[0], phis[1]]).to.satisfy(([at0, at1]: number[]) => at0! < 0.01 && at1! > 0.2 && at1! < 0.4);
    expect(phis[3]).to.be.within(2, 8);
  });

  it('that slows down is followed without a failure if it has retries', async () => {
    await choose(ADAPTIVE, 3);
    await beat([...times(50, 1000), ...times(50, 4000)]);
    expect(flips().filter((flip) => flip.endsWith('failed'))).to.deep.equal([]);
    expect(flips().length, 'misses while that is new').to.be.within(1, 10);
    const missed = flips().length;
    await beat(times(200, 4000));
    expect(flips()).to.have.length(missed);
    expect((await shown()).timeout).to.be.within(4500, 6000);
  });

  it('keeps the deadline that it was shown, however often it is looked at', async () => {
    await choose(ADAPTIVE, 3);
    await beat(times(30, 1000));
    const { deadline = 0, timeout } = await shown();
    for (let miss = 1; miss <= 3; miss++) {
      await daemon.clock.advance(timeout);
      expect(await shown()).to.deep.include({ retries: miss, timeout });
      expect((await shown()).deadline).to.equal(deadline + miss * timeout);
    }
  });

  it('learns nothing from a pause, and has its max when it is resumed', async () => {
    await beat(times(30, 1000));
    const { heartbeatHistory, timeout } = await shown();
    await daemon.askNode('pause', ANN);
    await beat([7000, 3000, 100]);
    await daemon.clock.advance(9000);
    await daemon.askNode('resume', ANN);
    expect(await shown()).to.include({ timeout: 30_000, deadline: daemon.clock.wall() + 30_000 });
    await beat([20_000]);
    expect((await shown()).heartbeatHistory).to.deep.include({
      mean: heartbeatHistory.mean,
      samples: heartbeatHistory.samples,
    });
    expect((await shown()).timeout).to.equal(timeout);
    await beat([1000]);
    expect((await shown()).heartbeatHistory.samples).to.equal(heartbeatHistory.samples + 1);
  });

  it('learns nothing from a stall of the daemon, and is not failed by it', async () => {
    await beat(times(30, 1000));
    const { heartbeatHistory } = await shown();
    daemon.clock.standStill(20_000);
    await daemon.clock.advance(0);
    // The heartbeat from the socket and the next one give no interval.
    await beat([0, 400]);
    expect((await shown()).heartbeatHistory).to.deep.include({
      mean: heartbeatHistory.mean,
      samples: heartbeatHistory.samples,
    });
    await beat([1000]);
    expect((await shown()).heartbeatHistory.samples).to.equal(heartbeatHistory.samples + 1);
    expect(flips()).to.deep.equal([]);
  });

  it('learns nothing from an outage longer than its max, or from a reported failure', async () => {
    await beat(times(30, 1000));
    const { heartbeatHistory } = await shown();
    await beat([31_000]);
    await daemon.clock.advance(1000);
    await daemon.askNode('fail', ANN);
    await beat([5000]);
    expect((await shown()).heartbeatHistory).to.deep.include({
      mean: heartbeatHistory.mean,
      samples: heartbeatHistory.samples,
    });
    expect(flips()).to.deep.equal(['ann failed', 'ann active', 'ann failed', 'ann active']);
  });

  it('learns one heartbeat per batch, however often the batch names it', async () => {
    await choose(ADAPTIVE, 0, BEN);
    for (let batch = 0; batch < 40; batch++) {
      await daemon.clock.advance(1000);
      const names = [...Array.from({ length: 50 }, () => ANN), BEN];
      await new Promise((resolve) => {
        daemon.app.nodes.heartbeats(names, resolve);
      });
    }
    const [ann, ben] = [await shown(), await shown(BEN)];
    expect(ann.heartbeatHistory).to.deep.equal(ben.heartbeatHistory);
    expect(ann.timeout).to.be.within(1500, 2100);
  });

  it('keeps its heartbeat history after a restart, and has its max until two heartbeats', async () => {
    await beat(times(60, 1000));
    const { heartbeatHistory, timeout } = await shown();
    await daemon.killAndStart(5000);
    expect(await shown()).to.include({ timeout: 30_000, deadline: daemon.clock.wall() + 30_000 });
    expect((await shown()).heartbeatHistory.samples).to.be.within(
      heartbeatHistory.samples - 1,
      heartbeatHistory.samples,
    );
    expect((await shown()).heartbeatHistory.phi).to.equal(undefined);
    await beat([10_000]);
    expect((await shown()).timeout).to.equal(30_000);
    await beat([1000]);
    expect((await shown()).timeout).to.be.closeTo(timeout, 20);
    await daemon.clock.advance(3000);
    expect(flips()).to.deep.equal(['ann failed']);
  });

  it('gets no earlier deadline from a restart that lost its last heartbeat', async () => {
    await beat(times(60, 1000));
    // In time but by far the latest so far: it makes the next timeout longer, and is in no checkpoint.
    await beat([1450]);
    const { deadline = 0 } = await shown();
    await daemon.killAndStart(100);
    expect((await shown()).deadline).to.be.at.least(deadline + 100);
  });

  it('begins its max with other settings, and has no history once its timeout is fixed', async () => {
    await beat(times(30, 1000));
    await choose({ min: 500, max: 20_000 });
    expect(await shown()).to.include({ timeout: 20_000, deadline: daemon.clock.wall() + 20_000 });
    await beat([1000]);
    expect((await shown()).heartbeatHistory.samples, 'what it has learnt is still true').to.equal(30);
    expect((await shown()).timeout).to.be.lessThan(2500);
    await choose(null);
    const fixed = await daemon.askNode('describe', ANN);
    expect(fixed).to.have.nested.property('node.timeout', 30_000);
    expect(fixed).to.not.have.nested.property('node.heartbeatHistory');
    expect(fixed).to.not.have.nested.property('node.adaptive');
    await beat([1000]);
    await choose(ADAPTIVE);
    expect((await shown()).heartbeatHistory.samples).to.equal(0);
  });

  it('has no heartbeat history after it is deleted and registered again at once', async () => {
    await beat(times(30, 1000));
    daemon.app.nodes.ask(ANN, { kind: 'forget' }, () => undefined);
    await choose(ADAPTIVE);
    const anew = await shown();
    expect(anew).to.include({ timeout: 30_000, lastHeartbeat: undefined });
    expect(anew.heartbeatHistory.samples).to.equal(0);
  });
});
