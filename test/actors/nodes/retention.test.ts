import { expect } from 'chai';
import { SimulatedApp, node } from '../../support/simulated-app.js';

const HOUR = 3_600_000;
const NODE = node('ann');

describe('the past of a node', () => {
  let daemon: SimulatedApp;
  beforeEach(async () => {
    daemon = await SimulatedApp.start({ flags: { '--history-retention': '3600' } });
    await daemon.askNode({ kind: 'put', change: { timeout: 7 * HOUR, maxRetries: 0 } }, NODE);
  });
  afterEach(() => daemon.app.stop());

  it('is kept for history.retention, and no longer', async () => {
    await daemon.askNode('fail', NODE);
    await daemon.clock.advance(HOUR / 2);
    await daemon.askNode('heartbeat', NODE);
    expect(await daemon.flips(NODE)).to.have.length(2);
    await daemon.clock.advance(HOUR / 2 + 60_000);
    expect((await daemon.flips(NODE)).map(({ to }) => to)).to.deep.equal(['active']);
    await daemon.clock.advance(HOUR / 2);
    expect(await daemon.flips(NODE)).to.deep.equal([]);
    expect(await daemon.askNode('describe', NODE)).to.have.nested.property('node.state', 'active');
  });

  it('is not made up where it is not known any more: the uptime begins where flips are kept', async () => {
    await daemon.askNode('fail', NODE);
    await daemon.clock.advance(2 * HOUR);
    const reply = await daemon.askNode('describe', NODE);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    const { from, to, uptime } = await daemon.app.nodes.uptime(reply.node, {
      from: undefined,
      to: undefined,
    });
    expect(to - from).to.equal(HOUR);
    expect(uptime).to.include({ active: 0, failed: HOUR });
  });
});
