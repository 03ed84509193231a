import { expect } from 'chai';
import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { UTC_DAY as DAY, utcDayOf } from '../../../src/domain/uptime-day.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { collect } from '../../contract/history-store/reading.js';
import { node } from '../../support/ids.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { withDaemon } from '../../support/with-daemon.js';

const NODE = node('ann');
/** The uptime by day is looked at once a minute, and flips are pruned as often. */
const LOOKS = 130_000;
const RETENTION = { '--flips-retention': String((2 * DAY) / 1_000) };
/** It fails by no silence. */
const QUIET = { kind: 'put', change: { timeout: 30 * DAY, maxRetries: 0 } } as const;

async function describedBy(daemon: Pick<SimulatedApp, 'askNode'>): Promise<DescribedNode> {
  const reply = await daemon.askNode('describe', NODE);
  if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
  return reply.node;
}

async function reportOf({ app, clock, askNode }: Pick<SimulatedApp, 'app' | 'clock' | 'askNode'>) {
  const ann = await describedBy({ askNode });
  const request = { timeZone: 'UTC', from: utcDayOf(ann.registeredAt), to: clock.wall(), most: 10 };
  return app.nodes.uptimeReport(ann, request);
}

describe('the past of a node', () => {
  const daemon = withDaemon({ options: () => ({ flags: RETENTION }) });
  const report = () =>
    reportOf({
      app: daemon.app,
      clock: daemon.clock,
      askNode: (request, name) => daemon.askNode(request, name),
    });

  beforeEach(async () => {
    await daemon.askNode(QUIET, NODE);
    await daemon.askNode('fail', NODE);
    await daemon.clock.advance(10_000);
    await daemon.askNode('heartbeat', NODE);
  });

  it('is kept for flips.retention, and its uptime by day for good', async () => {
    daemon.clock.jumpWall(DAY);
    await daemon.clock.advance(LOOKS);
    expect(await daemon.flips(NODE)).to.have.length(2);
    const [known] = (await report()).days;
    expect(known).to.include({ incidents: 1 });
    const failed = known?.uptime.failed ?? 0;
    expect(failed).to.be.within(9_999, 10_000);
    daemon.clock.jumpWall(3 * DAY);
    await daemon.clock.advance(LOOKS);
    expect(await daemon.flips(NODE)).to.deep.equal([]);
    const after = await report();
    expect(after.days[0]).to.deep.equal(known);
    expect(after).to.include({ incidentCount: 1 });
    expect(after.incidents).to.deep.equal([]);
    const ann = await describedBy({ askNode: (request, name) => daemon.askNode(request, name) });
    const whole = await daemon.app.nodes.uptime(ann, { from: undefined, to: undefined });
    expect(whole.from).to.equal(ann.registeredAt);
    expect(whole.uptime).to.include({ failed });
    expect(whole.uptime.active).to.equal(whole.to - whole.from - failed);
  });

  it('is read by day once its flips may be pruned, also of days that had none', async () => {
    daemon.clock.jumpWall(5 * DAY);
    await daemon.clock.advance(2 * LOOKS);
    const { storedTo, flipsFrom } = await daemon.storeOfNodes.uptimeMarks();
    expect(storedTo).to.equal(utcDayOf(daemon.clock.wall() - 3_600_000));
    expect(flipsFrom).to.equal(utcDayOf(daemon.clock.wall() - 2 * DAY));
  });

  it('is gone with the node, also by day', async () => {
    daemon.clock.jumpWall(DAY);
    await daemon.clock.advance(LOOKS);
    const days = () =>
      collect(daemon.storeOfNodes.uptimeDays(NODE, { from: utcDayOf(0), to: daemon.clock.wall() }));
    expect(await days()).to.have.length(1);
    await daemon.askNode('forget', NODE);
    await daemon.clock.advance(1_000);
    expect(await days()).to.deep.equal([]);
  });

  it('is stored by day again where the clock was set back', async () => {
    daemon.clock.jumpWall(3 * DAY);
    await daemon.clock.advance(LOOKS);
    daemon.clock.jumpWall(-2 * DAY);
    await daemon.clock.advance(LOOKS);
    expect((await daemon.storeOfNodes.uptimeMarks()).storedTo).to.equal(utcDayOf(daemon.clock.wall()));
    await daemon.askNode('fail', NODE);
    await daemon.clock.advance(10_000);
    daemon.clock.jumpWall(2 * DAY);
    await daemon.clock.advance(LOOKS);
    const range = { from: utcDayOf(0), to: daemon.clock.wall() };
    const days = await collect(daemon.storeOfNodes.uptimeDays(NODE, range));
    const failed = days.map(({ quarters }) =>
      quarters.reduce((sum, { count, uptime }) => sum + count * uptime.failed, 0),
    );
    expect(failed.slice(0, 3).map((time) => time > 0)).to.deep.equal([true, true, true]);
    expect(failed[2]).to.equal(DAY);
  });
});

/** A disk of a process that is killed when it writes uptime by day for the n-th time. */
class StoreOfKilled extends MemoryHistoryStore {
  writesLeft = Infinity;
  written = 0;

  override write(batch: readonly HistoryRecord[]): Promise<void> {
    if (batch.some(({ kind }) => kind === 'uptime_days')) {
      if (this.written >= this.writesLeft) return new Promise(() => undefined);
      this.written++;
    }
    return super.write(batch);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the uptime by day', () => {
  it('is whole after a SIGKILL at any of its writes', async () => {
    const names = Array.from({ length: 40 }, (_, index) => node(`n${String(index).padStart(2, '0')}`));
    for (let killed = 0, isWhole = false; !isWhole; killed++) {
      const store = new StoreOfKilled();
      store.writesLeft = killed;
      const first = await SimulatedApp.start({ store });
      for (const name of names) await first.askNode(QUIET, name);
      await first.askNode('fail', names[7] ?? NODE);
      first.clock.jumpWall(3 * DAY);
      await first.clock.advance(70_000);
      isWhole = store.written < killed;
      await first.kill();
      store.writesLeft = Infinity;
      const second = await SimulatedApp.start({ store, clock: first.clock });
      await second.clock.advance(70_000);
      expect((await second.storeOfNodes.uptimeMarks()).storedTo).to.equal(utcDayOf(second.clock.wall()));
      for (const [index, name] of names.entries()) {
        const range = { from: utcDayOf(0), to: second.clock.wall() };
        const days = await collect(second.storeOfNodes.uptimeDays(name, range));
        expect(days, name).to.have.length(3);
        const what = index === 7 ? 'failed' : 'active';
        expect(days[1]?.quarters[0]?.uptime[what], name).to.equal(900_000);
      }
      await second.app.stop();
    }
  });
});
