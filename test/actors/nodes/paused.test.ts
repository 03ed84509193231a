import { expect } from 'chai';
import type { NodeRequest } from '../../../actors/node/node.protocol.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');
const BEN = node('ben');
const FAILED = ['node.reported_failure ann'];

describe('a paused node', () => {
  let ops: ReturnType<typeof recordingChannel>;
  const daemon = withDaemon({
    options: () => {
      ops = recordingChannel('ops');
      return { channels: [ops.channel] };
    },
  });

  beforeEach(async () => {
    await daemon.askNode('put', ANN);
  });

  async function killAndStart(): Promise<void> {
    await daemon.killAndStart();
    await daemon.clock.advance(100);
  }

  /** Sends one request after another, and lets alerts be delivered. */
  async function ask(...requests: readonly Exclude<NodeRequest['kind'], 'declare'>[]): Promise<void> {
    for (const kind of requests) {
      await daemon.askNode(kind, ANN);
      await daemon.clock.advance(100);
    }
  }

  const told = (): string[] => ops.told.map(({ type, node: about }) => `${type} ${about?.name ?? ''}`);
  const stateOf = async (): Promise<unknown> => {
    const reply = await daemon.askNode('describe', ANN);
    return reply?.kind === 'node' ? reply.node.state : reply;
  };

  it('changes its state by reports and heartbeats, and notifies no channel', async () => {
    await ask('pause', 'fail');
    expect(await stateOf()).to.equal('failed');
    await ask('heartbeat');
    expect(await stateOf()).to.equal('active');
    await ask('fail', 'heartbeat', 'resume', 'heartbeat');
    expect(told()).to.deep.equal([]);
  });

  for (const kind of ['a kill', 'no kill'] as const) {
    const perhaps = async (): Promise<void> => {
      if (kind === 'a kill') await killAndStart();
    };

    it(`is notified when its pause ends if it failed in it and still is, over ${kind}`, async () => {
      await ask('pause', 'fail');
      await perhaps();
      await ask('resume');
      expect(told()).to.deep.equal(FAILED);
      expect(ops.told[0]?.message).to.equal(
        "Node 'ann' reported a failure while it was paused, and has not recovered.",
      );
      await ask('heartbeat');
      expect(told()).to.deep.equal([...FAILED, 'node.recovered ann']);
    });

    it(`leaves no failure open that had been notified before, over ${kind}`, async () => {
      await ask('fail', 'pause', 'heartbeat');
      expect(told()).to.deep.equal(FAILED);
      await perhaps();
      await ask('resume');
      expect(told()).to.deep.equal([...FAILED, 'node.recovered ann']);
      expect(ops.told[1]?.message).to.equal("Node 'ann' recovered while it was paused.");
    });

    it(`is not notified again if it is failed as it was before, over ${kind}`, async () => {
      await ask('fail', 'pause', 'heartbeat', 'fail');
      await perhaps();
      await ask('resume');
      expect(told()).to.deep.equal(FAILED);
    });

    it(`is notified when it is deleted, if its failure had been notified before, over ${kind}`, async () => {
      await ask('fail', 'pause', 'heartbeat');
      await perhaps();
      await ask('forget');
      expect(told()).to.deep.equal([...FAILED, 'node.deleted ann']);
    });

    it(`notifies no channel if it failed during its pause and is deleted, over ${kind}`, async () => {
      await ask('pause', 'fail');
      await perhaps();
      await ask('forget');
      expect(told()).to.deep.equal([]);
    });
  }

  it('that fails is part of no mass failure', async () => {
    await daemon.app.stop();
    const flags = { '--alerts-mass-failure-at-least': '2' };
    await daemon.start({ flags, channels: [ops.channel] });
    for (const name of [ANN, BEN]) await daemon.askNode('put', name);
    await ask('pause', 'fail');
    await daemon.askNode('fail', BEN);
    await daemon.clock.advance(5_000);
    expect(told()).to.deep.equal(['node.reported_failure ben']);
  });

  it('handles requests that arrive while its pause begins and ends', async () => {
    // All requests are sent before the first is on disk.
    const answers = (['pause', 'fail', 'heartbeat', 'resume', 'fail'] as const).map((kind) =>
      daemon.askNode(kind, ANN),
    );
    await daemon.clock.advance(1_000);
    await Promise.all(answers);
    expect(told()).to.deep.equal(FAILED);
    await ask('forget');
    expect(told()).to.deep.equal([...FAILED, 'node.deleted ann']);
  });

  it('that is deleted and registered anew is failed no more', async () => {
    const answers = (['fail', 'forget', 'put'] as const).map((kind) => daemon.askNode(kind, ANN));
    await daemon.clock.advance(1_000);
    await Promise.all(answers);
    expect(told()).to.not.include('node.failed ann');
    await daemon.askNode({ kind: 'put', change: { dependsOn: [ANN], maxRetries: 0 } }, BEN);
    await daemon.clock.advance(40_000);
    expect(told()).to.include('node.failed ben');
  });
});
