import { expect } from 'chai';
import type { StatusIncident, StatusIncidentId } from '../../../src/domain/status-incident.js';
import type { StatusPage } from '../../../src/domain/status-page.js';
import { instant } from '../../../src/domain/time.js';
import { alertId } from '../../support/alert-records.js';
import { withStore } from '../../support/with-store.js';
import { collect } from './reading.js';
import type { MakeSubject } from './subject.js';

const idAt = (at: number): StatusIncidentId => String(alertId(at)) as StatusIncidentId;

const written = (at: number): StatusIncident => ({
  id: idAt(at),
  page: 'web',
  title: 'Payments fail',
  updates: [{ at: instant(at), state: 'investigating', text: 'We are looking into it.' }],
});

const page = (slug: string): StatusPage => ({
  slug,
  title: 'Example <b>☃</b> \u{1f4a5}',
  website: undefined,
  timeZone: 'UTC',
  logo: undefined,
  groups: [{ title: 'Website', labels: { team: 'web' } }],
});

export function describeStatusPages(make: MakeSubject): void {
  describe('keeps status pages, and', () => {
    const history = withStore(make);

    const stored = () => collect(history.store.statusPages());

    it('finds them whole after a restart, as last written, and none that was removed', async () => {
      const whole: StatusPage = {
        ...page('web'),
        website: 'https://example.org/?a=b',
        timeZone: 'Europe/Berlin',
        logo: { type: 'image/png', bytes: '\x89PNG\x00\xff"' },
        groups: [
          { title: 'Wéb', labels: { team: 'wéb', env: '"prod"\n' } },
          { title: 'Data', labels: { team: 'data' } },
        ],
      };
      expect(await stored()).to.deep.equal([]);
      await history.store.write([
        { kind: 'status_pages', pages: [page('web'), page('intern-2'), page('a')], forgotten: [] },
        { kind: 'status_pages', pages: [whole], forgotten: ['a', 'nowhere'] },
      ]);
      expect(await stored()).to.deep.equal([page('intern-2'), whole]);
      await history.reopen();
      expect(await stored()).to.deep.equal([page('intern-2'), whole]);
    });
  });

  describe('keeps incidents of status pages, and', () => {
    const history = withStore(make);

    const stored = () => collect(history.store.statusIncidents());

    it('finds them whole after a restart, oldest first', async () => {
      const whole: StatusIncident = {
        ...written(1000),
        page: 'wéb',
        title: '<b>☃</b>',
        updates: [
          { at: instant(1000), state: 'investigating', text: 'one\ntwo "three" ☃ \u{1f4a5}' },
          { at: instant(2000), state: 'resolved', text: 'It is over.' },
        ],
      };
      expect(await stored()).to.deep.equal([]);
      await history.store.write([
        { kind: 'incidents', incidents: [written(3000), whole], forgotten: [] },
        { kind: 'incidents', incidents: [written(2000)], forgotten: [] },
      ]);
      await history.reopen();
      expect(await stored()).to.deep.equal([whole, written(2000), written(3000)]);
    });

    it('has each as last written, and none that was removed', async () => {
      const [first] = written(1000).updates;
      if (first === undefined) throw new TypeError('an incident without updates');
      const update = { at: instant(1500), state: 'resolved', text: 'It is over.' } as const;
      const ended: StatusIncident = { ...written(1000), updates: [first, update] };
      await history.store.write([
        { kind: 'incidents', incidents: [written(1000), written(2000), written(3000)], forgotten: [] },
      ]);
      await history.store.write([
        { kind: 'incidents', incidents: [ended], forgotten: [idAt(2000), idAt(4000)] },
      ]);
      await history.reopen();
      expect(await stored()).to.deep.equal([ended, written(3000)]);
    });
  });
}
