import { expect } from 'chai';
import fc from 'fast-check';

import type { JournalledHeal } from '../../../src/cli/bench/check/heal-journal.js';
import { checkSessions, type Evidence } from '../../../src/cli/bench/check/session-check.js';
import type { ShownSession } from '../../../src/cli/bench/check/shown-session.js';
import { truth } from './support/session-model.js';

const rule = { timeoutMs: 7_000, toleranceMs: 0 };

function heal(sentAt: number, answeredAt: number, acknowledged = true): JournalledHeal {
  return { sentAt, answeredAt, acknowledged };
}

/** @param stored sessions as `online_at-offline_at`, with a space between */
function evidence(heals: JournalledHeal[], stored: string): Evidence {
  const sessions = stored.matchAll(/(\d+)-(\d+)/g);
  return {
    heals,
    stored: Array.from(sessions, ([, onlineAt, offlineAt]) => ({
      onlineAt: Number(onlineAt),
      offlineAt: Number(offlineAt),
    })),
    readAt: 100_000,
  };
}

describe('the check of the stored sessions', () => {
  it('expects no session of a user that sent no heal', () => {
    expect(checkSessions(evidence([], ''), rule)).to.deep.equal([]);
    expect(checkSessions(evidence([], '10-17'), rule)).to.deep.equal([
      'no heal explains the session from 10 (1 stored)',
    ]);
  });

  it('wants a session for every heal', () => {
    const heals = [heal(10_000, 10_010), heal(30_000, 30_010)];
    expect(checkSessions(evidence(heals, '10-17'), rule)).to.deep.equal([
      'no session for the heal of 30 (1 stored)',
    ]);
  });

  it('wants one session of heals that follow each other in time', () => {
    const heals = [heal(10_000, 10_010), heal(15_000, 15_010)];
    expect(checkSessions(evidence(heals, '10-22'), rule)).to.deep.equal([]);
    expect(checkSessions(evidence(heals, '10-17 15-22'), rule)).to.have.length(1);
  });

  it('takes either second when sending and answer lie in two', () => {
    const heals = [heal(10_990, 11_010)];
    for (const stored of ['10-17', '11-18'])
      expect(checkSessions(evidence(heals, stored), rule)).to.deep.equal([]);
    expect(checkSessions(evidence(heals, '10-18'), rule)).to.deep.equal([
      'session 1 of 1: offline_at is 18, expected 17',
    ]);
  });

  it('takes one session or two when the gap is as long as the timeout, give or take the ways', () => {
    const heals = [heal(10_100, 10_120), heal(17_100, 17_120)];
    expect(checkSessions(evidence(heals, '10-24'), rule)).to.deep.equal([]);
    expect(checkSessions(evidence(heals, '10-17 17-24'), rule)).to.deep.equal([]);
  });

  it('takes no two sessions when the second heal is exactly at the deadline at the latest', () => {
    const heals = [heal(10_100, 10_100), heal(17_100, 17_100)];
    expect(checkSessions(evidence(heals, '10-24'), rule)).to.deep.equal([]);
    expect(checkSessions(evidence(heals, '10-17 17-24'), rule)).to.have.length(1);
  });

  it('reports expected and found sessions', () => {
    const heals = [heal(10_000, 10_010), heal(30_000, 31_010)];
    expect(checkSessions(evidence(heals, '10-17 32-39'), rule)).to.deep.equal([
      'session 2 of 2: online_at is 32, expected 30 to 31',
    ]);
    expect(checkSessions(evidence(heals, '10-18 31-38'), rule)).to.deep.equal([
      'session 1 of 2: offline_at is 18, expected 17',
    ]);
  });

  it('names sessions out of order, doubled, overlapping, and ending before they begin', () => {
    const heals = [heal(10_000, 10_010)];
    const problems = checkSessions(evidence(heals, '30-40 10-17 10-17 16-23 50-49'), rule);
    expect(problems).to.deep.equal([
      'session 2 of 5 begins at 10, before the one ahead of it',
      'session 3 of 5 is the same as the one before it',
      'session 4 of 5 begins at 16, before the one ahead of it ends at 17',
      'session 5 of 5 ends at 49, before it begins',
    ]);
  });

  it('accepts an unanswered heal as handled or not, at any time before the next request', () => {
    const heals = [heal(10_000, 10_010), heal(15_000, 15_500, false), heal(40_000, 40_010)];
    expect(checkSessions(evidence(heals, '10-17 40-47'), rule)).to.deep.equal([]);
    expect(checkSessions(evidence(heals, '10-22 40-47'), rule)).to.deep.equal([]);
    expect(checkSessions(evidence(heals, '10-17 33-40 40-47'), rule)).to.deep.equal([]);
    expect(checkSessions(evidence(heals, '10-25 40-47'), rule)).to.have.length(1);
  });

  it('lets the daemon date a heal outside its ways by the tolerance', () => {
    const stored = '9-16';
    expect(
      checkSessions(evidence([heal(10_005, 10_006)], stored), { ...rule, toleranceMs: 5 }),
    ).to.have.length(1);
    expect(
      checkSessions(evidence([heal(10_005, 10_006)], stored), { ...rule, toleranceMs: 6 }),
    ).to.deep.equal([]);
  });
});

describe('the check of the stored sessions, with generated heals', () => {
  const settings = { numRuns: 1_000 };

  it('passes the sessions of a correct daemon, with failed heals among them', () => {
    const any = truth('acknowledged', 'failed, but heard', 'failed, not heard');
    fc.assert(
      fc.property(any, ({ evidence, rule }) => {
        expect(checkSessions(evidence, rule)).to.deep.equal([]);
      }),
      settings,
    );
  });

  /** Each case: acknowledged heals, their sessions, and one fault at a random session. */
  function findsAlways(
    fault: (stored: readonly ShownSession[], at: number, by: number) => ShownSession[],
    least = 1,
  ): void {
    const choice = fc.nat();
    // No transfer takes more than 0.4 s, so an error of two seconds is certain.
    const distance = fc.integer({ min: 2, max: 50 });
    fc.assert(
      fc.property(truth('acknowledged'), choice, distance, ({ evidence, rule }, chosen, by) => {
        fc.pre(evidence.stored.length >= least);
        const stored = fault(evidence.stored, chosen % (evidence.stored.length - least + 1), by);
        expect(checkSessions({ ...evidence, stored }, rule)).not.to.deep.equal([]);
      }),
      settings,
    );
  }

  function altered(
    stored: readonly ShownSession[],
    at: number,
    alter: (session: ShownSession) => ShownSession,
  ) {
    return stored.map((session, index) => (index === at ? alter(session) : session));
  }

  it('finds a session that begins earlier or later', () => {
    findsAlways((stored, at, by) => altered(stored, at, (one) => ({ ...one, onlineAt: one.onlineAt - by })));
    findsAlways((stored, at, by) => altered(stored, at, (one) => ({ ...one, onlineAt: one.onlineAt + by })));
  });

  it('finds a session that ends earlier or later', () => {
    findsAlways((stored, at, by) =>
      altered(stored, at, (one) => ({ ...one, offlineAt: one.offlineAt - by })),
    );
    findsAlways((stored, at, by) =>
      altered(stored, at, (one) => ({ ...one, offlineAt: one.offlineAt + by })),
    );
  });

  it('finds a session that is missing', () => {
    findsAlways((stored, at) => stored.filter((_, index) => index !== at));
  });

  it('finds a session that is there twice', () => {
    findsAlways((stored, at) =>
      stored.flatMap((session, index) => (index === at ? [session, session] : [session])),
    );
  });

  it('finds a session that goes on into the next', () => {
    findsAlways((stored, at) => {
      const next = stored[at + 1]?.onlineAt ?? 0;
      return altered(stored, at, (one) => ({ ...one, offlineAt: Math.max(next + 1, one.offlineAt + 2) }));
    }, 2);
  });

  it('finds two sessions made into one, unless they may have been one', () => {
    findsAlways((stored, at) => {
      fc.pre((stored[at + 1]?.onlineAt ?? 0) - (stored[at]?.offlineAt ?? 0) >= 2);
      const joined = altered(stored, at, (one) => ({ ...one, offlineAt: stored[at + 1]?.offlineAt ?? 0 }));
      return joined.filter((_, index) => index !== at + 1);
    }, 2);
  });

  it('finds a session that no heal opened', () => {
    findsAlways((stored, at, by) => {
      const after = stored[at]?.offlineAt ?? 0;
      return [
        ...stored.slice(0, at + 1),
        { onlineAt: after, offlineAt: after + by },
        ...stored.slice(at + 1),
      ];
    });
  });
});
