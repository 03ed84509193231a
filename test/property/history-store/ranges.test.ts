import { expect } from 'chai';
import fc from 'fast-check';
import type { EndedSession } from '../../../src/domain/session.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRange, HistoryStore } from '../../../src/ports/history-store.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { historyOf } from '../../contract/history-store/reading.js';
import { levelSubject, memorySubject } from '../../contract/subjects.js';
import { neighbours, timeline } from './arbitraries.js';

interface Bound {
  /** Near the beginning or end of this session, or far away from all. */
  readonly near: number;
  readonly side: 'onlineAt' | 'offlineAt';
  readonly step: number;
}

const bound: fc.Arbitrary<Bound | undefined> = fc.option(
  fc.record({
    near: fc.nat(60),
    side: fc.constantFrom('onlineAt', 'offlineAt'),
    step: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -2, max: 2 }) },
      fc.constantFrom(-8.64e15, 8.64e15),
    ),
  }),
  { nil: undefined },
);
const query = fc.record({
  who: fc.nat(2),
  from: bound,
  before: bound,
  after: bound,
  order: fc.constantFrom('asc' as const, 'desc' as const),
  limit: fc.integer({ min: 1, max: 7 }),
});

function rangeOf(
  sessions: readonly EndedSession[],
  given: Record<'from' | 'before' | 'after', Bound | undefined>,
) {
  const at = (one: Bound | undefined) => {
    if (one === undefined) return undefined;
    const session = sessions[one.near % Math.max(1, sessions.length)];
    return instant((session?.[one.side] ?? 0) + one.step);
  };
  return { from: at(given.from), before: at(given.before), after: at(given.after) };
}

function naively(
  sessions: readonly EndedSession[],
  { from, before, after, order }: HistoryRange,
): EndedSession[] {
  const within = sessions.filter(
    ({ onlineAt, offlineAt }) =>
      (from === undefined || offlineAt >= from) &&
      (before === undefined || onlineAt < before) &&
      (after === undefined || (order === 'asc' ? onlineAt > after : onlineAt < after)),
  );
  return order === 'asc' ? within : within.reverse();
}

async function pageBy(
  limit: number,
  store: HistoryStore,
  id: UserId,
  range: HistoryRange,
): Promise<EndedSession[]> {
  const all: EndedSession[] = [];
  for (let { after } = range; ; after = all.at(-1)?.onlineAt) {
    const page = (await historyOf(store, id, { ...range, after })).slice(0, limit);
    all.push(...page);
    if (page.length < limit) return all;
  }
}

for (const [name, make] of [
  ['memory', memorySubject],
  ['LevelDB', levelSubject],
] as const)
  describe(`a range of a random history in ${name}`, () => {
    it('equals the range of a naive model, read at once and in pages', async () => {
      const scenario = fc.tuple(
        neighbours,
        fc.tuple(timeline(60), timeline(60), timeline(60)),
        fc.array(query, { minLength: 20, maxLength: 40, size: 'max' }),
      );
      await fc.assert(
        fc.asyncProperty(scenario, async ([users, timelines, queries]) => {
          const subject = await make();
          try {
            const histories = users.map((id, index) => ({
              id,
              sessions: (timelines[index] ?? []).map((one) => ({ ...one, lastSeen: one.offlineAt })),
            }));
            for (const { id, sessions } of histories)
              await subject.store.write(sessions.map((one) => ({ kind: 'ended', user: id, ...one })));
            for (const { who, order, limit, ...bounds } of queries) {
              const { id, sessions } = histories[who % histories.length]!;
              const range = { ...rangeOf(sessions, bounds), order };
              const expected = naively(sessions, range);
              expect(await historyOf(subject.store, id, range)).to.deep.equal(expected);
              expect(await pageBy(limit, subject.store, id, range)).to.deep.equal(expected);
              expect(await subject.store.lastSession(id)).to.deep.equal(sessions.at(-1));
            }
          } finally {
            await subject.dispose();
          }
        }),
        { numRuns: 40 },
      );
    });
  });
