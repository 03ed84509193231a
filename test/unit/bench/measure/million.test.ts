import { expect } from 'chai';
import fc from 'fast-check';

import { Cohorts } from '../../../../bench/million/cohorts.js';
import { expectation } from '../../../../bench/million/expectation.js';
import { Inspection } from '../../../../bench/million/inspection.js';
import { storedBehind } from '../../../../bench/million/stored-behind.js';
import { blindnessNotes } from '../../../../bench/population/blindness.js';
import { GROUP } from '../../../../bench/population/groups.js';
import { LoadClient } from '../../../../src/cli/bench/load-client.js';
import { FakeDaemon } from '../support/fake-daemon.js';

const TIMEOUT = 10_000;
const never = new AbortController().signal;

function outcomeIn(slot: number, sentAt: number, answeredAt: number, acknowledged = true) {
  return { task: slot, sentAt, answeredAt, acknowledged, latencyMs: 0, lateMs: 0, error: undefined };
}

describe('the expected answer of a checkup', () => {
  it('is online until the timeout after the heal was sent, and offline from the one after its answer', () => {
    const heal = { sentAt: 1_000, answeredAt: 1_050 };
    const at = (sentAt: number, answeredAt: number) => expectation(heal, { sentAt, answeredAt }, TIMEOUT);
    expect(at(10_900, 10_999)).to.equal('online');
    expect(at(10_900, 11_000)).to.equal('either');
    expect(at(11_050, 11_060)).to.equal('either');
    expect(at(11_051, 11_060)).to.equal('offline');
  });

  it('never blames a correct daemon, at whatever moment of a call it handled a heal', () => {
    const span = fc.tuple(fc.nat(30_000), fc.nat(500), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(span, span, ([healSent, healTook, healHeard], [sent, took, heard]) => {
        const heal = { sentAt: healSent, answeredAt: healSent + healTook };
        const checkup = { sentAt: sent, answeredAt: sent + took };
        const deadline = heal.sentAt + healTook * healHeard + TIMEOUT;
        const honest = checkup.sentAt + took * heard <= deadline ? 'online' : 'offline';
        expect(expectation(heal, checkup, TIMEOUT)).to.be.oneOf([honest, 'either']);
      }),
    );
  });
});

describe('the cohorts of the million', () => {
  it('are replaced one slot at a time, by new users', () => {
    const cohorts = new Cohorts(3, 10);
    const before = cohorts.batchIn(1);
    expect(cohorts.replace(1)).to.equal(1);
    expect(cohorts.cohortIn(1)).to.equal(3);
    expect(cohorts.replace(1)).to.equal(3);
    expect(cohorts.left).to.deep.equal([1, 3]);
    expect(cohorts.batchIn(1)).not.to.deep.equal(before);
    expect(cohorts.batchIn(1)).to.have.length(GROUP);
    const ids = new Set(
      [0, 1, 2, 3, 4].flatMap((cohort) => [cohorts.user(cohort, 0), cohorts.user(cohort, GROUP - 1)]),
    );
    expect(ids.size).to.equal(10);
    expect(cohorts.batchIn(0)[0]).to.equal(cohorts.user(0, 0));
  });

  it('remember acknowledged heals, and count a heal at a moment when its session may have ended', () => {
    const cohorts = new Cohorts(1, 2);
    expect(cohorts.lastHeal(0)).to.equal(undefined);
    cohorts.record(outcomeIn(0, 100, 120), TIMEOUT);
    cohorts.record(outcomeIn(0, 7_100, 7_120), TIMEOUT);
    expect(cohorts.lapses).to.equal(0);
    cohorts.record(outcomeIn(0, 9_000, 9_010, false), TIMEOUT);
    expect(cohorts.lastHeal(0)).to.deep.equal({ sentAt: 7_100, answeredAt: 7_120 });
    cohorts.record(outcomeIn(0, 17_090, 17_101), TIMEOUT);
    expect(cohorts.lapses).to.equal(1);
    expect(cohorts.journal.heals(0)).to.have.length(4);
  });
});

describe('how far the store is behind', () => {
  it('is the age of the oldest end that is not in it', () => {
    const ends = [3_000, 1_000, 2_000];
    expect(storedBehind(ends, 10, 0, 1_500)).to.equal(500);
    expect(storedBehind(ends, 10, 19, 2_600)).to.equal(600);
    expect(storedBehind(ends, 10, 20, 2_600)).to.equal(0);
    expect(storedBehind(ends, 10, 30, 9_000)).to.equal(0);
  });
});

describe('the notes on blindness', () => {
  it('tell for how long the daemon was blind, each time', () => {
    const interval = { from: 1, to: 2, cause: 'stalled' };
    expect(
      blindnessNotes({
        blind_intervals: [
          { ...interval, seconds: 1.5 },
          { ...interval, seconds: 2 },
        ],
      }),
    ).to.deep.equal(['the daemon was blind for 1.5, 2 s, and gave everybody that time again']);
    for (const report of [{ blind_intervals: [] }, {}, undefined])
      expect(blindnessNotes(report)).to.deep.equal([]);
  });
});

describe('the inspection of the million', () => {
  let daemon: FakeDaemon;
  let client: LoadClient;

  async function inspecting(sessionTimeoutMs: number, believedMs: number) {
    daemon = await FakeDaemon.listen({ sessionTimeoutMs });
    client = new LoadClient(daemon.url);
    const cohorts = new Cohorts(2, 10);
    const heal = async (slot: number): Promise<void> => {
      const sentAt = Date.now();
      await client.heal(cohorts.batchIn(slot));
      cohorts.record(outcomeIn(slot, sentAt, Date.now()), believedMs);
    };
    return { cohorts, heal, inspection: new Inspection(client, cohorts, believedMs) };
  }

  afterEach(async () => {
    await client.close();
    await daemon.close();
  });

  it('finds users online until their end, and offline soon after', async () => {
    const { cohorts, heal, inspection } = await inspecting(400, 400);
    await heal(0);
    await inspection.slot(0);
    expect(inspection.checked).to.be.oneOf([0, GROUP]);
    expect(inspection.falseOffline).to.equal(0);
    await inspection.leaver(cohorts.replace(0), never);
    expect(inspection.falseOffline).to.equal(0);
    expect(inspection.lateness).to.have.length(1);
    expect(inspection.lateness[0]?.mostMs).to.be.at.least(0);
  });

  it('counts each user that is offline too early', async () => {
    const { heal, inspection } = await inspecting(1, 60_000);
    await heal(1);
    while (inspection.falseOffline === 0) await inspection.slot(1);
    expect(inspection.falseOffline).to.be.at.most(inspection.checked);
    const before = inspection.checked;
    await inspection.slot(1);
    expect(inspection.checked - before).to.equal(GROUP);
    expect(inspection.falseOffline).to.be.at.least(GROUP);
  });

  it('counts failed calls as failed, and no user as offline', async () => {
    const { heal, inspection } = await inspecting(60_000, 60_000);
    await heal(0);
    await daemon.close();
    await inspection.slot(0);
    expect(inspection).to.include({ failed: 1, falseOffline: 0, checked: 0 });
    daemon = await FakeDaemon.listen({ sessionTimeoutMs: 1 });
  });
});
