import { expect } from 'chai';
import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import { instant } from '../../../src/domain/time.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');
const REFUSED_UNKNOWN = { kind: 'refused', code: 'HEARTBEAT_UNKNOWN_NODE' };

describe('a node', () => {
  const daemon = withDaemon();
  let began: number;

  async function start(flags: Record<string, string> = {}): Promise<void> {
    await daemon.start({ flags });
    began = daemon.clock.wall();
  }

  async function shown(): Promise<DescribedNode> {
    const reply = await daemon.askNode('describe', ANN);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    return reply.node;
  }

  async function states(): Promise<string[]> {
    return (await daemon.flips(ANN)).map(({ from, to, at, cause }) => `${from} ${to} ${at - began} ${cause}`);
  }

  it('is one of fewer that are looked at in one tick while there are many silences', async () => {
    await start({ '--nodes-timeout': '5', '--nodes-max-retries': '0', '--limits-silences': '2000' });
    const { app, clock } = daemon;
    const [wall, endsAt] = [clock.wall(), instant(clock.wall() + 3_600_000)];
    for (let number = 0; number < 2000; number++) {
      const request = { matchers: [`name=~.*${number}`], startsAt: wall, endsAt, by: 'ann' };
      app.silences.command({ kind: 'silence', request, answered: () => undefined });
    }
    await clock.settle();
    const names = Array.from({ length: 200 }, (_, number) => node(`n-${number}`));
    for (const name of names) await daemon.askNode('heartbeat', name);
    await clock.advance(5000);
    const ticks: number[] = [];
    for (let failed = 0; failed < names.length;) {
      await clock.advance(20);
      const { failed: now } = app.stats().nodes;
      ticks.push(now - failed);
      failed = now;
    }
    // 100,000 comparisons, in each of four shards a whole number.
    expect(Math.max(...ticks)).to.be.within(1, 52);
  });

  it('is unknown until it is registered, by a call or by its first heartbeat', async () => {
    await start();
    expect(await daemon.askNode('describe', ANN)).to.deep.equal(REFUSED_UNKNOWN);
    for (const kind of ['pause', 'resume', 'forget'] as const)
      expect(await daemon.askNode(kind, ANN)).to.deep.equal(REFUSED_UNKNOWN);
    expect(await daemon.askNode('put', ANN)).to.deep.include({ kind: 'node', created: true });
    expect((await shown()).lastHeartbeat).to.equal(undefined);
    expect(await daemon.askNode('put', ANN)).to.deep.include({ kind: 'node', created: false });
    expect(await daemon.askNode('heartbeat', node('ben'))).to.deep.equal({ kind: 'active' });
  });

  it('is registered by a reported failure, which may be the first request about it', async () => {
    await start();
    const reply = await daemon.askNode({ kind: 'fail', reason: 'disk full' }, ANN);
    expect(reply).to.have.nested.include({ kind: 'node', 'node.state': 'failed' });
    expect((await shown()).lastHeartbeat).to.equal(undefined);
    expect(
      (await daemon.flips(ANN)).map(({ from, to, cause, reason }) => [from, to, cause, reason]),
    ).to.deep.equal([['active', 'failed', 'report', 'disk full']]);
    expect(await daemon.askNode('heartbeat', ANN)).to.deep.equal({ kind: 'active' });
    expect((await shown()).state).to.equal('active');
  });

  it('is not registered by a heartbeat or a failure if nodes.auto_register is off', async () => {
    await start({ '--nodes-auto-register': 'false' });
    for (const kind of ['heartbeat', 'fail'] as const)
      expect(await daemon.askNode(kind, ANN)).to.deep.equal(REFUSED_UNKNOWN);
  });

  it('is inactive at each timeout for as many as it has retries, and then fails, once', async () => {
    await start();
    await daemon.askNode('heartbeat', ANN);
    for (const retries of [0, 1, 2, 3]) {
      expect(await shown()).to.include({ state: retries === 0 ? 'active' : 'inactive', retries });
      await daemon.clock.advance(29_999);
      expect(await shown()).to.include({ state: retries === 0 ? 'active' : 'inactive', retries });
      await daemon.clock.advance(1);
    }
    expect(await shown()).to.include({
      state: 'failed',
      retries: 3,
      since: began + 120_000,
      deadline: undefined,
    });
    await daemon.clock.advance(100_000);
    expect(await states()).to.deep.equal(['active inactive 30000 silence', 'inactive failed 120000 silence']);
  });

  it('is active again after a heartbeat, from any state', async () => {
    await start();
    await daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(61_000);
    expect(await daemon.askNode('heartbeat', ANN)).to.deep.equal({ kind: 'active' });
    expect(await shown()).to.include({ state: 'active', retries: 0, lastHeartbeat: began + 61_000 });
    await daemon.clock.advance(121_000);
    expect((await shown()).state).to.equal('failed');
    await daemon.askNode('heartbeat', ANN);
    expect(await states()).to.deep.equal([
      'active inactive 30000 silence',
      'inactive active 61000 heartbeat',
      'active inactive 91000 silence',
      'inactive failed 181000 silence',
      'failed active 182000 heartbeat',
    ]);
  });

  it('keeps its time with a heartbeat at the deadline itself', async () => {
    await start();
    await daemon.askNode('heartbeat', ANN);
    for (let beat = 0; beat < 3; beat++) {
      await daemon.clock.advance(30_000);
      await daemon.askNode('heartbeat', ANN);
    }
    expect(await states()).to.deep.equal([]);
  });

  it('fails at the first miss without retries', async () => {
    await start();
    await daemon.askNode({ kind: 'put', change: { maxRetries: 0, timeout: 5000 } }, ANN);
    await daemon.clock.advance(5030);
    expect(await states()).to.deep.equal(['active failed 5000 silence']);
  });

  it('fails at once when it says so itself, and only once', async () => {
    await start();
    await daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(1000);
    const reply = await daemon.askNode('fail', ANN);
    expect(reply).to.have.nested.include({ 'node.state': 'failed', 'node.since': began + 1000 });
    await daemon.clock.advance(1000);
    await daemon.askNode('fail', ANN);
    expect(await states()).to.deep.equal(['active failed 1000 report']);
  });

  it('never expires while it is paused, records its heartbeats, and has its timeout anew when resumed', async () => {
    await start();
    await daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(10_000);
    expect(await daemon.askNode('pause', ANN)).to.have.nested.property('node.pausedAt', began + 10_000);
    await daemon.clock.advance(150_000);
    await daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(150_000);
    expect(await shown()).to.include({
      state: 'active',
      deadline: undefined,
      lastHeartbeat: began + 160_000,
    });
    await daemon.askNode('resume', ANN);
    expect((await shown()).deadline).to.equal(began + 340_000);
    // A repeated call gives no more time.
    await daemon.clock.advance(20_000);
    await daemon.askNode('resume', ANN);
    await daemon.clock.advance(10_020);
    expect(await states()).to.deep.equal(['active inactive 340000 silence']);
  });

  it('is paused and resumed by its settings, too', async () => {
    await start();
    expect(await daemon.askNode({ kind: 'put', change: { paused: true } }, ANN)).to.deep.include({
      created: true,
    });
    await daemon.clock.advance(150_000);
    expect(await shown()).to.include({ state: 'active', pausedAt: began });
    await daemon.askNode({ kind: 'put', change: { paused: null } }, ANN);
    expect(await shown()).to.include({ pausedAt: undefined, deadline: began + 180_000 });
  });

  it('is failed no sooner than one new timeout after its timeout was changed', async () => {
    await start();
    await daemon.askNode({ kind: 'put', change: { timeout: 360_000, maxRetries: 0 } }, ANN);
    await daemon.clock.advance(300_000);
    await daemon.askNode({ kind: 'put', change: { timeout: 10_000 } }, ANN);
    await daemon.clock.advance(9_999);
    expect((await shown()).state).to.equal('active');
    await daemon.clock.advance(1);
    expect((await shown()).state).to.equal('failed');
  });

  it('keeps its deadline when the same settings are sent again', async () => {
    await start();
    await daemon.askNode({ kind: 'put', change: { timeout: 30_000, labels: { zone: 'a' } } }, ANN);
    await daemon.clock.advance(20_000);
    await daemon.askNode({ kind: 'put', change: { timeout: 30_000, labels: { zone: 'a' } } }, ANN);
    await daemon.askNode({ kind: 'put', change: { timeout: null, labels: { zone: 'b' } } }, ANN);
    expect(await shown()).to.deep.include({ deadline: began + 30_000, labels: { zone: 'b' } });
  });

  it('sets the given settings, keeps absent ones, and resets those that are null', async () => {
    await start();
    const change = { timeout: 1000, maxRetries: 7, labels: { a: 'b' }, channels: ['ops'] };
    await daemon.askNode({ kind: 'put', change }, ANN);
    await daemon.askNode({ kind: 'put', change: {} }, ANN);
    expect(await shown()).to.deep.include(change);
    await daemon.askNode({ kind: 'put', change: { timeout: null, channels: null } }, ANN);
    expect(await shown()).to.deep.include({ ...change, timeout: 30_000, channels: undefined });
  });

  it('is deleted with its history, and registered again by a later heartbeat', async () => {
    await start();
    await daemon.askNode({ kind: 'put', change: { maxRetries: 0 } }, ANN);
    await daemon.clock.advance(40_000);
    expect(await daemon.askNode('forget', ANN)).to.deep.equal({ kind: 'forgotten' });
    expect(await daemon.askNode('describe', ANN)).to.deep.equal(REFUSED_UNKNOWN);
    expect(await states()).to.deep.equal([]);
    await daemon.askNode('heartbeat', ANN);
    expect(await shown()).to.include({ state: 'active', maxRetries: 3, registeredAt: began + 40_000 });
    expect(await states()).to.deep.equal([]);
  });

  it('is refused beyond nodes.max', async () => {
    await start({ '--nodes-max': '2' });
    await daemon.askNode('heartbeat', ANN);
    await daemon.askNode('heartbeat', node('ben'));
    const refused = { kind: 'refused', code: 'HEARTBEAT_TOO_MANY_NODES' };
    expect(await daemon.askNode('heartbeat', node('cal'))).to.deep.equal(refused);
    expect(await daemon.askNode('put', node('cal'))).to.deep.equal(refused);
    await daemon.askNode('forget', ANN);
    expect(await daemon.askNode('put', node('cal'))).to.deep.include({ created: true });
  });

  it('is registered, changed and deleted in the order of the requests', async () => {
    await start();
    const { nodes } = daemon.app;
    const replies: string[] = [];
    const ask = (...request: Parameters<typeof nodes.ask>) => nodes.ask(...request);
    ask(ANN, { kind: 'put', change: { maxRetries: 1 } }, ({ kind }) => replies.push(`put ${kind}`));
    ask(ANN, { kind: 'forget' }, ({ kind }) => replies.push(`forget ${kind}`));
    ask(ANN, { kind: 'heartbeat' }, ({ kind }) => replies.push(`heartbeat ${kind}`));
    ask(ANN, { kind: 'put', change: { timeout: 1000 } }, ({ kind }) => replies.push(`put ${kind}`));
    await daemon.clock.advance(100);
    expect(replies).to.deep.equal(['put node', 'forget forgotten', 'heartbeat active', 'put node']);
    expect(await shown()).to.include({ maxRetries: 3, timeout: 1000 });
  });
});
