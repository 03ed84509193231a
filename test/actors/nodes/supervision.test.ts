import { expect } from 'chai';
import { POLICIES } from '../../../actors/tree.js';
import type { NodeChange } from '../../../actors/notifier/notifier.protocol.js';
import { Faults } from '../../support/faults.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');
const FAILED = { kind: 'refused', code: 'HEARTBEAT_INTERNAL' };

describe('the supervision of nodes', () => {
  let faults: Faults;
  const daemon = withDaemon({
    options: () => {
      faults = new Faults();
      return { decideNode: faults.decideNode };
    },
  });

  const actors = async (): Promise<number> => ((await daemon.app.supervision()) as { actors: number }).actors;

  it('runs one nact actor for each node, and none for a deleted node', async () => {
    const before = await actors();
    await daemon.askNode('heartbeat', ANN);
    await daemon.askNode('put', node('ben'));
    await daemon.askNode('heartbeat', ANN);
    expect((await actors()) - before).to.equal(2);
    await daemon.askNode('forget', ANN);
    expect((await actors()) - before).to.equal(1);
  });

  it('brings a crashed node back with its state, and has it handle the message again', async () => {
    await daemon.askNode({ kind: 'put', change: { labels: { zone: 'a' } } }, ANN);
    faults.plan(ANN, 'heartbeat', 1);
    expect(await daemon.askNode('heartbeat', ANN)).to.deep.equal({ kind: 'active' });
    expect(await daemon.askNode('describe', ANN)).to.have.nested.property('node.labels.zone', 'a');
    expect(daemon.logger.events()).to.include('actor crashed');
  });

  it('moves a message that crashes its actor twice to the dead letters, and goes on', async () => {
    await daemon.askNode('put', ANN);
    faults.plan(ANN, 'heartbeat', 2);
    expect(await daemon.askNode('heartbeat', ANN)).to.deep.equal(FAILED);
    expect(await daemon.askNode('heartbeat', ANN)).to.deep.equal({ kind: 'active' });
    expect(await daemon.app.supervision()).to.have.nested.property('dead_letters.total', 1);
  });

  it('looks again at a deadline over which an actor crashed twice', async () => {
    await daemon.askNode({ kind: 'put', change: { maxRetries: 0 } }, ANN);
    const deadline = daemon.clock.wall() + 30_000;
    faults.plan('', 'expire', 2);
    await daemon.clock.advance(32_000);
    expect((await daemon.flips(ANN)).map(({ at, to }) => [at, to])).to.deep.equal([[deadline, 'failed']]);
  });

  it('brings back a shard whose actors crashed too often, with all of its nodes', async () => {
    await daemon.askNode({ kind: 'put', change: { maxRetries: 0 } }, ANN);
    for (let crash = 0; crash <= POLICIES.shard.intensity; crash++) {
      faults.plan(ANN, 'heartbeat', 1);
      await daemon.askNode('heartbeat', ANN);
    }
    faults.plan(ANN, 'heartbeat', 0);
    expect(daemon.logger.events()).to.include('supervisor exceeded its restart intensity');
    await daemon.clock.advance(1000);
    expect(daemon.fatal).to.equal(undefined);
    expect(await daemon.askNode('heartbeat', ANN)).to.deep.equal({ kind: 'active' });
    await daemon.clock.advance(30_020);
    expect(await daemon.flips(ANN)).to.have.length(1);
  });

  it('stores and shows a flip even where the telling of it fails', async () => {
    await daemon.app.stop();
    const alerting = new (class extends RecordingAlerting {
      override raise(change: NodeChange): never {
        throw new Error(`no words for ${change.flip.to}`);
      }
    })();
    await daemon.start({ alerting });
    await daemon.askNode('put', ANN);
    expect(await daemon.askNode('fail', ANN)).to.have.nested.property('node.state', 'failed');
    expect(await daemon.flips(ANN)).to.have.length(1);
    expect(daemon.logger.events()).to.include('alert could not be raised');
  });
});
