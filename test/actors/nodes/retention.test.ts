import { expect } from 'chai';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

/** The shortest possible: time passes in ticks. */
const RETENTION = 60_000;
const NODE = node('ann');

describe('the past of a node', () => {
  const daemon = withDaemon({ options: () => ({ flags: { '--history-retention': '60' } }) });

  beforeEach(async () => {
    await daemon.askNode({ kind: 'put', change: { timeout: 7 * RETENTION, maxRetries: 0 } }, NODE);
  });

  it('is kept for history.retention, and no longer', async () => {
    await daemon.askNode('fail', NODE);
    await daemon.clock.advance(RETENTION / 2);
    await daemon.askNode('heartbeat', NODE);
    expect(await daemon.flips(NODE)).to.have.length(2);
    await daemon.clock.advance(RETENTION / 2 + 10_000);
    expect((await daemon.flips(NODE)).map(({ to }) => to)).to.deep.equal(['active']);
    await daemon.clock.advance(RETENTION / 2);
    expect(await daemon.flips(NODE)).to.deep.equal([]);
    expect(await daemon.askNode('describe', NODE)).to.have.nested.property('node.state', 'active');
  });

  it('is not made up where it is not known any more: the uptime begins where flips are kept', async () => {
    await daemon.askNode('fail', NODE);
    await daemon.clock.advance(2 * RETENTION);
    const reply = await daemon.askNode('describe', NODE);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    const { from, to, uptime } = await daemon.app.nodes.uptime(reply.node, {
      from: undefined,
      to: undefined,
    });
    expect(to - from).to.equal(RETENTION);
    expect(uptime).to.include({ active: 0, failed: RETENTION });
  });
});
