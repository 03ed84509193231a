import { expect } from 'chai';
import type { MaintenanceWindow } from '../../../src/domain/maintenance.js';
import { instant } from '../../../src/domain/time.js';
import { collect } from '../../contract/history-store/reading.js';
import { SimulatedAlerts, type AlertsSimulation } from '../../support/simulated-alerts.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { storeUnderTest } from '../../support/store-under-test.js';

const HOUR = 3600;
const PROD = { labels: { env: 'prod' } };
const NIGHTLY = { matchers: ['name=~.+'], timeZone: 'Europe/Berlin', duration: HOUR * 1000 };

describe('a maintenance window', () => {
  let alerts: SimulatedAlerts;
  let windows: { windows: readonly MaintenanceWindow[] };

  beforeEach(() => {
    windows = { windows: [] };
  });

  afterEach(() => alerts.kill());

  const begin = async (simulation: AlertsSimulation = {}) => {
    alerts = await SimulatedAlerts.start({ maintenance: windows, ...simulation });
  };

  const now = () => alerts.clock.wall();

  const fixed = (
    clock: SimulatedClock,
    { from, to }: { readonly from: number; readonly to: number },
    matchers = ['env=prod'],
  ): MaintenanceWindow => {
    const wall = clock.wall();
    const at = (seconds: number) => instant(wall + seconds * 1000);
    return { matchers, startsAt: at(from), endsAt: at(to), reason: 'new switch' };
  };

  const reload = (next: readonly MaintenanceWindow[]) => {
    windows.windows = next;
    alerts.notifier.maintained();
  };

  const stored = async () =>
    (await collect(alerts.store.silences())).map(({ id, startsAt, endsAt }) => ({ id, startsAt, endsAt }));

  /** Passes the time to an instant of the wall clock. */
  const passTo = (iso: string) => alerts.pass((Date.parse(iso) - now()) / 1000);

  it('holds failures of the nodes that it fits from its start, and notifies of those still failed at its end, once', async () => {
    const clock = new SimulatedClock();
    windows.windows = [fixed(clock, { from: 60, to: HOUR })];
    await begin({ clock });
    alerts.flip('early', 'inactive', 'failed', PROD);
    await alerts.pass(60);
    expect(alerts.told(), 'before it').to.deep.equal(['node.failed early']);
    alerts.flip('web', 'inactive', 'failed', PROD);
    alerts.flip('gone', 'inactive', 'failed', PROD);
    alerts.flip('db', 'inactive', 'failed');
    await alerts.pass(HOUR / 2);
    alerts.flip('gone', 'failed', 'active', PROD);
    await alerts.pass(HOUR / 2 - 61);
    expect(alerts.told().slice(1)).to.deep.equal(['node.failed db']);
    expect(alerts.notifier.silences.maintenanceOf(alerts.factsOf('db', 'failed'))).to.equal(undefined);
    const facts = { ...alerts.factsOf('web', 'failed'), ...PROD };
    expect(alerts.notifier.silences.maintenanceOf(facts)).to.include({ reason: 'new switch' });
    await alerts.pass(2);
    expect(alerts.told().slice(2)).to.deep.equal(['node.failed web']);
    await alerts.pass(24 * HOUR);
    expect(alerts.told(), 'once').to.have.length(3);
    expect(alerts.notifier.silences.counts(), 'it is no silence').to.deep.equal({
      active: 0,
      pending: 0,
      expired: 0,
    });
  });

  it('comes at the local time of its cron expression, before and after a change of the clocks', async () => {
    const clock = new SimulatedClock(Date.parse('2026-10-24T19:30:00Z'));
    windows.windows = [{ ...NIGHTLY, cron: ['0 22 * * *'] }];
    await begin({ clock });
    await passTo('2026-10-24T20:00:00Z');
    alerts.fail('a');
    await passTo('2026-10-24T20:59:59Z');
    expect(alerts.told()).to.deep.equal([]);
    await passTo('2026-10-24T21:00:02Z');
    expect(alerts.told()).to.deep.equal(['node.failed a']);
    await passTo('2026-10-25T20:59:59Z');
    alerts.fail('b');
    await alerts.pass(1);
    expect(alerts.told(), 'an hour later by UTC').to.deep.equal(['node.failed a', 'node.failed b']);
    alerts.fail('c');
    await passTo('2026-10-25T21:59:59Z');
    expect(alerts.told()).to.have.length(2);
    await passTo('2026-10-25T22:00:02Z');
    expect(alerts.told().slice(2)).to.deep.equal(['node.failed c']);
    expect((await stored()).map(({ startsAt, endsAt }) => [iso(startsAt), iso(endsAt)])).to.deep.equal([
      ['2026-10-24T20:00:00Z', '2026-10-24T21:00:00Z'],
      ['2026-10-25T21:00:00Z', '2026-10-25T22:00:00Z'],
    ]);
  });

  it('comes once at a local time that comes twice, and at the change at one that is left out', async () => {
    const clock = new SimulatedClock(Date.parse('2026-10-24T22:00:00Z'));
    windows.windows = [{ ...NIGHTLY, cron: ['30 2 * * *'] }];
    await begin({ clock });
    await passTo('2026-10-25T03:00:00Z');
    expect((await stored()).map(({ startsAt }) => iso(startsAt))).to.deep.equal(['2026-10-25T00:30:00Z']);
    clock.jumpWall(Date.parse('2027-03-28T00:30:00Z') - now());
    await passTo('2027-03-28T02:00:00Z');
    const [spring] = (await stored()).slice(-1);
    expect(Date.parse('2027-03-28T01:00:00Z'), 'not before the change').to.be.at.most(spring?.startsAt ?? 0);
    expect(iso(spring?.startsAt ?? 0).slice(0, 13)).to.equal('2027-03-28T01');
  });

  it('lasts on while its times follow each other within its duration', async () => {
    await begin();
    reload([{ ...NIGHTLY, cron: ['* * * * *'], duration: 90_000 }]);
    await alerts.pass(5);
    alerts.fail('web');
    await alerts.pass(12 * HOUR);
    expect(alerts.told()).to.deep.equal([]);
    reload([]);
    await alerts.pass(2);
    expect(alerts.told()).to.deep.equal(['node.failed web']);
  });

  it('begins, goes on and ends with a reload, while a failure is held', async () => {
    await begin();
    alerts.flip('before', 'inactive', 'failed', PROD);
    await alerts.pass(60);
    const window = fixed(alerts.clock, { from: -HOUR, to: HOUR });
    reload([window]);
    alerts.flip('web', 'inactive', 'failed', PROD);
    await alerts.pass(60);
    const [first] = await stored();
    expect(first?.startsAt, 'none begins in the past').to.be.within(now() - 60_000, now());
    reload([{ ...window }]);
    await alerts.pass(60);
    expect(await stored(), 'the same window goes on').to.deep.equal([first]);
    reload([{ ...window, reason: 'another reason' }]);
    await alerts.pass(60);
    expect(await stored(), 'a changed one is another').to.have.length(2);
    expect(alerts.told(), 'and holds at once').to.deep.equal(['node.failed before']);
    reload([{ ...window, matchers: ['env=test'] }]);
    await alerts.pass(2);
    expect(alerts.told().slice(1), 'it fits the node no more').to.deep.equal(['node.failed web']);
    reload([]);
    alerts.flip('test', 'inactive', 'failed', { labels: { env: 'test' } });
    await alerts.pass(2);
    expect(alerts.told().slice(2)).to.deep.equal(['node.failed test']);
    await alerts.pass(24 * HOUR);
    expect(alerts.told(), 'once').to.have.length(3);
  });

  it('that has not begun when a reload drops it never does', async () => {
    await begin();
    reload([fixed(alerts.clock, { from: 60, to: HOUR })]);
    await alerts.pass(30);
    reload([]);
    await alerts.pass(60);
    alerts.flip('web', 'inactive', 'failed', PROD);
    await alerts.pass(2);
    expect(alerts.told()).to.deep.equal(['node.failed web']);
    expect(await stored()).to.deep.equal([]);
  });

  it('goes on over a kill within it, as the same one, and ends once', async () => {
    const clock = new SimulatedClock();
    const store = storeUnderTest(clock);
    windows.windows = [fixed(clock, { from: 10, to: HOUR })];
    await begin({ store, clock });
    await alerts.pass(20);
    const at = now();
    alerts.flip('web', 'inactive', 'failed', PROD);
    await alerts.pass(10);
    const before = await stored();
    await alerts.kill();
    await begin({ store, clock, recover: (again) => again.failureStatus('web', at, PROD) });
    alerts.flip('db', 'inactive', 'failed', PROD);
    await alerts.pass(60);
    expect(alerts.told()).to.deep.equal([]);
    expect(await stored()).to.deep.equal(before);
    await alerts.pass(HOUR);
    expect(alerts.told()).to.deep.equal(['node.failed web,db']);
  });

  it('that left the configuration while there was no daemon ends at the start', async () => {
    const clock = new SimulatedClock();
    const store = storeUnderTest(clock);
    windows.windows = [fixed(clock, { from: 0, to: HOUR })];
    await begin({ store, clock });
    const at = now();
    alerts.flip('web', 'inactive', 'failed', PROD);
    await alerts.pass(10);
    await alerts.kill();
    windows.windows = [];
    await begin({ store, clock, recover: (again) => again.failureStatus('web', at, PROD) });
    await alerts.pass(2);
    expect(alerts.told()).to.deep.equal(['node.failed web']);
    const [ended] = await stored();
    expect(ended?.endsAt).to.be.at.most(now());
  });

  it('that begins while there is no daemon holds from the start on', async () => {
    const clock = new SimulatedClock();
    const store = storeUnderTest(clock);
    windows.windows = [fixed(clock, { from: 60, to: HOUR })];
    await begin({ store, clock });
    await alerts.pass(10);
    await alerts.kill();
    await clock.advance(600_000);
    await begin({ store, clock });
    alerts.flip('web', 'inactive', 'failed', PROD);
    await alerts.pass(60);
    expect(alerts.told()).to.deep.equal([]);
    await alerts.pass(HOUR);
    expect(alerts.told()).to.deep.equal(['node.failed web']);
  });

  it('cannot be ended as a silence is', async () => {
    await begin();
    reload([fixed(alerts.clock, { from: 0, to: HOUR })]);
    await alerts.pass(2);
    const [made] = await stored();
    if (made === undefined) throw new TypeError('nothing is stored');
    expect(await alerts.expire(made.id)).to.deep.equal({
      kind: 'refused',
      code: 'HEARTBEAT_NO_SUCH_SILENCE',
    });
  });

  it('follows a clock that is set back to another time of its cron expression', async () => {
    const clock = new SimulatedClock(Date.parse('2026-06-10T12:00:00Z'));
    windows.windows = [{ ...NIGHTLY, cron: ['0 22 * * *'] }];
    await begin({ clock });
    await alerts.pass(10);
    clock.jumpWall(Date.parse('2026-06-08T19:59:00Z') - now());
    await alerts.pass(120);
    alerts.fail('web');
    await alerts.pass(60);
    expect(alerts.told()).to.deep.equal([]);
    await alerts.pass(HOUR);
    expect(alerts.told()).to.deep.equal(['node.failed web']);
  });
});

function iso(at: number): string {
  return new Date(at).toISOString().replace('.000', '');
}
