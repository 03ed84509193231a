import { expect } from 'chai';
import fc from 'fast-check';
import { instant } from '../../../src/domain/time.js';
import { EFFORT } from '../../support/effort.js';
import { node } from '../../support/ids.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const WEB = node('web');
const TIMEOUT = 5_000;
/** The daemon acts on a deadline, and on the end of a pause, by then. */
const TICK = 100;
/** The greatest age of the observed time on disk, for each kill. */
const LAG = 1_200;

type Step =
  | { readonly do: 'heartbeat' | 'resume' | 'endless' }
  | { readonly do: 'pause' | 'wait' | 'stall' | 'kill'; readonly by: number }
  /** Until so long after the end of the pause. */
  | { readonly do: 'reach'; readonly and: number };

const step = fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
  {
    arbitrary: fc.record({
      do: fc.constantFrom('heartbeat' as const, 'heartbeat' as const, 'resume' as const, 'endless' as const),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ do: fc.constant('pause' as const), by: fc.integer({ min: 1, max: 20_000 }) }),
    weight: 4,
  },
  { arbitrary: fc.record({ do: fc.constant('wait' as const), by: fc.nat(8_000) }), weight: 2 },
  {
    arbitrary: fc.record({
      do: fc.constant('reach' as const),
      and: fc.constantFrom(-100, -1, 0, TICK, TIMEOUT - 100, TIMEOUT + TICK),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      do: fc.constantFrom('stall' as const, 'kill' as const),
      by: fc.integer({ min: 1_500, max: 30_000 }),
    }),
    weight: 3,
  },
);

interface Blind {
  readonly from: number;
  readonly to: number;
}

/** A daemon, one node, and what may be said of it from outside. */
class Run {
  readonly #clock = new SimulatedClock(Date.parse('2026-06-15T12:00:00Z'));
  readonly #flags: Readonly<Record<string, string>>;
  #daemon!: SimulatedApp;
  /** When the node was last heard while it was watched, or its pause was ended by hand. */
  #heardAt = 0;
  /** When the pause ends: never, or at some instant; undefined if there is none. */
  #until: number | undefined;
  /** Whether it has failed, and was not heard since. */
  #hasFailed = false;
  #blind: Blind[] = [];
  /** When it was last away. */
  #awakeSince = 0;
  #kills = 0;

  constructor(blindGrace: number) {
    this.#flags = { '--blind-grace': String(blindGrace / 1000), '--nodes-max-retries': '0' };
  }

  async play(steps: readonly Step[]): Promise<void> {
    this.#daemon = await this.#start();
    await this.#daemon.askNode({ kind: 'put', change: { timeout: TIMEOUT } }, WEB);
    await this.#heartbeat();
    for (const each of steps) {
      await this.#take(each);
      await this.#check();
    }
    if (this.#until !== Infinity) await this.#clock.advance(Math.max(0, this.#latest - this.#now) + TICK);
    await this.#check();
    await this.#daemon.app.stop();
  }

  get #now(): number {
    return this.#clock.wall();
  }

  #start(store?: SimulatedApp['store']): Promise<SimulatedApp> {
    return SimulatedApp.start({
      clock: this.#clock,
      flags: this.#flags,
      ...(store !== undefined && { store }),
    });
  }

  async #take(taken: Step): Promise<void> {
    switch (taken.do) {
      case 'heartbeat':
        return this.#heartbeat();
      case 'resume': {
        const wasPaused = this.#until !== undefined && this.#now < this.#until;
        await this.#daemon.askNode('resume', WEB);
        if (!wasPaused) return;
        this.#until = undefined;
        this.#begin();
        return;
      }
      case 'endless':
        await this.#daemon.askNode('pause', WEB);
        this.#until = Infinity;
        return;
      case 'pause':
        this.#until = this.#now + taken.by;
        await this.#daemon.askNode({ kind: 'pause', until: instant(this.#until) }, WEB);
        return;
      case 'wait':
        await this.#clock.advance(taken.by);
        return;
      case 'reach': {
        const until = this.#until ?? this.#now;
        if (until < Infinity) await this.#clock.advance(Math.max(0, until + taken.and - this.#now));
        return;
      }
      case 'stall': {
        const from = this.#now;
        this.#clock.standStill(taken.by);
        this.#wasBlindFrom(from);
        await this.#clock.advance(0);
        return;
      }
      case 'kill': {
        const from = this.#now;
        await this.#daemon.kill();
        this.#clock.standStill(taken.by);
        this.#wasBlindFrom(from);
        this.#kills++;
        this.#daemon = await this.#start(this.#daemon.store);
      }
    }
  }

  async #heartbeat(): Promise<void> {
    await this.#daemon.askNode('heartbeat', WEB);
    this.#hasFailed = false;
    this.#begin();
  }

  #wasBlindFrom(from: number): void {
    this.#awakeSince = this.#now;
    this.#blind.push({ from, to: this.#now });
  }

  #begin(): void {
    this.#heardAt = this.#now;
    this.#blind = [];
    this.#kills = 0;
  }

  /** From when on the node is watched. */
  get #watchedFrom(): number {
    return Math.max(this.#heardAt, this.#until ?? 0);
  }

  /** The last that the node may fail. */
  get #latest(): number {
    const from = this.#watchedFrom;
    const blind = this.#blind.reduce((sum, one) => sum + Math.max(0, one.to - Math.max(one.from, from)), 0);
    // After it was away, the daemon gives at most one timeout more.
    const given = this.#blind.some(({ to }) => to >= from - LAG) ? TIMEOUT : 0;
    return from + TIMEOUT + blind + given + this.#kills * LAG + TICK;
  }

  async #check(): Promise<void> {
    await this.#clock.settle();
    const reply = await this.#daemon.askNode('describe', WEB);
    if (reply?.kind !== 'node') throw new Error(JSON.stringify(reply));
    const { state, pausedAt, pausedUntil } = reply.node;
    const until = this.#until ?? -Infinity;
    if (this.#now < until) {
      expect(pausedAt, 'paused').not.to.equal(undefined);
      expect(pausedUntil).to.equal(until === Infinity ? undefined : until);
    }
    // What passed while the daemon was away is noticed soon after that.
    if (this.#now > Math.max(until, this.#awakeSince) + TICK)
      expect(pausedAt, 'not paused any more').to.equal(undefined);
    if (this.#hasFailed || this.#now > this.#latest) expect(state).to.equal('failed');
    else if (this.#now < this.#watchedFrom + TIMEOUT) expect(state).to.equal('active');
    this.#hasFailed = state === 'failed';
  }
}

describe('pauses that end by themselves keep their promises', function () {
  this.timeout(900_000 * EFFORT);

  it('through stalls, kills, heartbeats, other pauses and requests to resume', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1_000, 120_000),
        fc.array(step, { minLength: 1, maxLength: 10 }),
        async (blindGrace, steps) => {
          await new Run(blindGrace).play(steps);
        },
      ),
      { numRuns: 40 * EFFORT },
    ));
});
