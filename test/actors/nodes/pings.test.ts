import { expect } from 'chai';
import type { DescribedNode, NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import type { Ping } from '../../../src/domain/ping.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { node } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';

const JOB = node('backup');

/** A ping, with nothing in its body. */
export function ping(said: Partial<Ping> = {}, more: { uuid?: string; creates?: boolean } = {}): NodeRequest {
  const sent: Ping = { kind: 'success', method: 'POST', body: new Uint8Array(), bytes: 0, ...said };
  return { kind: 'ping', ping: sent, creates: false, ...more };
}

describe('a node that is pinged', () => {
  let alerting: RecordingAlerting;
  const daemon = withDaemon({
    options: () => {
      alerting = new RecordingAlerting();
      return { alerting };
    },
  });

  async function shown(): Promise<DescribedNode> {
    const reply = await daemon.askNode('describe', JOB);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    return reply.node;
  }

  const send = (...of: Parameters<typeof ping>): Promise<NodeReply | undefined> =>
    daemon.askNode(ping(...of), JOB);

  it('keeps its UUID over a kill, until it is given another one', async () => {
    await daemon.askNode({ kind: 'put', change: { timeout: 60_000 } }, JOB);
    const first = daemon.app.pings.uuidOf(await shown());
    await daemon.killAndStart();
    expect(daemon.app.pings.uuidOf(await shown())).to.equal(first);
    expect(await daemon.app.pings.withUuid(first)).to.equal(JOB);
    await daemon.askNode('renew_ping_uuid', JOB);
    const second = daemon.app.pings.uuidOf(await shown());
    await daemon.killAndStart();
    expect(daemon.app.pings.uuidOf(await shown()))
      .to.equal(second)
      .and.not.equal(first);
    expect(await daemon.app.pings.withUuid(first)).to.equal(undefined);
    expect(await daemon.app.pings.withUuid(second)).to.equal(JOB);
    expect(await send({}, { uuid: first })).to.include({ code: 'HEARTBEAT_UNKNOWN_NODE' });
    expect(await send({}, { uuid: second })).to.deep.equal({ kind: 'pinged', created: false });
  });

  it('is on disk when it is answered, whatever the ping says', async () => {
    await daemon.askNode({ kind: 'put', change: { timeout: 10_000, maxRetries: 0 } }, JOB);
    await daemon.clock.advance(5_000);
    await send();
    await daemon.killAndStart();
    const heard = await shown();
    expect(heard.lastHeartbeat).to.equal(daemon.clock.wall());
    await send({ kind: 'exit', exitStatus: 2, body: Buffer.from('disk full') });
    await daemon.killAndStart();
    expect(await shown()).to.include({ state: 'failed' });
    expect((await daemon.flips(JOB)).map(({ cause, reason }) => [cause, reason])).to.deep.equal([
      ['report', 'exit status 2: disk full'],
    ]);
    await send({ kind: 'exit', exitStatus: 0 });
    await daemon.killAndStart();
    expect(await shown()).to.include({ state: 'active' });
  });

  it('is registered by a ping that may, and handles the ping then', async () => {
    expect(await send()).to.include({ code: 'HEARTBEAT_UNKNOWN_NODE' });
    expect(await send({ kind: 'fail' }, { creates: true })).to.deep.equal({ kind: 'pinged', created: true });
    expect(alerting.raised.map(({ flip: { to } }) => to)).to.deep.equal(['failed']);
    await daemon.killAndStart();
    expect(await shown()).to.deep.include({
      state: 'failed',
      schedule: { every: 86_400_000, grace: 3_600_000 },
    });
  });

  it('keeps a slug that was chosen for it, which another node cannot take', async () => {
    const put = (slug: string | null): NodeRequest => ({ kind: 'put', change: { slug } });
    await daemon.askNode(put('nightly'), JOB);
    await daemon.killAndStart();
    expect(daemon.app.pings.withSlug('nightly')).to.deep.equal([JOB]);
    expect(daemon.app.pings.withSlug('backup')).to.deep.equal([JOB]);
    const other = node('other');
    for (const taken of ['nightly', 'backup'])
      expect(await daemon.askNode(put(taken), other)).to.include({ code: 'HEARTBEAT_SLUG_TAKEN' });
    await daemon.askNode(put(null), JOB);
    expect(await daemon.askNode(put('nightly'), other)).to.include({ kind: 'node' });
    await daemon.askNode('forget', other);
    expect(daemon.app.pings.withSlug('nightly')).to.deep.equal([]);
  });
});
