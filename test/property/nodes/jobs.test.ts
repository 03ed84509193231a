import { expect } from 'chai';
import fc from 'fast-check';
import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type { Flip, SettingsChange } from '../../../src/domain/node.js';
import { isFailure, isSuccess, type Ping } from '../../../src/domain/ping.js';
import type { Instant } from '../../../src/domain/time.js';
import type { PingFacts } from '../../../src/ports/history-store.js';
import { EFFORT } from '../../support/effort.js';
import { node } from '../../support/ids.js';
import { ping } from '../../support/pings.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const JOB = node('backup');
/** The daemon acts on a deadline by then. */
const TICK = 60;
/** The greatest age of the observed time on disk, for each kill. */
const LAG = 1_200;
const RIDS = [undefined, '728b3763-ea80-4113-9fc0-f49b3adf226a', '123e4567-e89b-12d3-a456-426614174000'];

interface Timing {
  /** It is late after so long, or has failed if there is no retry. */
  readonly wait: number;
  /** After so long once it is late, it has failed. */
  readonly retry?: number;
  readonly grace: number;
  readonly change: SettingsChange;
}

const TIMINGS = {
  schedule: {
    wait: 9_000,
    retry: 4_000,
    grace: 4_000,
    change: { schedule: { every: 9_000, grace: 4_000 } },
  },
  timeout: { wait: 12_000, grace: 5_000, change: { timeout: 12_000, maxRetries: 0, grace: 5_000 } },
  retried: {
    wait: 7_000,
    retry: 7_000,
    grace: 9_000,
    change: { timeout: 7_000, maxRetries: 1, grace: 9_000 },
  },
} satisfies Record<string, Timing>;

type Said = Pick<Ping, 'kind' | 'exitStatus' | 'rid'>;
type Step =
  | { readonly do: 'ping'; readonly said: Said }
  | { readonly do: 'heartbeat' | 'pause' }
  | { readonly do: 'wait' | 'stall' | 'kill'; readonly by: number }
  /** Until so long after the first deadline. */
  | { readonly do: 'reach'; readonly and: number };

const said: fc.Arbitrary<Said> = fc
  .record({
    kind: fc.constantFrom(
      'start' as const,
      'start' as const,
      'success' as const,
      'fail' as const,
      'log' as const,
    ),
    exitStatus: fc.constantFrom(undefined, undefined, undefined, 0, 3),
    rid: fc.constantFrom(...RIDS),
  })
  .map(({ kind, exitStatus, rid }) => ({
    ...(exitStatus === undefined ? { kind } : { kind: 'exit', exitStatus }),
    ...(rid !== undefined && { rid }),
  }));
const step = fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
  { arbitrary: said.map((each): Step => ({ do: 'ping', said: each })), weight: 8 },
  { arbitrary: fc.constantFrom<Step>({ do: 'heartbeat' }, { do: 'pause' }), weight: 1 },
  { arbitrary: fc.nat(8_000).map((by): Step => ({ do: 'wait', by })), weight: 3 },
  { arbitrary: fc.constantFrom(-100, 0, 100, 4_100).map((and): Step => ({ do: 'reach', and })), weight: 4 },
  {
    arbitrary: fc.record({
      do: fc.constantFrom('stall' as const, 'kill' as const),
      by: fc.integer({ min: 1_500, max: 20_000 }),
    }),
    weight: 2,
  },
);

interface Range {
  readonly lo: number;
  readonly hi: number;
}

interface JobRun {
  readonly rid: string | undefined;
  readonly at: number;
  readonly isWatched: boolean;
}

/** A daemon, one job, and what may be said of the job from outside. */
class Play {
  readonly #clock = new SimulatedClock();
  readonly #alerting = new RecordingAlerting();
  readonly #timing: Timing;
  readonly #blindGrace: number;
  #daemon!: SimulatedApp;
  /** What its own deadlines count from. */
  #since = 0;
  #lateAt: number | undefined;
  #hasFailed = false;
  #runs: readonly JobRun[] = [];
  #lastDuration: number | undefined;
  #pings: Omit<PingFacts, 'bytes' | 'method'>[] = [];
  #raised = 0;
  #blind: { readonly from: number; readonly to: number; readonly isKill: boolean }[] = [];

  constructor(timing: keyof typeof TIMINGS, blindGrace: number) {
    this.#timing = TIMINGS[timing];
    this.#blindGrace = blindGrace;
  }

  async play(steps: readonly Step[]): Promise<void> {
    this.#daemon = await this.#start();
    await this.#daemon.askNode({ kind: 'put', change: this.#timing.change }, JOB);
    this.#since = this.#now;
    for (const each of steps) {
      await this.#take(each);
      await this.#check();
    }
    await this.#clock.advance(this.#failure === undefined ? TICK : this.#failure.hi - this.#now + TICK);
    await this.#check();
    expect(this.#hasFailed, 'a job of which nothing is heard').to.equal(true);
    const kept: PingFacts[] = [];
    for await (const chunk of this.#daemon.app.pings.kept(JOB)) kept.push(...chunk);
    expect(kept.map(({ bytes: _, method: __, ...facts }) => facts)).to.deep.equal(this.#pings.toReversed());
    await this.#daemon.app.stop();
  }

  get #now(): Instant {
    return this.#clock.wall();
  }

  #start(store?: SimulatedApp['store']): Promise<SimulatedApp> {
    return SimulatedApp.start({
      clock: this.#clock,
      alerting: this.#alerting,
      flags: { '--blind-grace': String(this.#blindGrace / 1000) },
      ...(store !== undefined && { store }),
    });
  }

  async #take(taken: Step): Promise<void> {
    // Flips are a millisecond apart at least.
    await this.#clock.advance(5);
    switch (taken.do) {
      case 'ping':
        await this.#daemon.askNode(ping(taken.said), JOB);
        // What was due when it came is acted on first.
        this.#hearSilence();
        this.#pinged(taken.said);
        return;
      case 'heartbeat':
        await this.#daemon.askNode('heartbeat', JOB);
        this.#hearSilence();
        this.#heard();
        return;
      case 'pause':
        await this.#daemon.askNode('pause', JOB);
        this.#hearSilence();
        this.#runs = unwatched(this.#runs);
        await this.#daemon.askNode('resume', JOB);
        // A failed or late node stays so until it is heard, and this test does not follow that.
        await this.#daemon.askNode('heartbeat', JOB);
        this.#heard();
        return;
      case 'wait':
        await this.#clock.advance(taken.by);
        return;
      case 'reach':
        await this.#clock.advance(Math.max(0, (this.#failure?.lo ?? this.#now) + taken.and - this.#now));
        return;
      case 'stall': {
        const from = this.#now;
        this.#clock.standStill(taken.by);
        this.#blind.push({ from, to: this.#now, isKill: false });
        await this.#clock.advance(0);
        return;
      }
      case 'kill': {
        const from = this.#now;
        await this.#daemon.kill();
        this.#clock.standStill(taken.by);
        this.#blind.push({ from, to: this.#now, isKill: true });
        this.#daemon = await this.#start(this.#daemon.store);
      }
    }
  }

  #pinged(said: Said): void {
    const at = this.#now;
    const ended = this.#runs.find(({ rid }) => rid === said.rid);
    const others = this.#runs.filter((run) => run !== ended);
    const ends = isSuccess(said) || isFailure(said);
    const duration = ends && ended !== undefined ? at - ended.at : undefined;
    this.#pings.push({
      n: this.#pings.length + 1,
      at,
      ...said,
      ...(duration !== undefined && { duration }),
    });
    if (said.kind === 'start') this.#runs = [...others, { rid: said.rid, at, isWatched: true }];
    if (!ends) return;
    this.#lastDuration = duration;
    this.#runs = isSuccess(said) && said.rid === undefined ? [] : others;
    if (isSuccess(said)) {
      this.#heard();
      return;
    }
    if (!this.#hasFailed) this.#expectFlip({ to: 'failed', cause: 'report', at });
    this.#hasFailed = true;
    this.#runs = unwatched(this.#runs);
  }

  #heard(): void {
    const at = this.#now;
    if (this.#hasFailed || this.#lateAt !== undefined)
      this.#expectFlip({ to: 'active', cause: 'heartbeat', at });
    this.#since = at;
    this.#lateAt = undefined;
    this.#hasFailed = false;
  }

  #expectFlip(expected: Partial<Flip>): void {
    expect(this.#alerting.raised[this.#raised++]?.flip).to.include(expected);
  }

  /** The flips because of silence that have come. */
  #hearSilence(): void {
    for (;;) {
      const flip = this.#alerting.raised[this.#raised]?.flip;
      if (flip?.cause !== 'silence') return;
      this.#raised++;
      const { lo, hi } = (flip.to === 'failed' ? this.#failure : this.#late) ?? {
        lo: Infinity,
        hi: Infinity,
      };
      expect(flip.at, `${flip.to} at`).to.be.within(lo - 1, hi);
      if (flip.to === 'failed') this.#failed(flip);
      else this.#lateAt = flip.at;
    }
  }

  #failed({ at, reason }: Flip): void {
    const isOverrun = reason !== undefined;
    if (isOverrun)
      expect(reason).to.equal(`it started and did not end within ${this.#timing.grace / 1000} s`);
    const deadlines = isOverrun ? this.#overruns : [this.#ownFailure];
    expect(
      deadlines.some(({ lo }) => at >= lo - 1),
      reason ?? 'its own deadline',
    ).to.equal(true);
    this.#hasFailed = true;
    this.#runs = unwatched(this.#runs);
  }

  /** A deadline so long after a time. It is never early, and the daemon gives time again after it was blind. */
  #deadline(since: number, wait: number, given = Math.min(wait, this.#blindGrace)): Range {
    let [lo, hi] = [since + wait, since + wait + TICK];
    let isBlinded = false;
    for (const { from, to, isKill } of this.#blind) {
      if (to <= since) continue;
      if (lo >= from) lo += to - from;
      hi += to - from + (isKill ? LAG : 0);
      if (isKill) lo -= LAG;
      isBlinded = true;
    }
    return { lo, hi: isBlinded ? hi + given : hi };
  }

  get #late(): Range | undefined {
    const { wait, retry } = this.#timing;
    const isNext = !this.#hasFailed && this.#lateAt === undefined && retry !== undefined;
    return isNext ? this.#deadline(this.#since, wait) : undefined;
  }

  get #ownFailure(): Range {
    const { wait, retry } = this.#timing;
    const first = this.#deadline(this.#since, wait);
    if (retry === undefined) return first;
    const hi = first.hi + retry + Math.min(retry, this.#blindGrace) + TICK;
    const lo = this.#lateAt === undefined ? first.lo + retry : this.#deadline(this.#lateAt, retry).lo;
    return { lo, hi };
  }

  get #overruns(): readonly Range[] {
    return (
      this.#runs
        .filter(({ isWatched }) => isWatched)
        .map(({ at }) => this.#deadline(at, this.#timing.grace))
        // That of a run which started after a failure may have passed before the node was heard.
        .map(({ lo, hi }) => ({ lo, hi: Math.max(hi, this.#since + TICK) }))
    );
  }

  /** When it fails by silence; undefined if it has failed. */
  get #failure(): Range | undefined {
    if (this.#hasFailed) return undefined;
    const all = [this.#ownFailure, ...this.#overruns];
    return { lo: Math.min(...all.map(({ lo }) => lo)), hi: Math.min(...all.map(({ hi }) => hi)) };
  }

  async #check(): Promise<void> {
    await this.#clock.settle();
    this.#hearSilence();
    expect(this.#alerting.raised.length, 'flips that nothing explains').to.equal(this.#raised);
    const { state, job } = await this.#see();
    const known = this.#hasFailed ? 'failed' : this.#lateAt === undefined ? 'active' : 'inactive';
    // A miss is visible before the daemon acts on it.
    const missed = state === 'failed' ? this.#failure : this.#late;
    if (state !== known) expect(this.#now, `seen as ${state}`).to.be.at.least(missed?.lo ?? Infinity);
    if (this.#failure !== undefined) expect(this.#now, 'not failed yet').to.be.at.most(this.#failure.hi);
    if (this.#late !== undefined) expect(this.#now, 'not late yet').to.be.at.most(this.#late.hi);
    if (this.#pings.length === 0) expect(job).to.equal(undefined);
    else {
      const started = this.#runs.findLast(({ isWatched }) => isWatched)?.at;
      expect(job).to.deep.equal({ started, lastDuration: this.#lastDuration });
    }
  }

  async #see(): Promise<DescribedNode> {
    const reply = await this.#daemon.askNode('describe', JOB);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    return reply.node;
  }
}

function unwatched(runs: readonly JobRun[]): readonly JobRun[] {
  return runs.map((run) => ({ ...run, isWatched: false }));
}

const KINDS = { schedule: 'a schedule', timeout: 'a timeout', retried: 'a timeout and a retry' };

/** Decision 186 has the rules. */
describe('jobs that are pinged keep their promises', function () {
  this.timeout(900_000 * EFFORT);

  for (const timing of ['schedule', 'timeout', 'retried'] as const) {
    it(`with runs that overlap, through stalls, kills and pauses, with ${KINDS[timing]}`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(1_000, 120_000),
          fc.array(step, { minLength: 1, maxLength: 12 }),
          (blindGrace, steps) => new Play(timing, blindGrace).play(steps),
        ),
        { numRuns: 15 * EFFORT },
      ));
  }
});
