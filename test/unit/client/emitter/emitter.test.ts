import { expect } from 'chai';
import { batchSize } from '../../../../src/client/emitter/batch-size.js';
import type { EmittedNode, EmitterPlan } from '../../../../src/client/emitter/emitter.js';
import { eventually } from '../../../support/eventually.js';
import { names, Run } from './support.js';

const runs: Run[] = [];
const running = (nodes: readonly (string | EmittedNode)[], plan: Partial<EmitterPlan> = {}): Run => {
  const run = new Run(nodes, plan);
  runs.push(run);
  return run;
};
afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.target.behave = () => Promise.resolve(undefined);
    await run.end();
  }
});

describe('the size of a batch', () => {
  it('goes by the number of nodes', () => {
    const sizes = [1, 9_999, 10_000, 99_999, 100_000].map((nodes) => batchSize(nodes));
    expect(sizes).to.deep.equal([500, 500, 1_000, 1_000, 5_000]);
    expect(batchSize(20_000, { small: 1, medium: 2, large: 3 })).to.equal(2);
  });
});

describe('an emitter', () => {
  it('beats for each node once an interval, in batches spread over it', async () => {
    const run = running(names(40), { thresholds: { small: 10 }, intervalMs: 400 }).begin();
    await eventually(() => {
      expect(run.target.beats.size).to.equal(40);
      expect(Math.min(...run.target.beats.values())).to.be.at.least(3);
    });
    const { calls, beats } = run.target;
    for (const { nodes } of calls) expect(nodes).to.have.length(10);
    expect(Math.max(...beats.values()) - Math.min(...beats.values())).to.be.at.most(1);
    expect(calls[3]!.at - calls[0]!.at, 'not all at once').to.be.greaterThan(1);
    const own = calls.filter(({ nodes }) => nodes[0] === 'node-0').map(({ at }) => at);
    // A late heartbeat does not delay later ones.
    expect(own.at(-1)! - own[0]!).to.be.greaterThan((own.length - 2) * 400);
  });

  it('limits its calls under way, and does not pile up waiting heartbeats', async () => {
    const run = running(names(12), { thresholds: { small: 1 }, maxConcurrent: 3, intervalMs: 50 });
    const held: (() => void)[] = [];
    run.target.behave = () => new Promise((resolve) => held.push(() => resolve(undefined)));
    run.begin();
    await eventually(() => expect(run.target.underWay).to.equal(3));
    for (let round = 0; round < 10; round++) {
      const { length } = run.target.calls;
      held.shift()?.();
      await eventually(() => expect(run.target.calls).to.have.length(length + 1));
    }
    expect(run.target.mostUnderWay).to.equal(3);
    // Ten answers admit ten more: each node has its first turn before any has a second one.
    expect(Math.max(...run.target.beats.values())).to.be.at.most(2);
    run.target.behave = () => Promise.resolve(undefined);
    for (const release of held) release();
  });

  it('resends heartbeats that were not accepted, and logs that once', async () => {
    const run = running(names(3), { intervalMs: 2_000 });
    let faults = 3;
    run.target.behave = () =>
      faults-- > 0 ? Promise.reject(new Error('planned fault')) : Promise.resolve(undefined);
    run.begin();
    await eventually(() =>
      expect(run.told).to.deep.equal(['unreachable: Error: planned fault', 'reachable']),
    );
    expect(run.target.calls).to.have.length(4);
    const gaps = run.target.calls.slice(1).map(({ at }, index) => at - run.target.calls[index]!.at);
    // Twice as long each time, minus a random part of up to half.
    for (const [failures, gap] of gaps.entries())
      expect(gap, `rest ${failures + 1}`).to.be.at.least((250 * 2 ** failures) / 2);
    expect(run.emitter.report.heartbeats.accepted).to.equal(3);
    expect(run.emitter.report.calls).to.deep.equal({ failed: 3, errors: { Error: 3 } });
  });

  it('logs a refused node once while it is refused', async () => {
    const run = running(names(2), { intervalMs: 20 });
    run.target.behave = async () => ({ accepted: 1, rejected: [{ index: 1, error: 'too many nodes' }] });
    run.begin();
    await eventually(() => expect(run.emitter.report.heartbeats.refused).to.be.at.least(3));
    expect(run.told).to.deep.equal(['refused node-1: too many nodes']);
  });

  it('beats for nodes that come later', async () => {
    const run = running(names(1), { intervalMs: 50, thresholds: { small: 2 } }).begin();
    for (const name of ['later-1', 'later-2', 'later-3', 'later-4']) run.emitter.add({ name });
    run.emitter.add({ name: 'probed', probe: () => true });
    await eventually(() =>
      expect([...run.target.beats.keys()].sort()).to.deep.equal([
        'later-1',
        'later-2',
        'later-3',
        'later-4',
        'node-0',
        'probed',
      ]),
    );
    expect(run.emitter.report.nodes).to.equal(6);
  });

  it('sends nothing for nodes with a schedule and no probe, and says so once', async () => {
    const settings = { schedule: { every: 3600 } };
    const job = { hasSchedule: true, settings };
    const run = running(
      [
        { name: 'backup', ...job },
        'plain',
        { name: 'report', ...job },
        { name: 'probed', ...job, probe: () => true },
      ],
      { intervalMs: 20 },
    ).begin();
    run.emitter.add({ name: 'later', ...job });
    await eventually(() => {
      expect(run.target.beats.get('plain')).to.be.at.least(5);
      expect(run.target.beats.get('probed')).to.be.at.least(5);
      expect(run.emitter.report.settings).to.deep.equal({ registered: 4, refused: 0, pending: 0 });
    });
    expect([...run.target.beats.keys()].sort()).to.deep.equal(['plain', 'probed']);
    expect(run.target.registered).to.deep.include({ name: 'backup', settings });
    expect(run.told).to.deep.equal(['left to jobs: backup, report', 'left to jobs: later']);
    expect(run.emitter.report.nodes).to.equal(5);
  });

  it('leaves nothing under way when it ends', async () => {
    const run = running(names(5), { intervalMs: 20 }).begin();
    await eventually(() => expect(run.target.calls.length).to.be.greaterThan(2));
    await run.end();
    const { length } = run.target.calls;
    expect(run.target.underWay).to.equal(0);
    await eventually(() => expect(run.target.calls).to.have.length(length));
  });
});

describe('an emitter with probes', () => {
  it('beats for a node while its probe passes, and not while it fails, throws or hangs', async () => {
    let well = true;
    const run = running(
      [
        { name: 'turning', probe: () => well },
        {
          name: 'throwing',
          probe: () => {
            throw new Error('planned fault');
          },
        },
        { name: 'hanging', probe: () => new Promise(() => undefined), deadline: 0.03 },
        'plain',
      ],
      { intervalMs: 50 },
    ).begin();
    await eventually(() => expect(run.target.beats.get('turning')).to.be.at.least(2));
    well = false;
    await eventually(() => expect(run.told).to.include('unwell turning: it answered false'));
    const beats = run.target.beats.get('turning')!;
    const plain = run.target.beats.get('plain')!;
    await eventually(() => expect(run.target.beats.get('plain')).to.be.greaterThan(plain + 3));
    // A heartbeat of a passed probe may have been under way.
    expect(run.target.beats.get('turning')).to.be.at.most(beats + 1);
    well = true;
    await eventually(() => expect(run.target.beats.get('turning')).to.be.greaterThan(beats + 1));
    expect(run.target.beats.has('throwing')).to.equal(false);
    expect(run.target.beats.has('hanging')).to.equal(false);
    expect(run.told.filter((line) => line.includes('throwing'))).to.deep.equal([
      'unwell throwing: planned fault',
    ]);
    expect(run.told).to.include('unwell hanging: no answer within 0.03 s').and.to.include('well turning');
    expect(run.target.reports).to.deep.equal([]);
  });

  it('reports a node whose probe fails, where it is to', async () => {
    const failing = { probe: () => false };
    const run = running(
      [
        { name: 'reported', ...failing },
        { name: 'skipped', ...failing, onProbeFailure: 'skip' },
      ],
      { intervalMs: 50, onProbeFailure: 'report' },
    ).begin();
    await eventually(() => expect(run.target.reports.length).to.be.at.least(2));
    expect(new Set(run.target.reports)).to.deep.equal(new Set(['reported']));
    expect(run.emitter.report.probes.failing).to.equal(2);
  });

  it('sends those together that pass together, and those again that were not taken', async () => {
    let faults = 1;
    const probed = names(20).map((name) => ({ name, probe: () => true }));
    const run = running(probed, { intervalMs: 300, thresholds: { small: 100 } });
    run.target.behave = () =>
      faults-- > 0 ? Promise.reject(new Error('planned fault')) : Promise.resolve(undefined);
    run.begin();
    await eventually(() => expect(run.target.beats.size).to.equal(20));
    await eventually(() => expect(run.emitter.report.heartbeats.accepted).to.be.at.least(40));
    expect(run.target.calls.length).to.be.lessThan(run.emitter.report.heartbeats.accepted);
  });

  it('runs no more probes at once than it may', async () => {
    let [underWay, most, isHeld] = [0, 0, true];
    const held: (() => void)[] = [];
    const probe = async () => {
      most = Math.max(most, ++underWay);
      if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
      underWay--;
    };
    const probed = names(10).map((name) => ({ name, probe, deadline: 60 }));
    const run = running(probed, { intervalMs: 20, maxProbes: 2 }).begin();
    await eventually(() => expect(held).to.have.length(2));
    for (let released = 0; released < 8; released++) {
      const { length } = held;
      held[released]?.();
      await eventually(() => expect(held).to.have.length(length + 1));
    }
    isHeld = false;
    for (const release of held) release();
    await run.end();
    expect([most, underWay]).to.deep.equal([2, 0]);
  });
});
