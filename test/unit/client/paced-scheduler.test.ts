import { expect } from 'chai';
import fc from 'fast-check';

import { DueQueue } from '../../../src/client/schedule/due-queue.js';
import {
  PacedScheduler,
  type TaskOutcome,
  type SchedulePlan,
} from '../../../src/client/schedule/paced-scheduler.js';
import { Gaps } from '../../../src/client/schedule/pace.js';
import { originalPace, UserRange } from '../../../src/cli/bench/virtual-users.js';

const never = new AbortController().signal;

/** Lets the event loop turn until so many milliseconds have passed. */
async function passing(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  do await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < end);
}

describe('the queue of due tasks', () => {
  it('gives tasks in the order of their times, also with pushes in between', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 1 }), fc.array(fc.nat(1_000)), (first, again) => {
        const queue = new DueQueue(first.length);
        const times = [...first];
        for (const [user, at] of first.entries()) queue.push(user, at);
        for (const later of again) {
          const earliest = Math.min(...times);
          expect(queue.nextAt).to.equal(earliest);
          const user = queue.pop();
          expect(times[user]).to.equal(earliest);
          times[user] = earliest + later;
          queue.push(user, earliest + later);
        }
        const order = first.map(() => times[queue.pop()]);
        expect(order).to.deep.equal(times.sort((a, b) => a - b));
        expect(queue.nextAt).to.equal(Infinity);
      }),
    );
  });
});

describe('the pace of the virtual users', () => {
  it('heals again after 7 s, or for half of the heals after 11 to 15 s', () => {
    const gaps = new Gaps(originalPace, 1_000, 1);
    const times = new Map<number, number>();
    for (let draw = 0; draw < 20_000; draw++) {
      const gap = gaps.next(draw % 1_000);
      times.set(gap, (times.get(gap) ?? 0) + 1);
    }
    expect([...times.keys()].sort((a, b) => a - b)).to.deep.equal([
      7_000, 11_000, 12_000, 13_000, 14_000, 15_000,
    ]);
    expect(times.get(7_000)).to.be.within(9_500, 10_500);
    for (const long of originalPace.longMs) expect(times.get(long)).to.be.within(1_800, 2_200);
  });

  it('spreads the first heals over the first gap', () => {
    const gaps = new Gaps(originalPace, 7_000, 2);
    const perSecond = new Array<number>(7).fill(0);
    for (let user = 0; user < 7_000; user++) {
      const second = Math.floor(gaps.first(user) / 1_000);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
    }
    expect(perSecond).to.have.length(7);
    for (const users of perSecond) expect(users).to.be.within(850, 1_150);
  });

  it('gives the same gaps for the same seed, in any order of tasks', () => {
    const [one, other, different] = [
      new Gaps(originalPace, 2, 5),
      new Gaps(originalPace, 2, 5),
      new Gaps(originalPace, 2, 6),
    ];
    const draws = (gaps: Gaps, user: number): number[] => Array.from({ length: 20 }, () => gaps.next(user));
    const [a, b] = [draws(one, 0), draws(one, 1)];
    expect([draws(other, 1), draws(other, 0)]).to.deep.equal([b, a]);
    expect(a).not.to.deep.equal(b);
    expect(draws(different, 0)).not.to.deep.equal(a);
  });
});

describe('the ids of the virtual users', () => {
  it('are 64-bit integers that follow each other, every digit kept', () => {
    const range = new UserRange(9_007_199_254_740_992n);
    expect(range.id(1)).to.equal('9007199254740993');
    const [first, last] = [UserRange.random().id(0), UserRange.random().id(999_999)];
    expect(BigInt(first) >= 2n ** 62n).to.equal(true);
    expect(BigInt(last) < 2n ** 63n).to.equal(true);
    expect(first).not.to.equal(UserRange.random().id(0));
  });
});

describe('the paced scheduler', () => {
  const plan: SchedulePlan = {
    tasks: 20,
    durationMs: 1e9,
    pace: { usualMs: 30, longShare: 0.5, longMs: [50, 60] },
    seed: 1,
    inFlight: 20,
  };

  /** Ended after so many runs and not by time, so that a busy machine makes no difference. */
  async function outcomesOf(
    runs: number,
    changes: Partial<SchedulePlan>,
    send: (task: number) => Promise<unknown>,
  ): Promise<TaskOutcome[]> {
    const outcomes: TaskOutcome[] = [];
    const enough = new AbortController();
    let sent = 0;
    const counted = (task: number): Promise<unknown> => {
      if (++sent === runs) enough.abort();
      return send(task);
    };
    const scheduler = new PacedScheduler({ ...plan, ...changes }, counted, (outcome) =>
      outcomes.push(outcome),
    );
    await scheduler.run(enough.signal);
    expect(outcomes).to.have.length(sent);
    return outcomes;
  }

  it('runs every task again after its gaps, and not before', async () => {
    const sent = new Map<number, number[]>();
    const begun = performance.now();
    const outcomes = await outcomesOf(100, {}, (task) => {
      sent.set(task, [...(sent.get(task) ?? []), performance.now()]);
      return Promise.resolve();
    });
    expect(sent.size).to.equal(20);
    expect(outcomes.length).to.be.at.least(100);
    expect(outcomes.every((outcome) => outcome.acknowledged)).to.equal(true);
    // Counted from the start: the observed start of a run is a little later than the real one.
    const gaps = new Gaps(plan.pace, plan.tasks, plan.seed);
    for (const [task, times] of sent) {
      let due = begun + gaps.first(task);
      for (const [index, at] of times.entries()) {
        expect(at, `run ${index + 1} of task ${task}`).to.be.at.least(due);
        due += gaps.next(task);
      }
    }
  });

  it('keeps the runs under way within their number, and one a task', async () => {
    const underWay = new Set<number>();
    let most = 0;
    await outcomesOf(60, { inFlight: 3, pace: { ...plan.pace, arrivalMs: 0 } }, async (task) => {
      expect(underWay.has(task)).to.equal(false);
      underWay.add(task);
      most = Math.max(most, underWay.size);
      await passing(0);
      underWay.delete(task);
    });
    expect(most).to.equal(3);
  });

  it('ends with the outcome of every run that started, failed ones with their error', async () => {
    const refusal = new Error('no');
    const outcomes = await outcomesOf(30, {}, async () => {
      await passing(20);
      throw refusal;
    });
    for (const { acknowledged, error, latencyMs, sentAt, answeredAt } of outcomes) {
      expect(acknowledged).to.equal(false);
      expect(error).to.equal(refusal);
      expect(latencyMs).to.be.at.least(19);
      expect(answeredAt - sentAt).to.be.at.least(19);
    }
  });

  it('repeats a failed run soon, when the pace says how soon', async () => {
    const sent = new Map<number, number>();
    const pace = { usualMs: 60_000, arrivalMs: 10, againMs: 1, longShare: 0, longMs: [] };
    const outcomes = await outcomesOf(40, { pace }, (task) => {
      const times = (sent.get(task) ?? 0) + 1;
      sent.set(task, times);
      return times < 2 ? Promise.reject(new Error('too much')) : Promise.resolve();
    });
    expect(outcomes.filter(({ acknowledged }) => !acknowledged)).to.have.length(20);
    expect([...sent.values()]).to.deep.equal(new Array(20).fill(2));
  });

  it('ends when its time is over, or at once when it is told to before it began', async () => {
    const none = (): undefined => undefined;
    await new PacedScheduler({ ...plan, durationMs: 20 }, () => Promise.resolve(), none).run(never);
    let sent = 0;
    const count = (): Promise<number> => Promise.resolve(sent++);
    await new PacedScheduler(plan, count, none).run(AbortSignal.abort());
    expect(sent).to.equal(0);
  });
});
