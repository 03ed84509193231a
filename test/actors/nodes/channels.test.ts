import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { node } from '../../support/ids.js';
import { SimulatedApp } from '../../support/simulated-app.js';

const NODE = node('ann');

describe('a node whose alerts go to some channels', () => {
  const store = () => new MemoryHistoryStore();

  async function failed(channels: readonly string[], kept: MemoryHistoryStore, chosen?: readonly string[]) {
    const all = channels.map(recordingChannel);
    const daemon = await SimulatedApp.start({ store: kept, channels: all.map(({ channel }) => channel) });
    if (chosen !== undefined)
      await daemon.askNode({ kind: 'put', change: { maxRetries: 0, channels: chosen } }, NODE);
    const reply = await daemon.askNode('heartbeat', NODE);
    await daemon.clock.advance(60_000);
    const told = all.map(({ told: messages }) => messages.map(({ type }) => type));
    await daemon.app.stop();
    expect(reply).to.deep.equal({ kind: 'active' });
    return told;
  }

  it('is notified to those, and to no other', async () => {
    expect(await failed(['ops', 'chat'], store(), ['chat'])).to.deep.equal([[], ['node.failed']]);
    expect(await failed(['ops', 'chat'], store(), [])).to.deep.equal([[], []]);
  });

  it('continues where one of them is not configured any more', async () => {
    const kept = store();
    await failed(['ops', 'chat', 'log'], kept, ['ops', 'chat']);
    expect(await failed(['chat', 'log'], kept)).to.deep.equal([['node.recovered', 'node.failed'], []]);
  });

  it('notifies all channels if none of its own is configured any more', async () => {
    const kept = store();
    await failed(['ops', 'log'], kept, ['ops']);
    expect(await failed(['log', 'new'], kept)).to.deep.equal([
      ['node.recovered', 'node.failed'],
      ['node.recovered', 'node.failed'],
    ]);
  });
});
