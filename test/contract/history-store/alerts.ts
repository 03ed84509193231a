import { expect } from 'chai';
import type { AlertRecord, DeliveryState } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { AlertRange } from '../../../src/ports/outbox.js';
import { alertAt, alertId, delivery, recordAt } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';
import { collect } from './reading.js';
import type { MakeSubject } from './subject.js';
import { withStore } from '../../support/with-store.js';

const idAt = (at: number): SilenceId => String(alertId(at)) as SilenceId;

const alerts = (...records: readonly AlertRecord[]): HistoryRecord => ({ kind: 'alerts', records });

export function describeAlerts(make: MakeSubject): void {
  describe('keeps alerts, and', () => {
    const history = withStore(make);

    /** The raising times of the found alerts. */
    const found = async (range: AlertRange = {}) =>
      (await collect(history.store.alerts(range))).map(({ alert }) => Number(alert.at));
    const open = async () => (await collect(history.store.openAlerts())).map(({ alert }) => Number(alert.at));

    it('finds them whole after a restart', async () => {
      const whole: AlertRecord = {
        alert: alertAt(5000, {
          node: {
            ...alertAt(1).node!,
            lastHeartbeat: undefined,
            channels: ['ops', 'chat'],
            dependsOn: [nodeName('switch')],
            adaptive: { min: 0.5, max: 60_000, threshold: 12 },
          },
          reminder: 2,
          causedBy: nodeName('switch'),
          reason: 'disk full: é☃\n',
          mass: { count: 20, sample: [nodeName('é'), nodeName('b')] },
          group: {
            nodes: [
              {
                name: nodeName('é'),
                state: 'active',
                at: instant(4000),
                labels: { env: 'prod' },
                deleted: true,
                wasNotified: true,
              },
              { name: nodeName('b'), state: 'failed', at: instant(4000), labels: {} },
            ],
            alertIds: [alertId(1), alertId(2)],
          },
          blind: 1500.5,
        }),
        deliveries: [
          delivery('held', { hold: 'flapping', folds: { count: 200, ids: [alertId(3)] } }),
          delivery('dead', {
            channel: 'chat',
            attempts: 7,
            lastAttempt: instant(9000),
            begun: instant(8000),
            lastError: 'answered 404',
          }),
          delivery('held', { channel: 'boss', hold: 'dependency', insteadOf: 'chat' }),
          delivery('held', { channel: 'pager', hold: 'acknowledged' }),
        ],
      };
      const { node: _, ...nobody } = alertAt(6000);
      const bare: AlertRecord = { alert: { ...nobody, node: undefined, type: 'test' }, deliveries: [] };
      await history.store.write([alerts(whole, bare)]);
      await history.reopen();
      expect(await history.store.alert(whole.alert.id)).to.deep.equal(whole);
      expect(await history.store.alert(bare.alert.id)).to.deep.equal(bare);
      expect(await history.store.alert(alertId(7))).to.equal(undefined);
    });

    it('lists them newest first, from one to another', async () => {
      await history.store.write([alerts(...[3, 1, 4, 2, 5].map((at) => recordAt(at * 1000, 'delivered')))]);
      expect(await found()).to.deep.equal([5000, 4000, 3000, 2000, 1000]);
      expect(await found({ before: alertId(4000) })).to.deep.equal([3000, 2000, 1000]);
      expect(await found({ from: alertId(2000), before: alertId(4000) })).to.deep.equal([3000, 2000]);
    });

    it('has what counts of them for a start, newest first', async () => {
      const reminder = alertAt(3000, { reminder: 2, silencedBy: [idAt(2000)] });
      const { node: _, ...nobody } = alertAt(4000, { causedBy: nodeName('switch') });
      await history.store.write([
        alerts(recordAt(1000, 'pending'), recordAt(2000, 'delivered', 'folded')),
        alerts(
          { alert: reminder, deliveries: [delivery('dead', { attempts: 3, lastAttempt: instant(3500) })] },
          { alert: { ...nobody, node: undefined }, deliveries: [] },
        ),
      ]);
      const counted = await collect(history.store.counted(alertId(2000)));
      expect(counted.map(({ alert }) => alert.id)).to.deep.equal([4000, 3000, 2000].map((at) => alertId(at)));
      const [ofNobody, third, second] = counted;
      expect(ofNobody?.alert).to.include({ type: 'node.failed', node: undefined, causedBy: 'switch' });
      expect(third?.alert.node?.name).to.equal('node1');
      expect(third?.alert).to.include({ reminder: 2 });
      expect(third?.alert.silencedBy).to.deep.equal([idAt(2000)]);
      expect(third?.deliveries).to.have.length(1);
      expect(third?.deliveries[0]).to.include({ channel: 'ops', state: 'dead', attempts: 3 });
      expect(third?.deliveries[0]).to.include({ lastAttempt: 3500, since: 1000 });
      expect(second?.deliveries.map(({ state }) => state)).to.deep.equal(['delivered', 'folded']);
    });

    it('finds them by any of their states, each once', async () => {
      await history.store.write([
        alerts(
          recordAt(1000, 'pending', 'delivered'),
          recordAt(2000, 'delivered', 'dead'),
          recordAt(3000, 'cancelled'),
          recordAt(4000, 'held', 'pending'),
          recordAt(5000, 'folded', 'folded'),
        ),
      ]);
      const by = (...states: readonly DeliveryState[]) => found({ states });
      expect(await by('delivered')).to.deep.equal([2000, 1000]);
      expect(await by('pending', 'held')).to.deep.equal([4000, 1000]);
      expect(await by('dead', 'delivered', 'folded')).to.deep.equal([5000, 2000, 1000]);
      expect(await by('cancelled')).to.deep.equal([3000]);
      expect(await found({ states: ['delivered', 'pending'], before: alertId(2000) })).to.deep.equal([1000]);
      expect(await open()).to.deep.equal([1000, 4000]);
    });

    it('has each as last written, also within a batch', async () => {
      await history.store.write([alerts(recordAt(1000, 'held'))]);
      await history.store.write([alerts(recordAt(1000, 'pending')), alerts(recordAt(1000, 'delivered'))]);
      expect(await open()).to.deep.equal([]);
      for (const state of ['held', 'pending'] as const)
        expect(await found({ states: [state] })).to.deep.equal([]);
      expect(await found({ states: ['delivered'] })).to.deep.equal([1000]);
    });

    for (const outcome of ['stored', 'lost'] as const) {
      it(`finds them by their last state after a refused batch that was ${outcome}`, async () => {
        await history.store.write([alerts(recordAt(1000, 'pending'))]);
        await history.data.refuse([alerts(recordAt(1000, 'delivered'), recordAt(2000, 'pending'))], outcome);
        await history.store.write([alerts(recordAt(1000, 'dead'), recordAt(2000, 'dead'))]);
        await history.reopen();
        expect(await open()).to.deep.equal([]);
        expect(await found({ states: ['delivered', 'pending'] })).to.deep.equal([]);
        expect(await found({ states: ['dead'] })).to.deep.equal([2000, 1000]);
      });
    }

    it('removes old ones, but no open one', async () => {
      await history.store.write([
        alerts(
          recordAt(1000, 'delivered'),
          recordAt(2000, 'delivered', 'pending'),
          recordAt(3000, 'dead'),
          recordAt(4000, 'held'),
          recordAt(5000, 'cancelled'),
          recordAt(6000, 'delivered'),
        ),
      ]);
      expect(await history.store.pruneAlerts(instant(6000), 2)).to.equal(2);
      expect(await history.store.pruneAlerts(instant(6000), 2)).to.equal(1);
      expect(await history.store.pruneAlerts(instant(6000), 2)).to.equal(0);
      expect(await found()).to.deep.equal([6000, 4000, 2000]);
      expect(await found({ states: ['delivered', 'dead', 'cancelled'] })).to.deep.equal([6000, 2000]);
      await history.store.write([alerts(recordAt(2000, 'delivered', 'delivered'))]);
      expect(await history.store.pruneAlerts(instant(6000), 2)).to.equal(1);
      expect(await found()).to.deep.equal([6000, 4000]);
    });

    it('finds escalated alerts by the time of the last notification', async () => {
      const hour = 3_600_000;
      const raised = 100 * hour;
      const told = (late: number, state: DeliveryState = 'delivered', at = raised): AlertRecord => ({
        alert: alertAt(at),
        deliveries: [
          delivery('cancelled', { lastAttempt: instant(at + 50 * hour) }),
          delivery(state, { lastAttempt: instant(at + late) }),
        ],
      });
      const since = instant(raised + 20 * hour);
      const late = async () =>
        new Set((await collect(history.store.notifiedLate(since))).map(({ alert }) => Number(alert.at)));
      const soon = since - hour / 2;
      await history.store.write([
        alerts(told(hour), told(20 * hour, 'dead', raised + 1), told(20 * hour, 'folded', raised + 2)),
        alerts(told(hour - 1, 'delivered', soon), told(hour, 'delivered', soon + 1)),
      ]);
      expect(await late()).to.deep.equal(new Set([raised + 1, soon + 1]));
      await history.store.write([alerts(told(21 * hour, 'pending'))]);
      await history.store.write([alerts(told(30 * hour))]);
      await history.reopen();
      expect(await late()).to.deep.equal(new Set([raised, raised + 1, soon + 1]));
      expect(await history.store.pruneAlerts(instant(soon), 10)).to.equal(3);
      expect(await late()).to.deep.equal(new Set([soon + 1]));
    });

    it('finds unsent escalations by the time when they were due', async () => {
      const hour = 3_600_000;
      const givenUpSince = (since: number): AlertRecord => ({
        alert: alertAt(1000),
        deliveries: [delivery('dead', { since: instant(since) })],
      });
      await history.store.write([alerts(givenUpSince(1000 + 5 * hour))]);
      expect(await collect(history.store.notifiedLate(instant(4 * hour)))).to.have.length(1);
      expect(await collect(history.store.notifiedLate(instant(7 * hour)))).to.deep.equal([]);
    });

    it('has the unnotified channels of a node as last written', async () => {
      const unnotified = async () => collect(history.store.unnotified());
      const [a, b, c] = ['a', 'b/é ☃', 'c'].map(nodeName) as [NodeName, NodeName, NodeName];
      expect(await unnotified()).to.deep.equal([]);
      await history.store.write([
        {
          kind: 'alerts',
          records: [recordAt(1000, 'pending')],
          unnotified: [
            { node: a, channels: ['ops'] },
            { node: b, channels: ['ops', 'boss'] },
            { node: c, channels: ['ops'] },
          ],
        },
      ]);
      await history.store.write([
        { kind: 'alerts', records: [], unnotified: [{ node: a, channels: ['boss'] }] },
        { kind: 'alerts', records: [], unnotified: [{ node: c, channels: [] }] },
      ]);
      await history.reopen();
      expect(await unnotified()).to.have.deep.members([
        { node: a, channels: ['boss'] },
        { node: b, channels: ['ops', 'boss'] },
      ]);
      expect(await open()).to.deep.equal([1000]);
    });

    it('has the time until which alerts were held last', async () => {
      expect(await history.store.lastHold()).to.equal(undefined);
      const hold = { from: instant(1000), until: instant(61_000) };
      await history.store.write([
        { kind: 'held', hold: { from: instant(1), until: instant(2) } },
        { kind: 'held', hold },
      ]);
      await history.reopen();
      expect(await history.store.lastHold()).to.deep.equal(hold);
    });
  });
}
