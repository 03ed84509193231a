import { expect } from 'chai';
import { checkSessions } from '../../src/cli/bench/check/session-check.js';
import { history, supervision } from '../support/calls.js';
import { eventually } from '../support/eventually.js';
import { Household } from '../support/household.js';
import { watchMemory } from '../support/watch-memory.js';
import type { CrowdPlan, CrowdReport } from './clients/crowd.js';
import type { ReturningPlan, ReturningReport } from './clients/returning.js';

const CROWD = new URL('./clients/crowd.ts', import.meta.url);
const RETURNING = new URL('./clients/returning.ts', import.meta.url);
const TIMEOUT = 5000;
const GROUPS = 150;
const SIZE = 2000;
const MiB = 1024 * 1024;

describe('a daemon that is asked for three times what it can carry', function () {
  this.timeout(180_000);
  const household = new Household();

  afterEach(() => household.clear());

  it('sheds, holds online whoever it told so, stays within its memory, and is well again within 10 s', async () => {
    const daemon = await household.daemon(household.directory(), { 'session-timeout': TIMEOUT / 1000 });
    const plan: CrowdPlan = {
      url: daemon.url,
      groups: GROUPS,
      size: SIZE,
      timeout: TIMEOUT,
      calibration: 3000,
      overload: 12_000,
      patience: 10_000,
    };
    const crowd = household.clients(CROWD, plan);
    const memory = watchMemory(daemon.pid);
    const report = await crowd.hear<CrowdReport>('dispersed');
    const most = await memory.stop();

    expect(report.offered, 'batches a second').to.be.above(2 * report.carried);
    expect(Object.keys(report.answers).sort()).to.deep.equal(['200', '503']);
    expect(report.answers[503]).to.be.above(50);
    expect(report.looks).to.be.above(100);
    expect(report.falselyOffline).to.deep.equal([]);
    expect(report.wellAfter, 'milliseconds until it was well').to.be.below(10_000);
    // 300,000 users take 300 MB; a daemon that queued what it cannot carry would take gigabytes.
    expect(most).to.be.below(1024 * MiB);

    await eventually(
      async () => {
        const { users, store } = await supervision(daemon.url);
        expect([users.online, store.waiting]).to.deep.equal([0, 0]);
      },
      { within: 30_000 },
    );
    // Blindness gives everybody more time than their heals do.
    const rule = { timeoutMs: TIMEOUT, toleranceMs: daemon.hasLogged('was blind') ? 10_000 : 1_100 };
    for (let group = 0; group < GROUPS; group += 10) {
      const stored = (await history(daemon.url, group * SIZE + 1)).map((session) => ({
        onlineAt: session.online_at,
        offlineAt: session.offline_at,
      }));
      const objections = checkSessions(
        { heals: report.heals[group] ?? [], stored, readAt: Date.now() },
        rule,
      );
      expect(objections, `group ${group}`).to.deep.equal([]);
    }
  });
});

describe('a daemon all of whose users have lapsed and keep asking', function () {
  this.timeout(180_000);
  const household = new Household();

  afterEach(() => household.clear());

  it('brings all of them back, and meanwhile holds online whoever it told so', async () => {
    const daemon = await household.daemon(household.directory(), { 'session-timeout': TIMEOUT / 1000 });
    const plan: ReturningPlan = {
      url: daemon.url,
      groups: 100,
      size: SIZE,
      timeout: TIMEOUT,
      silence: 2 * TIMEOUT,
      patience: 90_000,
    };
    const report = await household.clients(RETURNING, plan).hear<ReturningReport>('returned');
    expect(report.refused, 'there were more than it could let in at once').to.be.above(0);
    expect(report.falselyOffline).to.deep.equal([]);
    expect(report.backAfter, 'milliseconds until all were online').to.be.below(plan.patience);
  });
});
