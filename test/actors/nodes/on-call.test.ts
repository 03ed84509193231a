import { expect } from 'chai';
import type { NodeRequest } from '../../../actors/node/node.protocol.js';
import { instant } from '../../../src/domain/time.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');
const BEN = node('ben');
const SWITCH = node('switch');
const BEHIND: NodeRequest = { kind: 'put', change: { maxRetries: 0, dependsOn: [SWITCH] } };
const OFTEN = { '--alerts-remind-every': '60' };
const FLAGS = { '--alerts-remind-every': '600' };

describe('nodes and people on call, through a restart', () => {
  let ops: ReturnType<typeof recordingChannel>;
  const daemon = withDaemon({
    options: () => {
      ops = recordingChannel('ops');
      return { flags: FLAGS, channels: [ops.channel] };
    },
  });

  const acknowledgedFor = (duration: number): NodeRequest => ({
    kind: 'acknowledge',
    by: 'ann',
    until: instant(daemon.clock.wall() + duration),
  });

  const told = (): string[] =>
    ops.told.map(({ type, node: about, reminder }) =>
      [type, about?.name, reminder].filter((part) => part !== undefined).join(' '),
    );

  it('repeat a failure from before a restart until it is acknowledged', async () => {
    await daemon.askNode('put', ANN);
    await daemon.askNode('fail', ANN);
    await daemon.clock.advance(300_000);
    await daemon.killAndStart();
    await daemon.clock.advance(301_000);
    expect(told()).to.deep.equal(['node.reported_failure ann', 'node.failed ann 1']);
    await daemon.askNode('acknowledge', ANN);
    await daemon.killAndStart();
    await daemon.clock.advance(3_600_000);
    expect(told()).to.have.length(2);
    await daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(1000);
    expect(told().at(-1)).to.equal('node.recovered ann');
  });

  /** Starts again, with a short interval of reminders. */
  async function startReminding(): Promise<void> {
    await daemon.app.stop();
    await daemon.start({ flags: OFTEN, channels: [ops.channel] });
  }

  it('remind again once an acknowledgement has ended or is taken back', async () => {
    await startReminding();
    await daemon.askNode('put', ANN);
    await daemon.askNode('fail', ANN);
    await daemon.askNode(acknowledgedFor(150_000), ANN);
    await daemon.clock.advance(140_000);
    expect(told(), 'acknowledged').to.have.length(1);
    await daemon.clock.advance(50_000);
    expect(told().slice(1), 'ended').to.deep.equal(['node.failed ann 3']);
    await daemon.askNode('acknowledge', ANN);
    await daemon.clock.advance(60_000);
    expect(told(), 'acknowledged again, without an end').to.have.length(2);
    await daemon.askNode('unacknowledge', ANN);
    await daemon.clock.advance(60_000);
    expect(told().slice(2), 'taken back').to.deep.equal(['node.failed ann 5']);
  });

  it('remind again after a restart, whether an acknowledgement ends before it or behind it', async () => {
    await startReminding();
    for (const name of [ANN, BEN]) {
      await daemon.askNode('put', name);
      await daemon.askNode('fail', name);
    }
    await daemon.askNode(acknowledgedFor(10_000), ANN);
    await daemon.askNode(acknowledgedFor(90_000), BEN);
    await daemon.kill();
    const { store, clock } = daemon;
    await clock.advance(40_000);
    await daemon.start({ flags: OFTEN, store, clock, channels: [ops.channel] });
    const before = told().length;
    await clock.advance(30_000);
    expect(told().slice(before)).to.deep.equal(['node.failed ann 1']);
    await clock.advance(60_000);
    const reminders = ops.told.slice(before + 1).map(({ type, node: about, nodes, reminder }) => {
      const names = (nodes ?? [about]).map((each) => each?.name).join();
      return [type, names, reminder].join(' ');
    });
    expect(reminders).to.deep.equal(['node.failed ann,ben 2']);
  });

  it('notify escalation channels of nodes still failed when their acknowledgement ends', async () => {
    const boss = recordingChannel('boss');
    const late = { ...boss.channel, policy: { ...boss.channel.policy, after: 30_000 } };
    await daemon.app.stop();
    await daemon.start({ channels: [late] });
    for (const name of [ANN, BEN]) {
      await daemon.askNode('put', name);
      await daemon.askNode('fail', name);
      await daemon.askNode(acknowledgedFor(60_000), name);
    }
    await daemon.clock.advance(59_000);
    await daemon.askNode('heartbeat', BEN);
    expect(boss.told).to.deep.equal([]);
    await daemon.clock.advance(3_000);
    expect(boss.told.map(({ node: about }) => about?.name)).to.deep.equal([ANN]);
  });

  it('notify no channel of a node that depends on one that had failed before', async () => {
    await daemon.askNode('put', SWITCH);
    await daemon.askNode(BEHIND, ANN);
    await daemon.askNode('fail', SWITCH);
    await daemon.killAndStart();
    await daemon.clock.advance(500_000);
    expect(await daemon.askNode('describe', ANN)).to.have.nested.property('node.state', 'failed');
    expect(told()).to.deep.equal(['node.reported_failure switch']);
    await daemon.askNode('heartbeat', SWITCH);
    await daemon.clock.advance(29_000);
    expect(told()).to.deep.equal(['node.reported_failure switch', 'node.recovered switch']);
    await daemon.clock.advance(3_000);
    expect(told().filter((line) => line.startsWith('node.failed'))).to.deep.equal(['node.failed ann']);
  });

  it('forget a node that is deleted', async () => {
    await daemon.askNode('put', ANN);
    await daemon.askNode('fail', ANN);
    await daemon.askNode('forget', ANN);
    await daemon.clock.advance(3_600_000);
    expect(told()).to.deep.equal(['node.reported_failure ann', 'node.deleted ann']);
  });

  it('pause their reminders with the node', async () => {
    await daemon.askNode('put', ANN);
    await daemon.askNode('fail', ANN);
    await daemon.askNode('pause', ANN);
    await daemon.clock.advance(1_500_000);
    expect(told()).to.have.length(1);
    await daemon.askNode('resume', ANN);
    await daemon.clock.advance(600_000);
    expect(told()).to.have.length(2);
  });

  it('notify escalation channels of those that failed together, though its time came while there was no daemon', async () => {
    const boss = recordingChannel('boss');
    const late = { ...boss.channel, policy: { ...boss.channel.policy, after: 900_000 } };
    const options = {
      flags: { '--alerts-mass-failure-at-least': '2', '--alerts-mass-failure-hold': '5' },
      channels: [late],
    };
    await daemon.app.stop();
    const { clock } = daemon;
    await daemon.start({ ...options, clock });
    const { store } = daemon;
    for (const name of [ANN, BEN, SWITCH]) await daemon.askNode('put', name);
    await clock.advance(200_000);
    await daemon.kill();
    await clock.advance(1_000_000);
    await daemon.start({ ...options, store, clock });
    await clock.advance(1_000);
    const failures = boss.told.filter(({ type }) => type === 'node.failed');
    const named = failures.map((told) => (told.nodes ?? [told.node]).map((each) => each?.name));
    expect(named.map(({ length }) => length)).to.deep.equal([3]);
    expect(named.flat()).to.have.members([ANN, BEN, SWITCH]);
  });
});
