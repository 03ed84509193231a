import { expect } from 'chai';
import type { SettingsChange } from '../../../src/domain/node.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { node } from '../../support/ids.js';
import { configOf } from '../../support/simulated-app.js';
import { withDaemon } from '../../support/with-daemon.js';

const ANN = node('ann');

describe('a failed node that gets other settings', () => {
  const [ops, web] = [recordingChannel('ops'), recordingChannel('web')];
  const told = ({ told: messages }: typeof ops): string[] =>
    messages.map(({ type, node: about }) => `${type} ${about?.name ?? ''}`);
  const daemon = withDaemon();

  const put = (change: SettingsChange) => daemon.askNode({ kind: 'put', change }, ANN);

  it('is closed at the channels that it leaves, in a pause, too, and over a restart', async () => {
    const channels = [ops.channel, web.channel];
    await daemon.start({ channels });
    await put({ channels: ['ops'] });
    await daemon.askNode('fail', ANN);
    await put({ labels: { team: 'web' } });
    expect(told(ops)).to.deep.equal(['node.reported_failure ann']);
    await daemon.askNode('pause', ANN);
    await daemon.killAndStart();
    await put({ channels: ['web'] });
    await daemon.clock.advance(100);
    expect(told(ops)).to.deep.equal(['node.reported_failure ann', 'channel.closed ann']);
    expect(told(web)).to.deep.equal([]);
    await daemon.askNode('resume', ANN);
    await daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(100);
    expect(told(ops)).to.have.length(2);
    expect(told(web), 'a recovery alone').to.deep.equal([]);
  });

  it('is closed at a notified channel when a reload changes the match of that channel', async () => {
    const [before, other] = [recordingChannel('ops'), recordingChannel('ops')];
    await daemon.start({ channels: [before.channel] });
    await put({ labels: { team: 'web' } });
    await daemon.askNode('fail', ANN);
    const match = [{ labels: { team: ['data'] } }];
    const { channel } = other;
    await daemon.app.reconfigure(configOf().limits, [{ ...channel, policy: { ...channel.policy, match } }]);
    await daemon.clock.advance(100);
    expect(told(before)).to.deep.equal(['node.reported_failure ann']);
    expect(told(other)).to.deep.equal(['channel.closed ann']);
  });
});
