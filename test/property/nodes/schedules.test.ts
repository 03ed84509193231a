import { expect } from 'chai';
import fc from 'fast-check';
import type { CronSchedule, Schedule } from '../../../src/domain/schedule.js';
import { EFFORT } from '../../support/effort.js';
import { node } from '../../support/ids.js';
import { naiveTimes } from '../../support/model/naive-cron.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const JOB = node('backup');
const DAY = 86_400_000;
/** The daemon acts on a deadline by then. */
const TICK = 60;
/** The longest that is waited for what is expected: it may be a day away, and each second is played. */
const LONGEST = 150_000;
/** The greatest age of the observed time on disk, for each kill. */
const LAG = 1_200;

type Step =
  | { readonly do: 'heartbeat' | 'pause' | 'change' }
  | { readonly do: 'wait' | 'stall' | 'kill'; readonly by: number }
  /** Until so long after the next heartbeat is expected. */
  | { readonly do: 'reach'; readonly and: number };

/** Just before clocks are changed, or at any time: what is expected comes within minutes. */
const place = fc.constantFrom(
  // Berlin skips from 02:00 to 03:00, and shows 02:00 to 03:00 twice.
  { zone: 'Europe/Berlin', at: '2026-03-29T00:58:30Z', cron: ['* 1,2,3 * * *', '0 2 * * *', '1 3 * * *'] },
  { zone: 'Europe/Berlin', at: '2026-10-25T00:57:30Z', cron: ['*/2 2 * * *', '1 3 * * *', '* * * * *'] },
  { zone: 'Australia/Lord_Howe', at: '2026-10-03T15:28:30Z', cron: ['* 2 * * *', '0,15 2 * * *'] },
  { zone: 'Africa/Cairo', at: '2026-04-23T21:58:30Z', cron: ['0 0 * * *', '*/2 * * * *'] },
  { zone: 'America/New_York', at: '2026-11-01T05:58:10Z', cron: ['*/3 1 * * *', '* * * * SUN'] },
  { zone: 'Asia/Kathmandu', at: '2026-06-15T12:13:50Z', cron: ['* * * * *', '*/2 * * * *', '0 18 * * *'] },
);
interface Scene {
  readonly wall: number;
  readonly grace: number;
  readonly blindGrace: number;
  readonly timings: readonly (Pick<CronSchedule, 'cron' | 'timeZone'> | { readonly every: number })[];
}

const scene: fc.Arbitrary<Scene> = place.chain(({ zone, at, cron }) =>
  fc.record({
    wall: fc.nat(40_000).map((later) => Date.parse(at) + later),
    grace: fc.constantFrom(2_000, 20_000),
    blindGrace: fc.constantFrom(1_000, 120_000),
    timings: fc.array(
      fc.oneof(
        fc.subarray<string>([...cron], { minLength: 1 }).map((list) => ({ cron: list, timeZone: zone })),
        fc.constantFrom({ every: 5_000 }, { every: 30_000 }),
      ),
      { minLength: 2, maxLength: 2 },
    ),
  }),
);
const step = fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
  {
    arbitrary: fc.record({
      do: fc.constantFrom('heartbeat' as const, 'heartbeat' as const, 'pause' as const, 'change' as const),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant('wait' as const), by: fc.nat(25_000) }), weight: 2 },
  {
    arbitrary: fc.record({
      do: fc.constant('reach' as const),
      and: fc.constantFrom(-100, 0, 100, 2_100, 25_000),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      do: fc.constantFrom('stall' as const, 'kill' as const),
      by: fc.integer({ min: 1_500, max: 70_000 }),
    }),
    weight: 3,
  },
);

interface Blind {
  readonly from: number;
  readonly to: number;
}

/** A daemon, one job, and what may be said of the job from outside. */
class Run {
  readonly #clock: SimulatedClock;
  readonly #flags: Readonly<Record<string, string>>;
  readonly #blindGrace: number;
  readonly #schedules: readonly Schedule[];
  readonly #alerting = new RecordingAlerting();
  #daemon!: SimulatedApp;
  #chosen = 0;
  /** The last heartbeat or change, and what was raised before it. */
  #since = 0;
  #raised = 0;
  #expected = 0;
  #blind: Blind[] = [];
  #kills = 0;

  constructor({ wall, grace, blindGrace, timings }: Scene) {
    this.#clock = new SimulatedClock(wall);
    this.#flags = { '--blind-grace': String(blindGrace / 1000) };
    this.#blindGrace = blindGrace;
    this.#schedules = timings.map((timing) => ({ ...timing, grace }));
  }

  async play(steps: readonly Step[]): Promise<void> {
    this.#daemon = await this.#start();
    await this.#put();
    for (const each of steps) {
      await this.#take(each);
      await this.#check();
    }
    await this.#clock.advance(Math.min(2 * LONGEST, Math.max(0, this.#latest.failed - this.#now)) + TICK);
    await this.#check();
    await this.#daemon.app.stop();
  }

  get #now(): number {
    return this.#clock.wall();
  }

  get #schedule(): Schedule {
    return this.#schedules[this.#chosen]!;
  }

  #start(store?: SimulatedApp['store']): Promise<SimulatedApp> {
    return SimulatedApp.start({
      clock: this.#clock,
      alerting: this.#alerting,
      flags: this.#flags,
      ...(store !== undefined && { store }),
    });
  }

  async #take(taken: Step): Promise<void> {
    switch (taken.do) {
      case 'heartbeat':
        await this.#daemon.askNode('heartbeat', JOB);
        this.#begin();
        return;
      case 'pause':
        await this.#daemon.askNode('pause', JOB);
        await this.#daemon.askNode('resume', JOB);
        // A failed or late node stays so until it is heard, and this test does not follow that.
        await this.#daemon.askNode('heartbeat', JOB);
        this.#begin();
        return;
      case 'change':
        this.#chosen = 1 - this.#chosen;
        return this.#put();
      case 'wait':
        await this.#clock.advance(taken.by);
        return;
      case 'reach':
        await this.#clock.advance(Math.min(LONGEST, Math.max(0, this.#expected + taken.and - this.#now)));
        return;
      case 'stall': {
        const from = this.#now;
        this.#clock.standStill(taken.by);
        this.#blind.push({ from, to: this.#now });
        await this.#clock.advance(0);
        return;
      }
      case 'kill': {
        const from = this.#now;
        await this.#daemon.kill();
        this.#clock.standStill(taken.by);
        this.#blind.push({ from, to: this.#now });
        this.#kills++;
        this.#daemon = await this.#start(this.#daemon.store);
      }
    }
  }

  async #put(): Promise<void> {
    await this.#daemon.askNode({ kind: 'put', change: { schedule: this.#schedule } }, JOB);
    await this.#daemon.askNode('heartbeat', JOB);
    this.#begin();
  }

  #begin(): void {
    this.#since = this.#now;
    this.#raised = this.#alerting.raised.length;
    this.#blind = [];
    this.#kills = 0;
    const schedule = this.#schedule;
    this.#expected =
      'every' in schedule
        ? this.#since + schedule.every
        : (naiveTimes(schedule.cron, schedule.timeZone, this.#since + 1, this.#since + 4 * 3_600_000)[0] ??
          this.#since + DAY);
  }

  /** How long nobody could be heard after a time. */
  #blindAfter(at: number): number {
    return this.#blind.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, at)), 0);
  }

  /** The first that the node may be late. A job that was due while nobody could be heard gets time to report. */
  get #earliest(): number {
    const { grace } = this.#schedule;
    const first = this.#blind.find(({ to }) => to >= this.#expected);
    if ('every' in this.#schedule || first === undefined || first.from > this.#expected - LAG)
      return this.#expected;
    return first.to + Math.min(grace, this.#blindGrace);
  }

  /** The last that it may become late and fail. */
  get #latest(): { readonly late: number; readonly failed: number } {
    const schedule = this.#schedule;
    const { grace } = schedule;
    const from = 'every' in schedule ? this.#since : this.#expected;
    const given = Math.min('every' in schedule ? schedule.every : grace, this.#blindGrace);
    const isBlind = this.#blind.some(({ to }) => to >= from);
    const late = this.#expected + this.#blindAfter(from) + (isBlind ? given : 0) + this.#kills * LAG + TICK;
    return { late, failed: late + grace + Math.min(grace, this.#blindGrace) };
  }

  async #check(): Promise<void> {
    await this.#clock.settle();
    const reply = await this.#daemon.askNode('describe', JOB);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    if (this.#expected - this.#since < DAY) expect(reply.node.expected).to.equal(this.#expected);
    const flips = this.#alerting.raised.slice(this.#raised).map(({ flip }) => flip);
    // A kill may have raised a flip that was not stored, and is raised again.
    const states = [...new Set(flips.map(({ to }) => to))];
    expect(states).to.deep.equal(['inactive', 'failed'].slice(0, states.length));
    if (this.#kills === 0) expect(flips).to.have.length(states.length);
    const late = flips.findLast(({ to }) => to === 'inactive');
    const failed = flips.findLast(({ to }) => to === 'failed');
    if (late !== undefined) expect(late.at, 'late').to.be.at.least(this.#earliest - 1);
    if (late !== undefined && this.#blind.length === 0) expect(late.at).to.equal(this.#expected);
    if (failed !== undefined)
      expect(failed.at - late!.at, 'the grace').to.be.at.least(this.#schedule.grace - this.#kills * LAG);
    if (this.#now > this.#latest.late) expect(late, 'late').not.to.equal(undefined);
    if (this.#now > this.#latest.failed) expect(failed, 'failed').not.to.equal(undefined);
  }
}

/** Decision 171 has the rules, and `naive-cron.ts` for what is expected when. */
describe('schedules keep their promises', function () {
  this.timeout(900_000 * EFFORT);

  it('through stalls, kills, pauses and other schedules, in time zones whose clocks change', () =>
    fc.assert(
      fc.asyncProperty(scene, fc.array(step, { minLength: 1, maxLength: 8 }), async (given, steps) => {
        await new Run(given).play(steps);
      }),
      { numRuns: 25 * EFFORT },
    ));
});
