import fc from 'fast-check';
import { expect } from 'chai';
import { planRecovery, silentSince, type Recovery } from '../../../src/domain/recovery.js';
import { instant, type Instant } from '../../../src/domain/time.js';

const TIMEOUT = 7000;

/** Runs of the daemon: how long each lasted, and the downtime after it. */
const runs = fc.array(fc.record({ lived: fc.nat(9000), away: fc.nat(60_000) }), {
  minLength: 1,
  maxLength: 40,
});

interface Start {
  readonly at: Instant;
  readonly aliveAt: Instant;
  readonly lived: number;
  readonly before: Recovery;
  readonly after: Recovery;
}

function starts(history: readonly { lived: number; away: number }[]): Start[] {
  let recovery = planRecovery(
    { at: instant(1e6), watermark: undefined, aliveAt: undefined, previous: undefined },
    TIMEOUT,
  );
  let now = 1e6;
  return history.map(({ lived, away }) => {
    const before = recovery;
    const aliveAt = instant(now + lived);
    const at = instant(aliveAt + away);
    recovery = planRecovery({ at, watermark: aliveAt, aliveAt, previous: before }, TIMEOUT);
    now = at;
    return { at, aliveAt, lived, before, after: recovery };
  });
}

describe('after any number of starts', () => {
  it('each group of silent sessions ends at its old deadline plus the time away, to the millisecond', () => {
    fc.assert(
      fc.property(runs, (history) => {
        for (const { at, aliveAt, before, after } of starts(history)) {
          for (const { generation, deadline, endsAt } of before.silent) {
            const now = after.silent.find((group) => group.generation === generation);
            if (deadline <= aliveAt) expect(now, 'given up while the daemon lived').to.equal(undefined);
            else expect(now).to.deep.equal({ generation, deadline: deadline + (at - aliveAt), endsAt });
          }
        }
      }),
    );
  });

  it('no user gets more than one timeout during which the daemon runs, however often it crashes', () => {
    fc.assert(
      fc.property(runs, (history) => {
        const life = new Map<number, number>();
        for (const { at, lived, before, after } of starts(history)) {
          for (const { generation } of before.silent)
            life.set(generation, (life.get(generation) ?? 0) + lived);
          for (const { generation, deadline } of after.silent) {
            expect(deadline - at).to.equal(TIMEOUT - (life.get(generation) ?? 0));
          }
          const kept = new Set(after.silent.map(({ generation }) => generation));
          for (const { generation } of before.silent) {
            expect(kept.has(generation)).to.equal((life.get(generation) ?? 0) < TIMEOUT);
          }
        }
      }),
    );
  });

  it('a later group never expires sooner, and a user who healed in the last run has a whole timeout', () => {
    fc.assert(
      fc.property(runs, (history) => {
        for (const { at, aliveAt, before, after } of starts(history)) {
          const deadlines = after.silent.map(({ deadline }) => deadline);
          expect(deadlines).to.deep.equal([...deadlines].sort((a, b) => a - b));
          expect(after.generation).to.equal(before.generation + 1);
          expect(silentSince(after, before.generation)).to.deep.equal({
            generation: before.generation,
            deadline: at + TIMEOUT,
            endsAt: aliveAt + TIMEOUT,
          });
        }
      }),
    );
  });

  it('every open session has a group, never an earlier one than that of its last heal', () => {
    fc.assert(
      fc.property(runs, (history) => {
        for (const { after } of starts(history)) {
          for (let heard = 0; heard < after.generation; heard++) {
            const group = silentSince(after, heard);
            const own = after.silent.find(({ generation }) => generation === heard);
            if (own !== undefined) expect(group).to.equal(own);
          }
        }
      }),
    );
  });
});
