import fc from 'fast-check';

import type { JournalledHeal } from '../../../../src/cli/bench/check/heal-journal.js';
import type { Evidence, Rule } from '../../../../src/cli/bench/check/session-check.js';
import type { ShownSession } from '../../../../src/cli/bench/check/shown-session.js';

/** The true times of a heal, in milliseconds. */
interface TrueHeal {
  /** From the receipt of the previous heal to that of this one. */
  readonly gap: number;
  readonly wayThere: number;
  readonly wayBack: number;
  readonly answer: 'acknowledged' | 'failed, but heard' | 'failed, not heard';
}

/** The longest transfer. Every gap is longer than two of them, so heals of one user never overlap. */
const LONGEST_WAY = 400;
const BEGIN = 1_638_360_000_123;

function trueHeal(timeoutMs: number, answers: readonly TrueHeal['answer'][]): fc.Arbitrary<TrueHeal> {
  const way = fc.integer({ min: 0, max: LONGEST_WAY });
  const gap = fc.oneof(
    fc.integer({ min: 1_000, max: timeoutMs }),
    fc.integer({ min: timeoutMs - LONGEST_WAY, max: timeoutMs + LONGEST_WAY }),
    fc.integer({ min: timeoutMs + 1, max: 3 * timeoutMs }),
  );
  return fc.record({ gap, wayThere: way, wayBack: way, answer: fc.constantFrom(...answers) });
}

/** Random heals, and the sessions that a correct daemon stores for them. */
export function truth(
  ...answers: readonly TrueHeal['answer'][]
): fc.Arbitrary<{ evidence: Evidence; rule: Rule }> {
  return fc.integer({ min: 3_000, max: 9_000 }).chain((timeoutMs) =>
    fc.array(trueHeal(timeoutMs, answers), { maxLength: 25 }).map((trueHeals) => {
      const heals: JournalledHeal[] = [];
      const sessions: { onlineAt: number; deadline: number }[] = [];
      let heardAt = BEGIN;
      for (const { gap, wayThere, wayBack, answer } of trueHeals) {
        heardAt += gap;
        const acknowledged = answer === 'acknowledged';
        heals.push({ sentAt: heardAt - wayThere, answeredAt: heardAt + wayBack, acknowledged });
        if (answer === 'failed, not heard') continue;
        const last = sessions.at(-1);
        if (last !== undefined && heardAt <= last.deadline) last.deadline = heardAt + timeoutMs;
        else sessions.push({ onlineAt: heardAt, deadline: heardAt + timeoutMs });
      }
      const stored = sessions.map(({ onlineAt, deadline }) => shown(onlineAt, deadline));
      return {
        evidence: { heals, stored, readAt: heardAt + LONGEST_WAY },
        rule: { timeoutMs, toleranceMs: 0 },
      };
    }),
  );
}

export function shown(onlineAtMs: number, offlineAtMs: number): ShownSession {
  return { onlineAt: Math.floor(onlineAtMs / 1000), offlineAt: Math.floor(offlineAtMs / 1000) };
}
