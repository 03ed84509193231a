import { expect } from 'chai';
import type { Silence, SilenceId } from '../../../src/domain/silence.js';
import { instant } from '../../../src/domain/time.js';
import { alertAt, alertId, delivery } from '../../support/alert-records.js';
import { withStore } from '../../support/with-store.js';
import { collect } from './reading.js';
import type { MakeSubject } from './subject.js';

const idAt = (at: number): SilenceId => String(alertId(at)) as SilenceId;

const bare = (at: number): Silence => ({
  id: idAt(at),
  matchers: ['env=prod'],
  startsAt: instant(at),
  endsAt: instant(at + 1000),
  by: 'ann',
  updatedAt: instant(at),
});

export function describeSilences(make: MakeSubject): void {
  describe('keeps silences, and', () => {
    const history = withStore(make);

    const stored = () => collect(history.store.silences());

    it('finds them whole after a restart, oldest first', async () => {
      const whole: Silence = {
        ...bare(1000),
        matchers: ['name=~"wéb-.*"', 'env!=tést'],
        reason: 'disk ☃\n"quoted"',
        nodes: ['cron-', 'wéb'],
        key: 'bereitschäft',
        link: { id: 'AAAAAAAAAAAAAAAAAAAAAA', expires: instant(90_000) },
        maintenance: '{"matchers":["env=prod"]}',
      };
      expect(await stored()).to.deep.equal([]);
      await history.store.write([
        { kind: 'silences', silences: [bare(3000), whole], forgotten: [] },
        { kind: 'silences', silences: [bare(2000)], forgotten: [] },
      ]);
      await history.reopen();
      expect(await stored()).to.deep.equal([whole, bare(2000), bare(3000)]);
    });

    it('has each as last written, and none that was removed', async () => {
      const ended = { ...bare(1000), endsAt: instant(1500), updatedAt: instant(1500) };
      await history.store.write([
        { kind: 'silences', silences: [bare(1000), bare(2000), bare(3000)], forgotten: [] },
      ]);
      await history.store.write([
        { kind: 'silences', silences: [ended], forgotten: [idAt(2000), idAt(4000)] },
      ]);
      await history.reopen();
      expect(await stored()).to.deep.equal([ended, bare(3000)]);
    });

    it('knows which of them hold an alert', async () => {
      const alert = alertAt(5000, { silencedBy: [idAt(1000), idAt(2000)] });
      const record = { alert, deliveries: [delivery('held', { hold: 'silence' })] };
      await history.store.write([{ kind: 'alerts', records: [record] }]);
      await history.reopen();
      expect(await collect(history.store.openAlerts())).to.deep.equal([record]);
    });
  });
}
