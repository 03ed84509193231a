import { expect } from 'chai';
import type { NodeReply } from '../../actors/node/node.protocol.js';
import type { NotifierReply } from '../../actors/notifier/notifier.protocol.js';
import { HeartbeatError } from '../../src/errors.js';
import type { OpenFailure } from '../../src/ports/channel.js';
import { FourPartitions, ONLINE, REFUSED, times, USERS } from '../support/four-partitions.js';
import { Disk } from '../support/model/disk.js';
import { recordingChannel } from '../support/recording-channel.js';
import { node } from '../support/ids.js';
import { configOf } from '../support/simulated-app.js';

const DB = node('db');
const WEB = node('web');
const TIMEOUT = 10_000;
const TICK = 100;
const ACTIVE = { kind: 'active' };

describe('the nodes and their alerts, handed over and taken over again in the same process', () => {
  let disk: Disk;
  let daemon: FourPartitions;
  let ops: ReturnType<typeof recordingChannel>;

  beforeEach(async () => {
    disk = Disk.inMemory();
    ops = recordingChannel('ops');
    daemon = await start();
  });

  afterEach(async () => {
    disk.release();
    await daemon.app.stop();
  });

  function start(options: { readonly clock?: FourPartitions['clock'] } = {}): Promise<FourPartitions> {
    return FourPartitions.start({
      flags: { '--shutdown-timeout': '20' },
      storeOf: (partition) => disk.attach(partition),
      channels: [ops.channel],
      ...options,
    });
  }

  const handOver = (): Promise<void> => daemon.handOver('watch');
  const takeOver = (): Promise<void> => daemon.takeOver('watch');

  async function heartbeatOf(name: typeof DB): Promise<void> {
    await daemon.askNode({ kind: 'put', change: { timeout: TIMEOUT, maxRetries: 0 } }, name);
    expect(await daemon.askNode('heartbeat', name)).to.deep.equal(ACTIVE);
  }

  async function stateOf(name: typeof DB): Promise<string | undefined> {
    const reply = await daemon.askNode('describe', name);
    return reply?.kind === 'node' ? reply.node.state : reply?.kind;
  }

  function told(): string[] {
    return ops.told.map(({ type, node }) => `${String(node?.name)} ${type}`);
  }

  async function alerts(): Promise<string[]> {
    const found: string[] = [];
    for await (const chunk of daemon.app.alerts.list({}))
      for (const { alert, deliveries } of chunk)
        found.push(`${alert.id} ${deliveries.map(({ state }) => state).join()}`);
    return found;
  }

  async function tested(channel: string): Promise<NotifierReply | undefined> {
    let answer: NotifierReply | undefined;
    daemon.app.alerts.command({
      kind: 'test',
      channel,
      answered: (reply) => {
        answer = reply;
      },
    });
    await daemon.clock.settle();
    return answer;
  }

  async function codeOf(work: Promise<unknown>): Promise<unknown> {
    const error: unknown = await work.catch((caught: unknown) => caught);
    return error instanceof HeartbeatError ? error.code : error;
  }

  it('are refused meanwhile so that clients try again, and users do not notice', async () => {
    await daemon.askAll('heal', USERS);
    await heartbeatOf(DB);
    await handOver();
    for (const kind of ['heartbeat', 'describe', 'put', 'forget'] as const)
      expect(await daemon.askNode(kind, DB), kind).to.deep.equal(REFUSED);
    let replies: readonly NodeReply[] = [];
    daemon.app.nodes.heartbeats([DB, WEB], (all) => {
      replies = all;
    });
    expect(replies).to.deep.equal([REFUSED, REFUSED]);
    expect(await tested('ops')).to.deep.equal(REFUSED);
    expect(await codeOf(daemon.app.nodes.list({}, undefined, 10))).to.equal(REFUSED.code);
    expect(await codeOf(daemon.flips(DB))).to.equal(REFUSED.code);
    expect(await codeOf(alerts())).to.equal(REFUSED.code);
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
    expect(daemon.app.unready()).to.deep.equal([]);
    expect((await daemon.app.facts()).nodes.states).to.deep.equal({ active: 0, inactive: 0, failed: 0 });
    expect(await daemon.app.supervision()).to.have.nested.property('nodes.active', 0);
    await takeOver();
    expect(await daemon.askNode('heartbeat', DB)).to.deep.equal(ACTIVE);
    const { nodes } = await daemon.app.nodes.list({}, undefined, 10);
    expect(nodes.map(({ name }) => name)).to.deep.equal([DB]);
  });

  it('do not fail for the time in which nobody watched, and alerts go on', async () => {
    await heartbeatOf(DB);
    await daemon.clock.advance(TIMEOUT - TICK);
    await handOver();
    await daemon.clock.advance(60_000);
    await takeOver();
    await daemon.clock.advance(TIMEOUT - TICK);
    expect(await stateOf(DB)).to.equal('active');
    expect(told()).to.deep.equal([]);
    await daemon.clock.advance(2 * TICK);
    expect(await stateOf(DB)).to.equal('failed');
    expect(told()).to.deep.equal(['db node.failed']);
    expect(ops.told[0]?.blind_seconds).to.be.within(60, 61);
    await daemon.askNode('heartbeat', DB);
    await daemon.clock.advance(1000);
    expect(told()).to.deep.equal(['db node.failed', 'db node.recovered']);
    expect(await daemon.flips(DB)).to.have.length(2);
  });

  it('end of a failure before it is notified afterwards', async () => {
    await heartbeatOf(DB);
    await daemon.clock.advance(TIMEOUT + TICK);
    await handOver();
    await takeOver();
    expect(await stateOf(DB)).to.equal('failed');
    await daemon.askNode('heartbeat', DB);
    await daemon.clock.advance(1000);
    expect(told()).to.deep.equal(['db node.failed', 'db node.recovered']);
  });

  it('are answered what they asked before, once the disk has it', async () => {
    disk.hold('kept');
    let answer: NodeReply | undefined;
    daemon.app.nodes.ask(WEB, { kind: 'put', change: {} }, (reply) => {
      answer = reply;
    });
    const handed = daemon.app.handOver('watch');
    await daemon.clock.advance(1000);
    expect(answer, 'the disk is slow').to.equal(undefined);
    disk.release();
    await daemon.done(handed);
    expect(answer?.kind).to.equal('node');
    await takeOver();
    expect(await stateOf(WEB)).to.equal('active');
  });

  it('have their undelivered alerts delivered afterwards, under the same ids', async () => {
    ops.fails = true;
    await heartbeatOf(DB);
    await daemon.clock.advance(TIMEOUT + 1000);
    const before = await alerts();
    expect(before).to.have.length(1);
    expect(before[0]).to.match(/ pending$/);
    await handOver();
    const attempts = ops.told.length;
    await daemon.clock.advance(600_000);
    expect(ops.told, 'nobody is notified meanwhile').to.have.length(attempts);
    ops.fails = false;
    await takeOver();
    await daemon.clock.advance(10_000);
    expect(await alerts()).to.deep.equal(before.map((each) => each.replace('pending', 'delivered')));
    expect(new Set(ops.told.map(({ id }) => id)).size).to.equal(1);
  });

  it('leave their channels open, which are closed with the daemon', async () => {
    await handOver();
    await takeOver();
    expect(ops.closed).to.equal(0);
    expect(await tested('ops')).to.have.property('kind', 'accepted');
    await daemon.clock.advance(1000);
    expect(ops.told.map(({ type }) => type)).to.deep.equal(['test']);
    await handOver();
    await daemon.done(daemon.app.stop());
    expect(ops.closed).to.equal(1);
  });

  it('use the channels that are configured meanwhile', async () => {
    await handOver();
    const next = recordingChannel('next');
    await daemon.app.reconfigure(configOf().limits, [next.channel]);
    expect(ops.closed).to.equal(1);
    expect(daemon.app.alerts.channels).to.deep.equal(['next']);
    await takeOver();
    expect(await tested('ops')).to.deep.equal({ kind: 'refused', code: 'HEARTBEAT_NO_SUCH_CHANNEL' });
    expect(await tested('next')).to.have.property('kind', 'accepted');
    await daemon.clock.advance(1000);
    expect(next.told).to.have.length(1);
  });

  it('are repeated to a provider that forgets only where they are watched', async () => {
    const calls: string[] = [];
    const resend = (failures: readonly OpenFailure[]): boolean => {
      calls.push(failures.map(({ name }) => name).join());
      return true;
    };
    const stopResending = (): void => {
      calls.push('stop');
    };
    const { policy, notifier } = ops.channel;
    const forgetful = { policy, notifier: { ...notifier, resend, stopResending, gone: () => undefined } };
    await daemon.app.reconfigure(configOf().limits, [forgetful]);
    await heartbeatOf(DB);
    await daemon.clock.advance(TIMEOUT + 1000);
    calls.splice(0);
    await handOver();
    await daemon.clock.advance(60_000);
    expect(calls).to.deep.equal(['stop']);
    await takeOver();
    await daemon.clock.advance(1000);
    expect(calls).to.deep.equal(['stop', 'db']);
  });

  it('go on being counted where they were', async () => {
    await heartbeatOf(DB);
    await daemon.clock.advance(TIMEOUT + 1000);
    const counts = async (): Promise<object> => {
      const { nodes, alerts } = await daemon.app.facts();
      return { heartbeats: nodes.heartbeats, delivered: alerts.channels.map((each) => each.delivered) };
    };
    const before = await counts();
    expect(before).to.deep.equal({ heartbeats: 1, delivered: [1] });
    await handOver();
    expect(await counts()).to.deep.equal(before);
    await takeOver();
    expect(await counts()).to.deep.equal(before);
  });

  it('leave nothing behind, however often they go and come', async () => {
    await heartbeatOf(DB);
    const running = await daemon.running();
    for (let round = 0; round < 20; round++) {
      await handOver();
      expect(await daemon.running(), 'without the nodes').to.be.lessThan(running - 1);
      await takeOver();
      expect(await daemon.askNode('heartbeat', DB)).to.deep.equal(ACTIVE);
      expect(await daemon.running()).to.equal(running);
    }
    expect(await daemon.flips(DB)).to.deep.equal([]);
  });

  it('survive a kill while they are handed over, and come back with the next start', async () => {
    await heartbeatOf(DB);
    await handOver();
    await daemon.kill();
    await disk.detach();
    daemon = await start({ clock: daemon.clock });
    expect(await stateOf(DB)).to.equal('active');
  });
});
