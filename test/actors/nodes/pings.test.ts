import { expect } from 'chai';
import type { DescribedNode, NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { node } from '../../support/ids.js';
import { ping } from '../../support/pings.js';
import { withDaemon } from '../../support/with-daemon.js';

const JOB = node('backup');

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

  describe('with a start', () => {
    const GRACE = 60_000;
    const RUNS = ['728b3763-ea80-4113-9fc0-f49b3adf226a', '123e4567-e89b-12d3-a456-426614174000'] as const;
    const [A, B] = RUNS;
    const SOON = 50;
    let began: number;

    const flips = (): [string, number, string | undefined][] =>
      alerting.raised.map(({ flip: { to, at, reason } }) => [to, at - began, reason]);
    const OVERDUE = 'it started and did not end within 60 s';

    beforeEach(async () => {
      await daemon.askNode({ kind: 'put', change: { timeout: 86_400_000, grace: GRACE } }, JOB);
      began = daemon.clock.wall();
    });

    it('has failed when its run does not end within the grace, once', async () => {
      await send({ kind: 'start' });
      expect(await shown()).to.deep.include({
        state: 'active',
        deadline: began + GRACE,
        job: { started: began, lastDuration: undefined },
      });
      await daemon.clock.advance(GRACE);
      expect(flips()).to.deep.equal([]);
      await daemon.clock.advance(SOON);
      expect(flips()).to.deep.equal([['failed', GRACE, OVERDUE]]);
      await daemon.clock.advance(10 * GRACE);
      expect(flips()).to.have.length(1);
      await send();
      expect(await shown()).to.deep.include({
        state: 'active',
        job: { started: undefined, lastDuration: 660_050 },
      });
      await daemon.clock.advance(10 * GRACE);
      expect(flips()).to.have.length(2);
    });

    it('is well when its run ends in time, at the very end too, and shows how long it took', async () => {
      for (const taken of [1_500, GRACE]) {
        await send({ kind: 'start' });
        await daemon.clock.advance(taken);
        await send({ kind: 'exit', exitStatus: 0 });
        expect((await shown()).job).to.deep.equal({ started: undefined, lastDuration: taken });
      }
      await daemon.clock.advance(10 * GRACE);
      expect(flips()).to.deep.equal([]);
    });

    it('has failed by its own deadline where that comes first', async () => {
      await daemon.askNode({ kind: 'put', change: { timeout: 20_000, maxRetries: 0 } }, JOB);
      await send({ kind: 'start' });
      await daemon.clock.advance(2 * GRACE);
      expect(flips()).to.deep.equal([['failed', 20_000, undefined]]);
    });

    it('watches each of several runs, by their rid', async () => {
      await send({ kind: 'start', rid: A });
      await daemon.clock.advance(10_000);
      await send({ kind: 'start', rid: B });
      await daemon.clock.advance(10_000);
      await send({ rid: B });
      expect((await shown()).job).to.deep.equal({ started: began, lastDuration: 10_000 });
      await daemon.clock.advance(GRACE);
      expect(flips()).to.deep.equal([['failed', GRACE, OVERDUE]]);
      await send({ rid: A });
      expect((await shown()).job).to.deep.equal({ started: undefined, lastDuration: 80_000 });
    });

    it('ends all runs with a success that names none, and watches none after a failure', async () => {
      for (const rid of RUNS) await send({ kind: 'start', rid });
      await send();
      await daemon.clock.advance(2 * GRACE);
      expect(flips()).to.deep.equal([]);
      for (const rid of RUNS) await send({ kind: 'start', rid });
      await send({ kind: 'fail', rid: A });
      await daemon.clock.advance(30_000);
      await send({ rid: B });
      expect((await shown()).job).to.deep.equal({ started: undefined, lastDuration: 30_000 });
      await daemon.clock.advance(2 * GRACE);
      expect(flips().map(([to]) => to)).to.deep.equal(['failed', 'active']);
    });

    it('gives the grace again to whatever started last with the same rid, and to at most 100 runs', async () => {
      await send({ kind: 'start' });
      await daemon.clock.advance(40_000);
      await send({ kind: 'start' });
      await daemon.clock.advance(40_000);
      expect(flips()).to.deep.equal([]);
      for (let run = 0; run < 101; run++)
        await send({ kind: 'start', rid: A.replace(/^.{3}/, String(run).padStart(3, '0')) });
      await daemon.clock.advance(20_000 + SOON);
      expect(flips()).to.deep.equal([]);
      await daemon.clock.advance(40_000);
      expect(flips().map(([to, at]) => [to, at])).to.deep.equal([['failed', 80_000 + GRACE]]);
    });

    it('goes on over a kill, with the time of its run given back', async () => {
      await send({ kind: 'start' });
      await daemon.clock.advance(50_000);
      await daemon.killAndStart(600_000);
      expect((await shown()).job).to.deep.equal({ started: began, lastDuration: undefined });
      await daemon.clock.advance(GRACE - SOON);
      expect(flips()).to.deep.equal([]);
      await daemon.clock.advance(GRACE);
      expect(flips().map(([to]) => to)).to.deep.equal(['failed']);
    });

    it('has the time back that the daemon stood still', async () => {
      await send({ kind: 'start' });
      await daemon.clock.advance(50_000);
      daemon.clock.standStill(100_000);
      await daemon.clock.advance(GRACE - 1_000);
      expect(flips()).to.deep.equal([]);
      await daemon.clock.advance(2_000);
      expect(flips().map(([to, at]) => [to, at])).to.deep.equal([['failed', 150_000 + GRACE]]);
    });

    it('is not watched while it is paused, nor after that', async () => {
      await send({ kind: 'start' });
      await daemon.askNode('pause', JOB);
      await daemon.clock.advance(2 * GRACE);
      await daemon.askNode('resume', JOB);
      await daemon.clock.advance(2 * GRACE);
      expect(flips()).to.deep.equal([]);
      await send({ kind: 'start' });
      await daemon.clock.advance(GRACE + SOON);
      expect(flips()).to.have.length(1);
    });

    it('is not watched after a pause when the daemon is killed, either', async () => {
      await send({ kind: 'start' });
      for (const kind of ['pause', 'resume'] as const) await daemon.askNode(kind, JOB);
      await daemon.killAndStart();
      expect((await shown()).job).to.deep.equal({ started: undefined, lastDuration: undefined });
      await daemon.clock.advance(10 * GRACE);
      expect(flips()).to.deep.equal([]);
      await send();
      expect((await shown()).job?.lastDuration).to.be.at.least(10 * GRACE);
    });

    it('is watched if it began after a failure, whatever another run says then', async () => {
      await send({ kind: 'fail' });
      await send({ kind: 'start', rid: B });
      await send({ kind: 'log' });
      await send({ rid: A });
      expect(await shown()).to.deep.include({
        state: 'active',
        job: { started: began, lastDuration: undefined },
      });
      await daemon.clock.advance(GRACE + SOON);
      expect(flips().map(([to, , reason]) => [to, reason])).to.deep.equal([
        ['failed', undefined],
        ['active', undefined],
        ['failed', OVERDUE],
      ]);
    });

    it('has failed before a success that comes after the end of the grace', async () => {
      await send({ kind: 'start' });
      await daemon.clock.advance(GRACE + SOON);
      await send();
      expect(flips().map(([to]) => to)).to.deep.equal(['failed', 'active']);
    });

    it('has nothing left of its job when it is registered again', async () => {
      await send({ kind: 'start' });
      await daemon.askNode('forget', JOB);
      await daemon.askNode({ kind: 'put', change: { timeout: 86_400_000 } }, JOB);
      expect(await shown()).to.not.have.any.keys('job', 'grace');
      await daemon.clock.advance(10 * GRACE);
      expect(flips()).to.deep.equal([]);
      await daemon.killAndStart();
      expect(await shown()).to.not.have.any.keys('job', 'grace');
    });

    it('has the grace of its schedule, and no timer of a run that ends', async () => {
      await daemon.askNode({ kind: 'put', change: { schedule: { every: 3_600_000, grace: 20_000 } } }, JOB);
      await send({ kind: 'start' });
      await daemon.clock.advance(20_000 + SOON);
      expect(flips().map(([to, at]) => [to, at])).to.deep.equal([['failed', 20_000]]);
    });
  });
});
