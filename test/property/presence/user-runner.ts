import { expect } from 'chai';
import { POLICIES } from '../../../actors/tree.js';
import type { UserCommand, UserReply } from '../../../actors/user/user.protocol.js';
import { HeartbeatError } from '../../../src/errors.js';
import { Faults } from '../../support/faults.js';
import type { Disk } from '../../support/model/disk.js';
import { UserModel, type Asked } from '../../support/model/user-model.js';
import { exactly, type Range, type Rules } from '../../support/model/user-state.js';
import { SimulatedApp, user } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { Excuses } from './excuses.js';
import { USERS, type Request, type Setting, type Span, type Step } from './scenario.js';
import { AGAIN, BLIND_AFTER, LAG, TICK, TIMEOUT } from './timing.js';
import { expectAll, expectSound, see } from './witness.js';

const IDS = Array.from({ length: USERS }, (_, index) => user(index + 1));

interface Supervision {
  readonly actors: number;
  readonly dead_letters: { readonly total: number };
}

/** After settling so often, what has not been answered waits for time to pass. */
const SETTLED = 10;

/** The daemon, the disk and the model, side by side: what happens to the one happens to the other. */
export class UserRunner {
  readonly #clock = new SimulatedClock();
  readonly #disk: Disk;
  readonly #ranging: Setting['ranging'];
  readonly #flags: Readonly<Record<string, string>>;
  readonly #models: readonly UserModel[];
  readonly #excuses = new Excuses(() => this.#clock.now());
  #faults = new Faults();
  #daemon: SimulatedApp | undefined;
  #fixedActors = 0;
  #startedAt = 0;
  /** Counts the processes, so that what a dead one says is not heard. */
  #process = 0;
  #unanswered = 0;
  /** What was found wrong while something else was going on. */
  readonly #broken: unknown[] = [];

  constructor(disk: Disk, { grace, ranging }: Setting) {
    this.#disk = disk;
    this.#ranging = ranging;
    this.#clock.waitsFor = () => disk.busy > 0;
    this.#flags = {
      '--session-timeout': String(TIMEOUT / 1000),
      '--blind-after': String(BLIND_AFTER / 1000),
      '--blind-grace': String(grace / 1000),
      '--shards': '2',
    };
    const rules: Rules = { timeout: TIMEOUT, grace, tick: TICK, lag: LAG };
    this.#models = IDS.map((id) => new UserModel(`user ${id}`, rules));
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.#start();
    this.#fixedActors = (await this.#supervision()).actors;
    for (const step of steps) {
      await this.#take(step);
      await this.#look();
    }
    await this.#end();
  }

  /** Nothing is wrong any more, and all that was under way comes to its end. */
  async #end(): Promise<void> {
    this.#disk.mend();
    this.#disk.release();
    this.#excuses.diskIsFull(false);
    const isReady = () => this.#running.app.unready().length === 0;
    for (let wait = 0; wait < 40 && !isReady(); wait++) await this.#clock.advance(AGAIN);
    await this.#clock.advance(3 * TIMEOUT);
    while (this.#excuses.unnoticed) await this.#clock.advance(AGAIN);
    await this.#look();
    expect(this.#unanswered, 'requests without an answer').to.equal(0);
    const lives = this.#models.flatMap(({ states }) => states.map(({ live }) => live));
    expect(lives.filter((live) => live !== undefined)).to.deep.equal([]);
    await this.#stop();
  }

  async #take(step: Step): Promise<void> {
    switch (step.do) {
      case 'ask':
        this.#askAll(step.requests);
        return;
      case 'wait':
        await this.#clock.advance(this.#length(step.time));
        return;
      case 'stall':
        await this.#stall(step);
        return;
      case 'set_wall_clock':
        this.#setWallClock(step.by);
        return;
      case 'crash':
        await this.#crash(step);
        return;
      case 'crash_shard':
        await this.#crashShard(step.user);
        return;
      case 'slow_disk':
        this.#excuses.diskSlow();
        this.#disk.hold(step.fate);
        return;
      case 'fast_disk':
        this.#disk.release();
        return;
      case 'full_disk':
        this.#excuses.diskIsFull(true);
        this.#disk.refuse(step.fate);
        return;
      case 'mend_disk':
        this.#excuses.diskIsFull(false);
        this.#disk.mend();
        return;
      case 'kill':
        await this.#killAndStart(step);
        return;
      case 'restart':
        await this.#stopAndStart(step.downtime);
        return;
    }
  }

  get #running(): SimulatedApp {
    if (this.#daemon === undefined) throw new TypeError('the daemon does not run');
    return this.#daemon;
  }

  /** @param arrived when they may have arrived, if not just now */
  #askAll(requests: readonly Request[], arrived?: Range): void {
    for (const { kind, user: index } of requests) {
      if (kind === 'history') this.#read(index).catch((error: unknown) => this.#broken.push(error));
      else
        this.#ask(
          kind,
          index,
          arrived && asOf(arrived, kind, requests.some(healsToo(index)), this.#clock.now()),
        );
    }
  }

  #ask(kind: UserCommand['kind'], index: number, arrived?: Range): void {
    const { clock, app } = this.#running;
    const process = this.#process;
    const readAt = clock.now();
    const model = this.#models[index]!;
    const asked = model.asked(kind, {
      arrived: arrived ?? exactly(readAt),
      readAt,
      wall: exactly(clock.wall()),
    });
    this.#unanswered++;
    app.users.ask(kind, IDS[index]!, (answer) => {
      if (process !== this.#process) return;
      this.#unanswered--;
      try {
        this.#hear(asked, answer);
        model.answered();
      } catch (error) {
        // Thrown, it would be a fault in the actor that answers.
        this.#broken.push(error);
      }
    });
  }

  #hear(asked: Asked, answer: UserReply): void {
    expect(asked.answer, 'the answer before this one').to.equal(undefined);
    asked.answer = answer;
    asked.disk = this.#excuses.refusingSince === undefined ? 'works' : 'fails';
    asked.unsure = this.#excuses.unsure;
    if (answer.kind === 'refused') this.#excuses.expectReasonFor(answer.code);
  }

  /** Reads a history while anything else may be going on: it makes sense, and whatever is certain is in it. */
  async #read(index: number): Promise<void> {
    const process = this.#process;
    const { sessions: expected, holds } = this.#models[index]!.certain();
    this.#unanswered++;
    const read = await this.#running.history(IDS[index]!).catch((error: unknown) => error);
    if (process !== this.#process) return;
    this.#unanswered--;
    if (!Array.isArray(read)) {
      if (!(read instanceof HeartbeatError)) throw read;
      this.#excuses.expectReasonFor(read.code);
      return;
    }
    expectSound(read);
    if (holds()) expectAll(read, expected);
  }

  #length(span: Span): number {
    if ('for' in span) return span.for;
    const now = this.#clock.now();
    const [state] = this.#models[span.untilDeadlineOf]!.states;
    return Math.max(0, (state?.live?.deadline.lo ?? now) + span.and - now);
  }

  async #stall({ time, requests, readFirst }: Extract<Step, { do: 'stall' }>): Promise<void> {
    const from = this.#clock.now();
    const length = this.#length(time);
    // The watchdog counts from when the next pulse was due, so nearly blind is left out: it may be either.
    const blind = length >= BLIND_AFTER;
    this.#clock.standStill(blind ? Math.max(length, BLIND_AFTER + TICK) : length);
    const to = this.#clock.now();
    this.#excuses.stalled();
    for (const model of this.#models) model.stalled({ from, to, blind });
    const arrived = blind ? exactly(to) : { lo: from, hi: Math.min(to, from + TICK) };
    if (readFirst) this.#askAll(requests, arrived);
    const passed = this.#clock.advance(0);
    if (!readFirst) this.#askAll(requests, arrived);
    await passed;
  }

  #setWallClock(by: number): void {
    this.#excuses.jumped = true;
    this.#clock.jumpWall(by);
    for (const model of this.#models) model.wallSet(by);
  }

  async #crash({ on, times, request }: Extract<Step, { do: 'crash' }>): Promise<void> {
    const isOfNobody = on === 'settled' || on === 'expire';
    const whose = isOfNobody ? '' : IDS[request.user]!;
    this.#excuses.crashed(on);
    this.#faults.plan(whose, on, times);
    this.#askAll([request]);
    await this.#clock.settle();
    if (on === 'expire') await this.#clock.advance(TIMEOUT + 2 * TICK);
    this.#faults.plan(whose, on, 0);
  }

  async #crashShard(index: number): Promise<void> {
    this.#excuses.shardCrashed();
    for (let crash = 0; crash <= POLICIES.shard.intensity; crash++) {
      this.#faults.plan(IDS[index]!, 'describe', 1);
      this.#ask('describe', index);
      await this.#clock.settle();
    }
    this.#faults.plan(IDS[index]!, 'describe', 0);
    await this.#clock.advance(TIMEOUT);
  }

  async #start(): Promise<void> {
    this.#process++;
    this.#faults = new Faults();
    this.#daemon = new SimulatedApp({
      flags: this.#flags,
      store: this.#disk.attach(),
      clock: this.#clock,
      decideUser: this.#faults.decide,
    });
    this.#startedAt = this.#clock.now();
    this.#excuses.restarted();
    await this.#daemon.app.start();
  }

  async #killAndStart(step: Extract<Step, { do: 'kill' }>): Promise<void> {
    this.#askAll(step.requests);
    await turns(step.passes);
    const killedAt = this.#clock.now();
    await this.#kill();
    this.#clock.standStill(step.downtime);
    if (step.wallClock !== 0) this.#setWallClock(step.wallClock);
    await this.#startAgain(killedAt, step.again);
  }

  /** @param killed the passes of the event loop that the first starts get before they are killed, too */
  async #startAgain(killedAt: number, [passes, ...killed]: readonly number[] = []): Promise<void> {
    const { refusingSince, jumped, lag, unnoticed } = this.#excuses;
    const at = this.#clock.now();
    const unheard = Math.min(lag, refusingSince === undefined ? killedAt - this.#startedAt : Infinity);
    const late = unnoticed ? 2 * AGAIN : 0;
    const restart = { killedAt, at, wall: this.#clock.wall(), unheard, refusingSince, late, jumped };
    const started = this.#start();
    await (passes === undefined ? started : turns(passes));
    for (const model of this.#models) model.restarted(restart);
    if (passes === undefined) return;
    await this.#kill();
    this.#clock.standStill(1);
    await this.#startAgain(at, killed);
  }

  async #kill(): Promise<void> {
    const dead = this.#running;
    this.#process++;
    this.#unanswered = 0;
    this.#daemon = undefined;
    await Promise.all([this.#disk.detach(), dead.kill()]);
  }

  async #stopAndStart(downtime: number): Promise<void> {
    const killedAt = this.#clock.now();
    await this.#stop();
    this.#clock.standStill(downtime);
    await this.#startAgain(killedAt);
  }

  async #stop(): Promise<void> {
    const stop = { ended: false };
    void this.#running.app.stop().then(() => (stop.ended = true));
    for (let wait = 0; !stop.ended && wait < 100; wait++) await this.#clock.advance(wait < 2 ? 0 : TIMEOUT);
    expect(stop.ended, 'an orderly stop ends').to.equal(true);
    await this.#kill();
  }

  /** Lets everything settle, and compares all that is to be seen with the model. */
  async #look(): Promise<void> {
    await this.#settle();
    expect(this.#running.fatal).to.equal(undefined);
    const resting = IDS.flatMap((id, index) => (this.#models[index]!.atRest ? [{ id, index }] : []));
    for (const { index } of resting) this.#ask('checkup', index);
    const seen = await Promise.all(resting.map(({ id }) => see(this.#running, id, this.#ranging)));
    await this.#settle();
    resting.forEach(({ index }, which) => {
      this.#models[index]!.shown(seen[which]!);
    });
    const isAtRest = resting.length === IDS.length && this.#running.app.unready().length === 0;
    if (this.#excuses.isCalm(isAtRest && !this.#disk.holds && !this.#excuses.diskFull)) await this.#count();
  }

  async #settle(): Promise<void> {
    for (let wait = 0; wait < 20; wait++) {
      await this.#clock.settle();
      if (this.#broken.length > 0) throw this.#broken[0];
      if (this.#unanswered === 0 || this.#disk.holds) return;
      // Who asked at a deadline that lies in a stall is told with the next pulse.
      if (wait === SETTLED) await this.#clock.advance(TICK);
    }
    throw new Error(`${this.#unanswered} requests without an answer`);
  }

  /** Whoever is online has an actor, and nobody else. */
  async #count(): Promise<void> {
    const now = this.#clock.now();
    for (const model of this.#models) model.settled(now - 2 * TICK);
    const { actors, dead_letters } = await this.#supervision();
    const lives = this.#models.map(({ states }) => states.map(({ live }) => live));
    const least = lives.filter((may) => may.every((live) => live !== undefined && live.deadline.lo > now));
    const most = lives.filter((may) => may.some((live) => live !== undefined));
    expect(actors - this.#fixedActors, 'actors of users').to.be.within(least.length, most.length);
    this.#excuses.expectReasonForDeadLetters(dead_letters.total);
  }

  async #supervision(): Promise<Supervision> {
    return (await this.#running.app.supervision()) as Supervision;
  }
}

function healsToo(index: number): (request: Request) => boolean {
  return ({ kind, user }) => kind === 'heal' && user === index;
}

/** Who asks what is so is told as it was when they were read; a heal beside them may have come before or after. */
function asOf(arrived: Range, kind: UserCommand['kind'], heals: boolean, readAt: number): Range {
  if (kind !== 'checkup' && kind !== 'describe') return arrived;
  return { lo: heals ? arrived.lo : readAt, hi: readAt };
}

/** Passes of the event loop. */
async function turns(passes: number): Promise<void> {
  for (let pass = 0; pass < passes; pass++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
