import { expect } from 'chai';
import { checkSessions } from '../../src/cli/bench/check/session-check.js';
import { history, supervision } from '../support/calls.js';
import { sized } from '../support/effort.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';
import { watchMemory } from '../support/watch-memory.js';
import type { CrowdPlan, CrowdReport } from './clients/crowd.js';
import type { ReturningPlan, ReturningReport } from './clients/returning.js';

const CROWD = new URL('./clients/crowd.ts', import.meta.url);
const RETURNING = new URL('./clients/returning.ts', import.meta.url);
const TIMEOUT = 5000;
/** Users of a batch. */
const SIZE = sized(200, 500);
/** Batches that the daemon may have in flight. The crowd sends three times as many at once. */
const IN_FLIGHT = sized(20, 50);
const GROUPS = 3 * IN_FLIGHT;
const MiB = 1024 * 1024;
const FLAGS = { 'session-timeout': TIMEOUT / 1000, 'limits-in-flight': IN_FLIGHT };

describe('a daemon that is asked for three times what it may have in flight', function () {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('sheds load, keeps acknowledged users online, stays within its memory, and recovers', async () => {
    const daemon = await resources.daemon(resources.directory(), FLAGS);
    const plan: CrowdPlan = {
      url: daemon.url,
      pid: daemon.pid,
      groups: GROUPS,
      size: SIZE,
      timeout: TIMEOUT,
      newcomers: IN_FLIGHT + 20,
      overload: TIMEOUT,
      looks: 20,
    };
    const crowd = resources.clients(CROWD, plan);
    const memory = watchMemory(daemon.pid);
    const report = await crowd.hear<CrowdReport>('dispersed');
    const most = await memory.stop();

    expect(Object.keys(report.answers).sort()).to.deep.equal(['200', '503']);
    expect(report.answers[503], `refused in ${report.rounds} rounds`).to.be.at.least(report.rounds);
    expect(report.answers[200], `taken in ${report.rounds} rounds`).to.be.at.least(report.rounds);
    expect(report.looks).to.be.at.least(plan.looks);
    expect(report.falselyOffline).to.deep.equal([]);
    // 75,000 users take 75 MB at full size; a daemon that queued all requests would take gigabytes.
    expect(most).to.be.below(512 * MiB);

    await eventually(async () => {
      const { users, store } = await supervision(daemon.url);
      expect([users.online, store.waiting]).to.deep.equal([0, 0]);
    });
    // Blindness extends sessions beyond their heals.
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

describe('a daemon whose users have all expired, under checkups', function () {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('brings all of them back, and keeps acknowledged users online meanwhile', async () => {
    const daemon = await resources.daemon(resources.directory(), FLAGS);
    const plan: ReturningPlan = {
      url: daemon.url,
      pid: daemon.pid,
      groups: GROUPS,
      size: SIZE,
      timeout: TIMEOUT,
      silence: 2 * TIMEOUT,
    };
    const report = await resources.clients(RETURNING, plan).hear<ReturningReport>('returned');
    expect(report.refused, 'there were more than it could let in at once').to.be.above(0);
    expect(report.falselyOffline).to.deep.equal([]);
  });
});
