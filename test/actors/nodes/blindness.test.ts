import { expect } from 'chai';
import type { NodeRequest } from '../../../actors/node/node.protocol.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');
const NO_RETRIES: NodeRequest = { kind: 'put', change: { maxRetries: 0 } };

describe('a daemon that stood still', () => {
  let alerting: RecordingAlerting;
  const daemon = withDaemon({
    options: () => {
      alerting = new RecordingAlerting();
      return { alerting };
    },
  });

  beforeEach(async () => {
    await daemon.askNode(NO_RETRIES, ANN);
  });

  const failures = () => alerting.raised.map(({ flip }) => flip.at);

  it('fails no node that has not had its time again', async () => {
    daemon.clock.standStill(300_000);
    await daemon.clock.advance(0);
    const woken = daemon.clock.wall();
    await daemon.clock.advance(29_990);
    expect(failures()).to.deep.equal([]);
    await daemon.clock.advance(50);
    expect(failures()).to.deep.equal([woken + 30_000]);
    expect(alerting.raised[0]?.flip.blind).to.be.within(299_980, 300_000);
  });

  it('gives blind time again only to a node without a heartbeat between two blind intervals', async () => {
    daemon.clock.standStill(20_000);
    await daemon.clock.advance(20_000);
    daemon.clock.standStill(20_000);
    await daemon.clock.advance(0);
    await daemon.clock.advance(10_100);
    expect(failures()).to.have.length(1);
  });

  it('counts a heartbeat that lay in the socket through a short stall', async () => {
    await daemon.clock.advance(29_500);
    daemon.clock.standStill(900);
    const passed = daemon.clock.advance(0);
    daemon.app.nodes.ask(ANN, { kind: 'heartbeat' }, () => undefined);
    await passed;
    await daemon.clock.advance(10_000);
    expect(failures()).to.deep.equal([]);
  });

  it('gives the whole of it to requests read before it and handled after it', async () => {
    // Read but not handled when the process is stopped.
    daemon.app.nodes.ask(ANN, { kind: 'heartbeat' }, () => undefined);
    daemon.clock.standStill(60_000);
    daemon.app.nodes.ask(node('ben'), { kind: 'describe' }, () => undefined);
    await daemon.clock.settle();
    await daemon.clock.advance(29_990);
    expect(failures()).to.deep.equal([]);
  });

  it('counts the misses that come after one just before it from when it was over', async () => {
    await daemon.askNode({ kind: 'put', change: { maxRetries: 3 } }, ANN);
    await daemon.clock.advance(29_995);
    // The deadline passes, and before it is noticed the process is stopped for ten timeouts.
    daemon.clock.standStill(10);
    daemon.clock.standStill(300_000);
    await daemon.clock.advance(100);
    const reply = await daemon.askNode('describe', ANN);
    expect(reply).to.have.nested.property('node.state').that.is.oneOf(['active', 'inactive']);
    expect(reply).to.have.nested.property('node.retries').that.is.at.most(1);
    expect(failures()).to.have.length.at.most(1);
  });
});
