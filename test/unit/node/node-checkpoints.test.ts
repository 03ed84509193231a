import { expect } from 'chai';
import { moment } from '../../../src/domain/time.js';
import { node } from '../../support/ids.js';
import { StandaloneShards } from '../../support/standalone-shards.js';

const ANN = node('ann');

describe('the observed time', () => {
  it('is stored with the heartbeats before it, also after a stall', async () => {
    const shards = new StandaloneShards();
    const { clock, nodes } = shards;
    const beat = async (): Promise<void> => {
      const at = clock.now();
      nodes.ask(0, { kind: 'heartbeat', name: ANN, arrivedAt: at, readAt: at }, () => undefined);
      await clock.settle();
    };
    await beat();
    nodes.settle([{ shard: 0, node: ANN, stored: true }]);
    await clock.advance(1100);
    await beat();
    const heard = clock.wall();
    const from = clock.now();
    clock.standStill(20_000);
    nodes.wake(from, moment(from + 20_000));
    const stored = shards.submittedLast('statuses')?.nodes[0];
    expect(stored?.status.lastHeartbeat).to.equal(heard);
    const kinds = shards.submitted.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('statuses')).to.be.below(kinds.lastIndexOf('observed_time'));
  });
});
