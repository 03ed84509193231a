import { expect } from 'chai';
import { StatusPages } from '../../../actors/records/status-pages.js';
import type { StatusIncident, StatusIncidentId } from '../../../src/domain/status-incident.js';
import { alertId } from '../../support/alert-records.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

describe('the incidents of status pages', () => {
  const clock = new SimulatedClock();
  const incidentOf = (page: string): StatusIncident => ({
    id: String(alertId(1)) as StatusIncidentId,
    page,
    title: 'Slow',
    updates: [{ at: clock.wall(), state: 'investigating', text: 'We look.' }],
  });

  it('are not gone through again for a page without any', () => {
    const incidents = new StatusPages({ clock, random: () => 0, submit: () => undefined });
    let reads = 0;
    const other = incidentOf('other');
    incidents.recoverIncidents([
      {
        ...other,
        get page() {
          reads++;
          return 'other';
        },
      },
    ]);
    expect(incidents.incidentsOf('empty')).to.deep.equal([]);
    reads = 0;
    expect(incidents.incidentsOf('empty')).to.deep.equal([]);
    expect(reads).to.equal(0);
  });

  it('are answered once they are on disk, one after the other', () => {
    const submitted: Parameters<ConstructorParameters<typeof StatusPages>[0]['submit']>[0][] = [];
    const incidents = new StatusPages({
      clock,
      random: () => 0,
      submit: (entry) => submitted.push(entry),
    });
    const answers: string[] = [];
    for (const title of ['one', 'two'])
      incidents.requestIncident(
        { kind: 'begin', page: 'main', isConfigured: true, title, text: 'x', state: 'investigating' },
        (reply) => answers.push(reply.kind === 'incident' ? reply.incident.title : reply.code),
      );
    expect([submitted.length, answers]).to.deep.equal([1, []]);
    const [first] = submitted;
    if (first === undefined) throw new TypeError('nothing was submitted');
    incidents.settled([{ entry: { ...first }, stored: true }]);
    expect(answers, 'of another entry').to.deep.equal([]);
    incidents.settled([{ entry: first, stored: true }]);
    expect([submitted.length, answers]).to.deep.equal([2, ['one']]);
    const [, second] = submitted;
    if (second === undefined) throw new TypeError('nothing was submitted');
    incidents.settled([{ entry: second, stored: false, code: 'HEARTBEAT_STORE_REFUSES' }]);
    expect(answers).to.deep.equal(['one', 'HEARTBEAT_STORE_REFUSES']);
    expect(incidents.incidentsOf('main').map(({ title }) => title)).to.deep.equal(['one']);
  });
});
