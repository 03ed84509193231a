import { expect } from 'chai';
import type { NodeRequest } from '../../../actors/node/node.protocol.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { RefusingStore } from '../../support/refusing-store.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');
const BEN = node('ben');
const NO_RETRIES: NodeRequest = { kind: 'put', change: { maxRetries: 0, timeout: 5000 } };
const REFUSED = { kind: 'refused', code: 'HEARTBEAT_STORE_REFUSES' };

describe('with a store that refuses writes', () => {
  let store: RefusingStore;
  let alerting: RecordingAlerting;
  const daemon = withDaemon({
    options: () => {
      store = new RefusingStore();
      alerting = new RecordingAlerting();
      return { store, alerting };
    },
    mend: () => {
      store.full = false;
    },
  });

  beforeEach(async () => {
    await daemon.askNode(NO_RETRIES, ANN);
    store.full = true;
  });

  it('heartbeats go on, and what needs a write is refused and undone', async () => {
    expect(await daemon.askNode('heartbeat', ANN)).to.deep.equal({ kind: 'active' });
    expect(await daemon.askNode('heartbeat', BEN)).to.deep.equal(REFUSED);
    expect(await daemon.askNode('put', BEN)).to.deep.equal(REFUSED);
    for (const kind of ['pause', 'forget'] as const)
      expect(await daemon.askNode(kind, ANN), kind).to.deep.equal(REFUSED);
    const change = { kind: 'put', change: { timeout: 1 } } as const;
    expect(await daemon.askNode(change, ANN)).to.deep.equal(REFUSED);
    const reply = await daemon.askNode('describe', ANN);
    expect(reply).to.have.nested.include({ 'node.timeout': 5000, 'node.pausedAt': undefined });
    expect(await daemon.askNode('describe', BEN)).to.have.property('code', 'HEARTBEAT_UNKNOWN_NODE');
  });

  it('alerts go out at once, and the flips are stored later', async () => {
    await daemon.clock.advance(6000);
    expect(alerting.raised).to.have.length(1);
    expect(alerting.heard).to.have.length(1);
    expect(await daemon.askNode('heartbeat', ANN)).to.deep.equal({ kind: 'active' });
    expect(await daemon.askNode('fail', ANN)).to.have.nested.property('node.state', 'failed');
    expect(alerting.heard).to.have.length(3);
    const flips = await daemon.flips(ANN);
    expect(flips.map(({ to }) => to)).to.deep.equal(['failed', 'active', 'failed']);
    store.full = false;
    await daemon.clock.advance(31_000);
    expect(alerting.heard).to.have.length(3);
    expect(await daemon.flips(ANN)).to.deep.equal(flips);
    await daemon.killAndStart();
    expect(await daemon.flips(ANN)).to.deep.equal(flips);
    expect(await daemon.askNode('describe', ANN)).to.have.nested.property('node.state', 'failed');
  });

  it('flips past limits.history_queue are notified all the same, and each that is not stored is logged', async () => {
    store.full = false;
    await daemon.app.stop();
    const queue = 5;
    const flags = { '--limits-history-queue': String(queue) };
    await daemon.start({ store, alerting, flags });
    const names = [ANN, ...Array.from({ length: 3 * queue }, (_, index) => node(`node-${String(index)}`))];
    for (const name of names) await daemon.askNode(NO_RETRIES, name);
    store.full = true;
    await daemon.clock.advance(6000);
    const lost = daemon.logger.lines.filter(({ event }) => event.startsWith('flip dropped'));
    const kept = await Promise.all(names.map(async (name) => (await daemon.flips(name)).length));
    expect(kept.reduce((sum, flips) => sum + flips, 0)).to.equal(names.length - lost.length);
    expect(lost.length).to.be.within(names.length - queue, names.length);
    for (const name of names)
      expect(await daemon.askNode('describe', name)).to.have.nested.property('node.state', 'failed');
    expect(alerting.heard.length).to.be.at.least(names.length);
  });

  for (const keepsRefused of [false, true]) {
    const how = keepsRefused ? 'although it had reached the disk' : 'which had not reached the disk';

    it(`nothing is left of what was refused, ${how}`, async () => {
      store.keepsRefused = keepsRefused;
      expect(await daemon.askNode('put', BEN)).to.deep.equal(REFUSED);
      store.full = false;
      await daemon.clock.advance(31_000);
      store.full = true;
      await daemon.askNode('heartbeat', ANN);
      expect(await daemon.askNode('forget', ANN)).to.deep.equal(REFUSED);
      store.full = false;
      await daemon.clock.advance(31_000);
      await daemon.killAndStart();
      expect(await daemon.askNode('describe', BEN)).to.have.property('code', 'HEARTBEAT_UNKNOWN_NODE');
      expect(await daemon.askNode('describe', ANN)).to.have.nested.include({
        'node.state': 'failed',
        'node.timeout': 5000,
      });
    });
  }

  it('refused changes are absent after a restart, too', async () => {
    store.keepsRefused = true;
    expect(await daemon.askNode('pause', ANN)).to.deep.equal(REFUSED);
    store.full = false;
    await daemon.clock.advance(31_000);
    await daemon.killAndStart();
    expect(await daemon.askNode('describe', ANN)).to.have.nested.property('node.pausedAt', undefined);
  });
});

describe('killed while the store refuses writes, again and again', () => {
  const daemon = withDaemon();

  // The second timeout is longer than `blind_grace`: no restart gives it a whole one.
  for (const timeout of [20, 400]) {
    it(`fails no node that beats twice in its timeout of ${timeout} s, and does fail one that is silent`, async () => {
      const [beating, silent] = [node('beating'), node('silent')];
      const store = new RefusingStore();
      await daemon.start({ store });
      for (const name of [beating, silent])
        await daemon.askNode({ kind: 'put', change: { maxRetries: 0, timeout: timeout * 1000 } }, name);
      for (let life = 0; life < 2; life++) {
        await daemon.askNode('heartbeat', beating);
        await daemon.clock.advance(1_000);
        store.full = true;
        for (let beats = 0; beats < 2; beats++) {
          await daemon.clock.advance(timeout * 500 - 1);
          expect(await daemon.askNode('heartbeat', beating)).to.deep.equal({ kind: 'active' });
        }
        await daemon.kill();
        store.full = false;
        await daemon.startAgain();
        await daemon.clock.advance(timeout * 500 - 2_000);
      }
      expect(await daemon.flips(beating)).to.deep.equal([]);
      await daemon.askNode('heartbeat', beating);
      await daemon.clock.advance(timeout * 500);
      expect((await daemon.flips(silent)).map(({ to }) => to)).to.deep.equal(['failed']);
    });
  }
});
