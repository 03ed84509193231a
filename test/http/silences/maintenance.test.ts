import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import { configOf } from '../../support/simulated-app.js';
import { DaemonOverHttp } from '../nodes/support.js';

const REASON = 'the switch is being changed';

describe('a maintenance window over HTTP', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
    await http.call('PUT', '/nodes/web-1', { timeout: 90_000, labels: { env: 'prod' } });
    await http.call('PUT', '/nodes/db', { timeout: 90_000 });
    await http.daemon.clock.advance(10 * 1000);
    const [startsAt, endsAt] = [0, 100].map((seconds) => instant((http.now + seconds) * 1000));
    if (startsAt === undefined || endsAt === undefined) throw new TypeError('no times');
    const window = { matchers: ['env=prod'], startsAt, endsAt, reason: REASON };
    await http.daemon.app.reconfigure(configOf().limits, [], [window]);
    await http.daemon.clock.settle();
  });

  afterEach(() => http.stop());

  const get = async (path: string) => (await http.call('GET', path)).json as Record<string, unknown>;

  it('is shown at its nodes, flips and uptime, and is no silence in the list', async () => {
    const ends = http.now + 100;
    const shown = await get('/nodes/web-1');
    expect(shown).to.deep.include({ maintenance: { ends_at: ends, reason: REASON } });
    const [id = ''] = shown['silenced_by'] as readonly string[];
    expect(await get('/nodes/db')).not.to.have.any.keys('maintenance', 'silenced_by');
    expect(await get('/nodes'))
      .to.have.nested.property('nodes[1].maintenance')
      .that.deep.equals({ ends_at: ends, reason: REASON });
    expect(await get('/silences')).to.deep.equal({ silences: [], next_cursor: null });
    const listed = await get('/silences?maintenance=true');
    expect(listed).to.have.nested.property('silences[0].id', id);
    expect(listed).to.have.property('silences').with.length(1);
    expect(await get('/silences?maintenance=true&state=expired')).to.deep.include({ silences: [] });
    expect((await http.call('GET', '/silences?maintenance=yes')).status).to.equal(400);
    expect(await get(`/silences/${id}`)).to.include({
      id,
      state: 'active',
      by: 'configuration',
      reason: REASON,
      maintenance: true,
    });
    expect((await http.call('DELETE', `/silences/${id}`)).status).to.equal(404);
    await http.daemon.clock.advance(10 * 1000);
    await http.call('POST', '/nodes/web-1/fail');
    await http.daemon.clock.advance(200 * 1000);
    expect(await get('/nodes/web-1')).not.to.have.any.keys('maintenance', 'silenced_by');
    expect(await get('/nodes/web-1/flips'))
      .to.have.nested.property('flips[0].silenced_by')
      .that.deep.equals([id]);
    expect(await get('/nodes/web-1?from=-1d'))
      .to.have.property('uptime')
      .that.includes({
        active_seconds: 10,
        failed_seconds: 110,
        maintenance_seconds: 100,
        silenced_seconds: 0,
      });
  });
});
