import { expect } from 'chai';
import {
  NOTHING_CHOSEN,
  type Acknowledgement,
  type Flip,
  type NodeStatus,
  type Registration,
} from '../../../src/domain/node.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Schedule } from '../../../src/domain/schedule.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { FlipRange } from '../../../src/ports/history-store.js';
import { node } from '../../support/ids.js';
import type { MakeSubject } from './subject.js';
import { withStore } from '../../support/with-store.js';
import { collect } from './reading.js';

const ANN = node('ann');
/** A prefix of other names. */
const AN = node('an');
const ODD = node('é/%\u0000');

const registration = (name: NodeName, more: Partial<Registration> = {}): Registration => ({
  name,
  registeredAt: instant(1000),
  settings: NOTHING_CHOSEN,
  pausedAt: undefined,
  ...more,
});
const status = (more: Partial<NodeStatus> = {}): NodeStatus => ({
  state: 'active',
  retries: 0,
  since: instant(1000),
  lastHeartbeat: undefined,
  deadline: 31_000.125,
  heardBlind: 0,
  ...more,
});
const flip = (name: NodeName, at: number): Flip => ({
  node: name,
  from: 'active',
  to: 'failed',
  at: instant(at),
  cause: 'report',
  retries: 2,
  blind: 1.5,
});

export const registered = (name: NodeName, more?: Partial<Registration>): HistoryRecord[] => [
  { kind: 'registered', node: registration(name, more) },
  statusRecord(name, status()),
];
const statusRecord = (name: NodeName, how: NodeStatus): HistoryRecord => ({
  kind: 'statuses',
  nodes: [{ name, status: how }],
});
export const flipped = (name: NodeName, at: number): HistoryRecord => ({
  kind: 'flip',
  flip: flip(name, at),
});
export const paused = (name: NodeName, from: number, to: number): HistoryRecord => ({
  kind: 'paused',
  node: name,
  pause: { from: instant(from), to: instant(to) },
});
const acknowledgement = (since: number, by: string): Acknowledgement => ({
  by,
  at: instant(since + 1),
  since: instant(since),
});
export const acknowledged = (name: NodeName, how: Acknowledgement): HistoryRecord => ({
  kind: 'acknowledged',
  node: name,
  acknowledgement: how,
});
const forgotten = (name: NodeName): HistoryRecord => ({ kind: 'forgotten', node: name });

export function describeNodes(make: MakeSubject): void {
  describe('keeps nodes, and', () => {
    const history = withStore(make);

    const names = async (after?: NodeName) => collect(history.store.nodeNames(after));
    const flips = async (name: NodeName, range: Partial<FlipRange> = {}) =>
      (await collect(history.store.flips(name, { order: 'asc', ...range }))).map(({ at }) => at);

    it('has none at first', async () => {
      expect(await collect(history.store.nodes())).to.deep.equal([]);
      expect(await names()).to.deep.equal([]);
      expect(await flips(ANN)).to.deep.equal([]);
      expect(await collect(history.store.pauses(ANN))).to.deep.equal([]);
    });

    it('finds an acknowledgement without a reason, and its end', async () => {
      const acknowledged = { by: 'ann', at: instant(7), since: instant(6), until: instant(9) };
      await history.store.write([
        { kind: 'registered', node: registration(ANN, { acknowledged }) },
        statusRecord(ANN, status()),
      ]);
      await history.reopen();
      const [found] = await collect(history.store.nodes());
      expect(found?.node.acknowledged).to.deep.equal(acknowledged);
    });

    it('finds one whole, also after a restart', async () => {
      const chosen = registration(ODD, {
        settings: { timeout: 0.5, maxRetries: 0, labels: { '☃': '' }, channels: [], dependsOn: [ANN] },
        pausedAt: instant(-5),
        pausedFailed: true,
        registeredBy: 'app',
        acknowledged: { by: 'é', reason: 'mine', at: instant(7), since: instant(6) },
        usedLinks: { since: instant(6), uses: [{ id: 'é', expires: instant(86_400_000) }] },
      });
      const how = status({
        state: 'inactive',
        retries: 4_000_000_000,
        lastHeartbeat: instant(-1),
        heardBlind: 1e12 + 0.1,
      });
      await history.store.write([{ kind: 'registered', node: chosen }, statusRecord(ODD, how)]);
      expect(await collect(history.store.nodes())).to.deep.equal([{ node: chosen, status: how }]);
      await history.reopen();
      expect(await collect(history.store.nodes())).to.deep.equal([{ node: chosen, status: how }]);
    });

    it('finds one with a schedule, and when it is expected, whether or not it was heard', async () => {
      const schedules: readonly Schedule[] = [
        { every: 3_600_000, grace: 0.5 },
        { cron: ['0 4 * * 1-5', '@daily'], timeZone: 'Europe/Berlin', grace: 600_000 },
      ];
      const stored = schedules.flatMap((schedule, at) =>
        [instant(7), undefined].map((lastHeartbeat) => ({
          node: registration(node(`job-${at}-${lastHeartbeat === undefined ? 'unheard' : 'heard'}`), {
            settings: { ...NOTHING_CHOSEN, schedule },
          }),
          status: status({ lastHeartbeat, expected: instant(1_764_558_000_000) }),
        })),
      );
      for (const { node: chosen, status: how } of stored)
        await history.store.write([{ kind: 'registered', node: chosen }, statusRecord(chosen.name, how)]);
      expect(await collect(history.store.nodes())).to.deep.equal(stored);
      await history.reopen();
      expect(await collect(history.store.nodes())).to.deep.equal(stored);
      // One that gets a timeout again.
      const [first] = stored;
      const timed = { node: { ...first!.node, settings: NOTHING_CHOSEN }, status: status() };
      await history.store.write([
        { kind: 'registered', node: timed.node },
        statusRecord(timed.node.name, timed.status),
      ]);
      await history.reopen();
      expect(await collect(history.store.nodes())).to.deep.include(timed);
    });

    it('finds one with an adaptive timeout, and its heartbeat history', async () => {
      const heartbeatHistory = { mean: 1e4 + 0.1, deviation: 1 / 3, samples: 200 };
      const stored = [
        { min: 0.5, max: 1e9 },
        { min: 1, max: 1, threshold: 1.5 },
      ].map((timeout, at) => ({
        node: registration(node(`node-${String(at)}`), { settings: { ...NOTHING_CHOSEN, timeout } }),
        status: status({ lastHeartbeat: instant(7), ...(at === 0 && { heartbeatHistory }) }),
      }));
      for (const { node: chosen, status: how } of stored)
        await history.store.write([{ kind: 'registered', node: chosen }, statusRecord(chosen.name, how)]);
      expect(await collect(history.store.nodes())).to.deep.equal(stored);
      await history.reopen();
      expect(await collect(history.store.nodes())).to.deep.equal(stored);
    });

    it('has what was last written', async () => {
      await history.store.write([...registered(ANN), statusRecord(ANN, status({ retries: 1 }))]);
      await history.store.write([
        statusRecord(ANN, status({ retries: 2, lastHeartbeat: instant(7) })),
        { kind: 'registered', node: registration(ANN, { pausedAt: instant(9) }) },
      ]);
      expect(await collect(history.store.nodes())).to.deep.equal([
        {
          node: registration(ANN, { pausedAt: instant(9) }),
          status: status({ retries: 2, lastHeartbeat: instant(7) }),
        },
      ]);
    });

    it('lists names in the order of their UTF-8 bytes, from after any of them', async () => {
      const all = ['an', 'ann', 'ann/', 'anna', 'é', '\uffff', '😀'].map(node);
      await history.store.write(all.toReversed().flatMap((name) => registered(name)));
      expect(await names()).to.deep.equal(all);
      expect((await collect(history.store.nodes())).map((one) => one.node.name)).to.deep.equal(all);
      expect(await names(ANN)).to.deep.equal(all.slice(2));
      expect(await names(node('ann.'))).to.deep.equal(all.slice(2));
      expect(await names(node('😀'))).to.deep.equal([]);
    });

    it('keeps 10,000 of them', async () => {
      const many = Array.from({ length: 10_000 }, (_, at) => node(`node-${String(at).padStart(5, '0')}`));
      await history.store.write(many.flatMap((name) => registered(name)));
      expect(await names()).to.deep.equal(many);
      const found = await collect(history.store.nodes());
      expect(found.map((one) => one.node.name)).to.deep.equal(many);
    });

    it('reads flips of one node in any range and order', async () => {
      await history.store.write([
        ...registered(ANN),
        ...registered(AN),
        flipped(AN, 250),
        flipped(node('anna'), 1),
      ]);
      for (const at of [300, 100, 200]) await history.store.write([flipped(ANN, at)]);
      expect(await collect(history.store.flips(ANN, { order: 'asc' }))).to.deep.equal(
        [100, 200, 300].map((at) => flip(ANN, at)),
      );
      expect(await flips(ANN, { order: 'desc' })).to.deep.equal([300, 200, 100]);
      expect(await flips(ANN, { from: instant(200) })).to.deep.equal([200, 300]);
      expect(await flips(ANN, { before: instant(200) })).to.deep.equal([100]);
      expect(await flips(ANN, { after: instant(100), before: instant(300) })).to.deep.equal([200]);
      expect(await flips(ANN, { after: instant(300), order: 'desc' })).to.deep.equal([200, 100]);
      expect(await flips(ANN, { from: instant(250), after: instant(100) })).to.deep.equal([300]);
      expect(await flips(AN)).to.deep.equal([250]);
      // Beyond any instant on disk.
      const [far, long] = [instant(8.64e15), instant(-8.64e15)];
      expect(await flips(ANN, { from: long, before: far })).to.deep.equal([100, 200, 300]);
      expect(await flips(ANN, { from: far })).to.deep.equal([]);
      expect(await flips(ANN, { before: long })).to.deep.equal([]);
      expect(await flips(ANN, { after: far, order: 'desc' })).to.deep.equal([300, 200, 100]);
      expect(await flips(ANN, { after: far })).to.deep.equal([]);
    });

    it('keeps the reason of a failure that was reported', async () => {
      const reported: Flip = { ...flip(ANN, 100), to: 'failed', cause: 'report', reason: 'disk full: é☃\n' };
      await history.store.write([...registered(ANN), { kind: 'flip', flip: reported }]);
      expect(await collect(history.store.flips(ANN, { order: 'asc' }))).to.deep.equal([reported]);
    });

    it('has a flip once that was written twice, and the last of two pauses that began at the same time', async () => {
      await history.store.write([...registered(ANN), flipped(ANN, 100), paused(ANN, 5, 9)]);
      await history.store.write([flipped(ANN, 100), paused(ANN, 5, 12), paused(ANN, 1, 2)]);
      expect(await flips(ANN)).to.deep.equal([100]);
      expect(await collect(history.store.pauses(ANN))).to.deep.equal([
        { from: 1, to: 2 },
        { from: 5, to: 12 },
      ]);
    });

    it('has the last acknowledgement of each failure in a range, without those that were taken back', async () => {
      const by = (since: number) => acknowledgement(since, `ann at ${since}`);
      const [one, two, three] = [by(100), by(200), by(300)];
      await history.store.write([...registered(ANN), ...registered(AN)]);
      await history.store.write([
        acknowledged(ANN, one),
        acknowledged(ANN, two),
        acknowledged(AN, two),
        acknowledged(ANN, { ...three, reason: 'é☃', until: instant(900) }),
      ]);
      const found = (from: number, to: number) =>
        collect(history.store.acknowledgements(ANN, { from: instant(from), to: instant(to) }));
      expect(await found(100, 300)).to.deep.equal([one, two, { ...three, reason: 'é☃', until: 900 }]);
      expect(await found(101, 299)).to.deep.equal([two]);
      await history.store.write([
        acknowledged(ANN, { ...two, by: 'ben' }),
        { kind: 'unacknowledged', node: ANN, since: instant(100) },
        { kind: 'unacknowledged', node: ANN, since: instant(5) },
      ]);
      await history.reopen();
      expect((await found(0, 1_000)).map(({ by }) => by)).to.deep.equal(['ben', 'ann at 300']);
      await history.store.write([acknowledged(ANN, one), forgotten(ANN)]);
      expect(await found(0, 1_000)).to.deep.equal([]);
    });

    it('deletes a node with everything of it, also in the same batch, and no other', async () => {
      await history.store.write([
        ...registered(ANN),
        ...registered(AN),
        flipped(ANN, 1),
        flipped(AN, 2),
        paused(ANN, 1, 2),
      ]);
      await history.store.write([flipped(ANN, 3), paused(ANN, 3, 4), forgotten(ANN), forgotten(ODD)]);
      expect(await names()).to.deep.equal([AN]);
      expect(await flips(ANN)).to.deep.equal([]);
      expect(await collect(history.store.pauses(ANN))).to.deep.equal([]);
      expect(await flips(AN)).to.deep.equal([2]);
      await history.store.write([forgotten(AN), ...registered(AN), flipped(AN, 5)]);
      expect(await flips(AN)).to.deep.equal([5]);
      expect(await names()).to.deep.equal([AN]);
    });

    it('has the last observed time after a restart', async () => {
      const observed = (awake: number) => ({
        awake,
        blind: 0.1 + 0.2,
        wall: instant(5),
        resumptions: [{ awake: 0.5, blind: 0 }],
      });
      await history.store.write([{ kind: 'observed_time', observed: observed(1) }]);
      await history.store.write([{ kind: 'observed_time', observed: observed(2.25) }]);
      await history.reopen();
      await history.store.close();
      expect((await history.store.open()).observed).to.deep.equal(observed(2.25));
    });

    it('finds the blind intervals that overlap with a range, oldest first', async () => {
      const interval = (from: number, to: number) => ({
        from: instant(from),
        to: instant(to),
        cause: 'stalled' as const,
      });
      for (const one of [interval(10, 20), interval(30, 40), interval(50, 60)])
        await history.store.write([{ kind: 'blind', interval: one }]);
      const found = async (from: number, to: number) =>
        (await collect(history.store.blindBetween(instant(from), instant(to)))).map((one) =>
          Number(one.from),
        );
      expect(await found(0, 100)).to.deep.equal([10, 30, 50]);
      expect(await found(20, 30)).to.deep.equal([]);
      expect(await found(19, 31)).to.deep.equal([10, 30]);
      expect(await found(35, 36)).to.deep.equal([30]);
      expect(await found(-8.64e15, 8.64e15)).to.deep.equal([10, 30, 50]);
      expect(await found(8.64e15, 8.64e15)).to.deep.equal([]);
      expect(await found(-8.64e15, -8.64e15)).to.deep.equal([]);
    });

    for (const outcome of ['stored', 'lost'] as const)
      it(`takes back, or writes again, what was in a refused batch that was ${outcome}`, async () => {
        await history.store.write([...registered(ANN), flipped(ANN, 1)]);
        await history.data.refuse(
          [...registered(ODD), flipped(ANN, 2), statusRecord(ANN, status({ retries: 1 }))],
          outcome,
        );
        await history.store.write([
          forgotten(ODD),
          flipped(ANN, 2),
          statusRecord(ANN, status({ retries: 1 })),
        ]);
        expect(await names()).to.deep.equal([ANN]);
        expect(await flips(ANN)).to.deep.equal([1, 2]);
        await history.data.refuse([forgotten(ANN)], outcome);
        await history.store.write(registered(ANN));
        expect(await names()).to.deep.equal([ANN]);
      });
  });
}
