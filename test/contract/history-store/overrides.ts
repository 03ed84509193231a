import { expect } from 'chai';
import type { OverrideId, RotaOverride } from '../../../src/domain/rota-override.js';
import { instant } from '../../../src/domain/time.js';
import { alertAt, alertId, delivery } from '../../support/alert-records.js';
import { withStore } from '../../support/with-store.js';
import { collect } from './reading.js';
import type { MakeSubject } from './subject.js';

const idAt = (at: number): OverrideId => String(alertId(at)) as OverrideId;

const bare = (at: number): RotaOverride => ({
  id: idAt(at),
  rota: 'ops',
  person: 'ben',
  startsAt: instant(at),
  endsAt: instant(at + 1000),
  by: 'ann',
  updatedAt: instant(at),
});

export function describeOverrides(make: MakeSubject): void {
  describe('keeps overrides of rotas, and', () => {
    const history = withStore(make);

    const stored = () => collect(history.store.overrides());

    it('finds them whole after a restart, oldest first', async () => {
      const whole: RotaOverride = { ...bare(1000), person: 'Bén "☃"', by: 'änn', reason: 'holiday\n☃' };
      expect(await stored()).to.deep.equal([]);
      await history.store.write([
        { kind: 'overrides', overrides: [bare(3000), whole], forgotten: [] },
        { kind: 'overrides', overrides: [bare(2000)], forgotten: [] },
      ]);
      await history.reopen();
      expect(await stored()).to.deep.equal([whole, bare(2000), bare(3000)]);
    });

    it('has each as last written, and none that was removed', async () => {
      const ended = { ...bare(1000), endsAt: instant(1500), updatedAt: instant(1500) };
      await history.store.write([
        { kind: 'overrides', overrides: [bare(1000), bare(2000)], forgotten: [] },
        { kind: 'overrides', overrides: [ended], forgotten: [idAt(2000), idAt(4000)] },
      ]);
      await history.reopen();
      expect(await stored()).to.deep.equal([ended]);
    });

    it('knows who was notified through a rota', async () => {
      const notified = delivery('pending', { begun: instant(5000), person: 'Bén' });
      const record = { alert: alertAt(5000), deliveries: [notified] };
      await history.store.write([{ kind: 'alerts', records: [record] }]);
      await history.reopen();
      expect(await collect(history.store.openAlerts())).to.deep.equal([record]);
    });
  });
}
