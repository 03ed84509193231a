import { expect } from 'chai';
import type { LiveSession, UserReply } from '../../../actors/user/user.protocol.js';
import { instant } from '../../../src/domain/time.js';
import { HeartbeatError } from '../../../src/errors.js';
import type { HistoryRange } from '../../../src/ports/history-store.js';
import { Faults } from '../../support/faults.js';
import type { Disk } from '../../support/model/disk.js';
import {
  exactly,
  type Arrival,
  type Rules,
  type Session,
  type View,
} from '../../support/model/user-state.js';
import { UserModel, type Asked } from '../../support/model/user-model.js';
import { SimulatedApp, user } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { BLIND_AFTER, TIMEOUT, USERS, type Request, type Setting, type Span, type Step } from './scenario.js';

/** The pulse; and what a commit may take in passes of the event loop, once it is noticed. */
const TICK = 20;
/** How old the word on disk that the daemon is alive may be: a quarter of a timeout, and what it takes to write. */
const LAG = TIMEOUT / 4 + 3 * TICK + 2 * BLIND_AFTER;
/** What crashed its actor twice is tried again after a second. */
const AGAIN = 1000;
/** More crashes than a shard bears. */
const TOO_MANY = 21;

const IDS = Array.from({ length: USERS }, (_, index) => user(index + 1));

interface Supervision {
  readonly actors: number;
  readonly dead_letters: { readonly total: number };
}

/** The daemon, the disk and the model, side by side: what happens to the one happens to the other. */
export class World {
  readonly clock: SimulatedClock;
  readonly rules: Rules;
  readonly #ranging: Setting['ranging'];
  readonly #disk: Disk;
  readonly #flags: Readonly<Record<string, string>>;
  readonly #models: readonly UserModel[];
  #faults = new Faults();
  #daemon: SimulatedApp | undefined;
  #fixedActors = 0;
  #startedAt = 0;
  /** Counts the processes, so that what a dead one says is not heard. */
  #process = 0;
  #unanswered = 0;
  /** What was found wrong with what was read meanwhile. */
  readonly #broken: unknown[] = [];
  #jumped = false;
  /** Since when the disk has been refusing or slow. */
  #deafSince: number | undefined;
  #diskFull = false;
  #calmSince = 0;
  /** Until when faults are about that explain a refusal, a late expiry, an actor too many. */
  #crashedAt = { letters: -Infinity, settled: -Infinity, expire: -Infinity, shard: -Infinity };

  constructor(disk: Disk, { grace, ranging }: Setting) {
    this.#ranging = ranging;
    this.#disk = disk;
    this.clock = new SimulatedClock();
    this.clock.waitsFor = () => disk.busy > 0;
    this.rules = { timeout: TIMEOUT, grace, tick: TICK, lag: LAG };
    this.#flags = {
      '--session-timeout': String(TIMEOUT / 1000),
      '--blind-after': String(BLIND_AFTER / 1000),
      '--blind-grace': String(grace / 1000),
      '--shards': '2',
    };
    this.#models = IDS.map((id) => new UserModel(`user ${id}`, this.rules));
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.#start();
    this.#fixedActors = (await this.#supervision()).actors;
    for (const step of steps) {
      await this.#take(step);
      await this.#look();
    }
    await this.#takeLast();
  }

  /** Nothing is wrong any more, and all that was under way comes to its end. */
  async #takeLast(): Promise<void> {
    this.#disk.mend();
    this.#disk.release();
    this.#diskFull = false;
    for (let wait = 0; wait < 40 && this.#running.app.unready().length > 0; wait++)
      await this.clock.advance(1000);
    await this.clock.advance(3 * TIMEOUT);
    if (this.#isRecent('expire')) await this.clock.advance(2 * AGAIN);
    await this.#look();
    expect(this.#unanswered, 'requests without an answer').to.equal(0);
    for (const model of this.#models)
      expect(model.states.every(({ live }) => live === undefined)).to.equal(true);
    await this.#stop();
  }

  trace: ((what: string) => void) | undefined;

  async #take(step: Step): Promise<void> {
    this.trace?.(`STEP ${JSON.stringify(step)}`);
    switch (step.do) {
      case 'ask':
        this.#askAll(step.requests);
        return;
      case 'wait':
        await this.clock.advance(this.#length(step.time));
        return;
      case 'stall':
        await this.#stall(step);
        return;
      case 'set_wall_clock':
        this.#jump(step.by);
        return;
      case 'crash':
        await this.#crash(step);
        return;
      case 'crash_shard':
        await this.#crashShard(step.user);
        return;
      case 'slow_disk':
        this.#deafSince ??= this.clock.now();
        this.#disk.hold(step.fate);
        return;
      case 'fast_disk':
        this.#disk.release();
        return;
      case 'full_disk':
        this.#deafSince ??= this.clock.now();
        this.#diskFull = true;
        this.#disk.refuse(step.fate);
        return;
      case 'mend_disk':
        this.#diskFull = false;
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

  #askAll(requests: readonly Request[], arrived?: { lo: number; hi: number }): void {
    for (const { kind, user: index } of requests) {
      if (kind === 'history') this.#read(index).catch((error: unknown) => this.#broken.push(error));
      else this.#ask(kind, index, arrived);
    }
  }

  #ask(kind: Exclude<Request['kind'], 'history'>, index: number, stalled?: { lo: number; hi: number }): void {
    const { clock, app } = this.#running;
    const process = this.#process;
    const readAt = clock.now();
    const at: Arrival = {
      arrived: stalled ?? { lo: readAt, hi: readAt },
      readAt,
      wall: exactly(clock.wall()),
    };
    const model = this.#models[index]!;
    const asked = model.asked(kind, at);
    this.#unanswered++;
    app.ask(kind, IDS[index]!, (answer) => {
      if (process !== this.#process) return;
      this.#unanswered--;
      try {
        expect(asked.answer, 'a second answer').to.equal(undefined);
        this.#heard(asked, answer);
        model.answered();
      } catch (error) {
        // It would be a fault in the actor that answers.
        this.#broken.push(error);
      }
    });
  }

  #heard(asked: Asked, answer: UserReply): void {
    asked.answer = answer;
    asked.disk = this.#deafSince === undefined ? 'works' : 'fails';
    asked.unsure = this.#isRecent('settled');
    if (answer.kind === 'refused') this.#expectReason(answer.code);
  }

  #isRecent(crash: 'letters' | 'settled' | 'expire' | 'shard'): boolean {
    return this.clock.now() - this.#crashedAt[crash] < 3 * AGAIN;
  }

  #expectReason(code: string): void {
    if (code === 'HEARTBEAT_STORE_REFUSES') expect(this.#deafSince, code).not.to.equal(undefined);
    else if (code === 'HEARTBEAT_INTERNAL') expect(this.#isRecent('letters'), code).to.equal(true);
    else if (code === 'HEARTBEAT_NOT_READY') expect(this.#isRecent('shard'), code).to.equal(true);
    else throw new Error(`refused for ${code}`);
  }

  /** Reads a history while anything else may be going on: whatever is certain is in it, and it makes sense. */
  async #read(index: number): Promise<void> {
    const process = this.#process;
    const { sessions: expected, holds } = this.#models[index]!.certain();
    this.#unanswered++;
    const { sessions, refusal } = await this.#running.history(IDS[index]!).then(
      (sessions) => ({ sessions, refusal: undefined }),
      (error: unknown) => ({
        sessions: [],
        refusal: error instanceof HeartbeatError ? error.code : String(error),
      }),
    );
    if (process !== this.#process) return;
    this.#unanswered--;
    if (refusal !== undefined) this.#expectReason(refusal);
    this.#expectSound(sessions);
    if (refusal !== undefined || !holds()) return;
    for (const { onlineAt, offlineAt } of expected) {
      const found = sessions.find((session) => session.onlineAt === onlineAt.lo);
      const what = `${JSON.stringify(sessions)} and what began at ${onlineAt.lo}`;
      expect(found?.offlineAt, what).to.be.within(offlineAt.lo, offlineAt.hi);
    }
  }

  #expectSound(sessions: readonly Session[]): void {
    sessions.forEach(({ onlineAt, offlineAt }, index) => {
      const said = JSON.stringify(sessions);
      expect(offlineAt, said).to.be.at.least(onlineAt);
      if (index > 0) expect(onlineAt, said).to.be.at.least(sessions[index - 1]!.offlineAt);
      if (index > 0) expect(onlineAt, said).to.be.above(sessions[index - 1]!.onlineAt);
    });
  }

  #length(span: Span): number {
    if ('for' in span) return span.for;
    const now = this.clock.now();
    const deadlines = this.#models[span.untilDeadlineOf]!.states.map(({ live }) => live?.deadline.lo ?? now);
    return Math.max(0, (deadlines[0] ?? now) + span.and - now);
  }

  async #stall({ time, requests, readFirst }: Extract<Step, { do: 'stall' }>): Promise<void> {
    const from = this.clock.now();
    const asked = this.#length(time);
    // The watchdog counts from when the next pulse was due, so nearly blind is left out: it may be either.
    const isBlind = asked >= BLIND_AFTER;
    this.clock.standStill(isBlind ? Math.max(asked, BLIND_AFTER + TICK) : asked);
    const to = this.clock.now();
    for (const model of this.#models) model.stalled({ from, to, blind: isBlind });
    const arrived = isBlind ? { lo: to, hi: to } : { lo: from, hi: Math.min(to, from + TICK) };
    if (readFirst) this.#askAll(requests, arrived);
    const passed = this.clock.advance(0);
    if (!readFirst) this.#askAll(requests, arrived);
    await passed;
  }

  #jump(by: number): void {
    this.#jumped = true;
    this.clock.jumpWall(by);
    for (const model of this.#models) model.wallSet(by);
  }

  async #crash({ on, times, request }: Extract<Step, { do: 'crash' }>): Promise<void> {
    const now = this.clock.now();
    this.#crashedAt.letters = now;
    if (on === 'settled' || on === 'expire') this.#crashedAt[on] = now;
    const whose = on === 'settled' || on === 'expire' ? '' : IDS[request.user]!;
    this.#faults.plan(whose, on, times);
    this.#askAll([request]);
    await this.clock.settle();
    if (on === 'expire') await this.clock.advance(TIMEOUT + 2 * TICK);
    this.#faults.plan(whose, on, 0);
  }

  async #crashShard(index: number): Promise<void> {
    const now = this.clock.now();
    this.#crashedAt.letters = now;
    this.#crashedAt.shard = now;
    for (let crash = 0; crash < TOO_MANY; crash++) {
      this.#faults.plan(IDS[index]!, 'describe', 1);
      this.#ask('describe', index);
      await this.clock.settle();
    }
    this.#faults.plan(IDS[index]!, 'describe', 0);
    await this.clock.advance(500);
  }

  async #start(): Promise<void> {
    this.#process++;
    this.#faults = new Faults();
    this.#daemon = new SimulatedApp({
      flags: this.#flags,
      store: this.#disk.attach(),
      clock: this.clock,
      decideUser: this.#faults.decide,
    });
    this.#startedAt = this.clock.now();
    // The word on disk may be from before the jump, as long as the disk takes none.
    if (this.#deafSince === undefined) this.#jumped = false;
    await this.#daemon.app.start();
  }

  async #killAndStart({
    requests,
    passes,
    downtime,
    again,
    wallClock,
  }: Extract<Step, { do: 'kill' }>): Promise<void> {
    this.#askAll(requests);
    await this.#turns(passes);
    await this.#kill();
    const killedAt = this.clock.now();
    this.clock.standStill(downtime);
    if (wallClock !== 0) this.#jump(wallClock);
    await this.#startAgain(killedAt, again);
  }

  /** @param killed the passes of the event loop that the first starts get before they are killed, too */
  async #startAgain(killedAt: number, [passes, ...killed]: readonly number[] = []): Promise<void> {
    const restart = {
      killedAt,
      at: this.clock.now(),
      wall: this.clock.wall(),
      unheard: this.#deafSince === undefined ? Math.min(LAG, killedAt - this.#startedAt) : Infinity,
      deafSince: this.#deafSince,
      late: this.#isRecent('expire') ? 2 * AGAIN : 0,
      jumped: this.#jumped,
    };
    const started = this.#start();
    await (passes === undefined ? started : this.#turns(passes));
    for (const model of this.#models) model.restarted(restart);
    if (passes === undefined) return;
    await this.#kill();
    this.clock.standStill(1);
    await this.#startAgain(restart.at, killed);
  }

  async #kill(): Promise<void> {
    this.#process++;
    this.#unanswered = 0;
    const dead = this.#running;
    this.#daemon = undefined;
    await Promise.all([this.#disk.detach(), dead.kill()]);
  }

  async #stopAndStart(downtime: number): Promise<void> {
    const killedAt = this.clock.now();
    await this.#stop();
    this.clock.standStill(downtime);
    await this.#startAgain(killedAt);
  }

  async #stop(): Promise<void> {
    const stop = { ended: false };
    void this.#running.app.stop().then(() => (stop.ended = true));
    for (let wait = 0; !stop.ended && wait < 100; wait++) await this.clock.advance(wait < 2 ? 0 : 500);
    expect(stop.ended, 'an orderly stop ends').to.equal(true);
    await this.#kill();
  }

  async #turns(passes: number): Promise<void> {
    for (let pass = 0; pass < passes; pass++) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** Lets everything settle, and looks whether all that is to be seen is as the model has it. */
  async #look(): Promise<void> {
    await this.#settle();
    const { app, fatal } = this.#running;
    expect(fatal).to.equal(undefined);
    if (this.#broken.length > 0) throw this.#broken[0];
    const resting = this.#models.flatMap((model, index) => (model.atRest ? [{ model, index }] : []));
    for (const { index } of resting) this.#ask('checkup', index);
    const seen = await Promise.all(resting.map(({ index }) => this.#see(index)));
    await this.#settle();
    resting.forEach(({ model }, which) => {
      this.#expectSound(seen[which]!.sessions);
      model.shown(seen[which]!);
    });
    const isCalm = !this.#disk.holds && !this.#diskFull && app.unready().length === 0;
    if (!isCalm || !this.#models.every((model) => model.atRest)) this.#calmSince = this.clock.now();
    else await this.#rest();
  }

  async #see(index: number): Promise<View> {
    const live = await new Promise<LiveSession | undefined>((resolve, reject) => {
      this.#running.app.ask('describe', IDS[index]!, (reply) => {
        if (reply.kind === 'described') resolve(reply.session);
        else reject(new Error(`'describe' was answered ${JSON.stringify(reply)}`));
      });
    });
    const sessions = await this.#running.history(IDS[index]!);
    const backwards = await this.#running.history(IDS[index]!, { order: 'desc' });
    expect(backwards).to.deep.equal(sessions.toReversed());
    for (const range of this.#ranges(sessions)) {
      expect(await this.#running.history(IDS[index]!, range), JSON.stringify(range)).to.deep.equal(
        cut(sessions, range),
      );
    }
    if (live === undefined) return { sessions, lastSeen: undefined };
    expect({ onlineAt: live.onlineAt, offlineAt: live.deadline }).to.deep.equal(sessions.at(-1));
    return { sessions, lastSeen: live.lastSeen };
  }

  /** Two of the ranges that begin and end at, or right beside, where a session does. */
  #ranges(sessions: readonly Session[]): readonly HistoryRange[] {
    const { from, before, after } = this.#ranging;
    const edges = sessions.flatMap(({ onlineAt, offlineAt }) => [onlineAt, offlineAt, offlineAt + 1]);
    const edge = (which: number | undefined) =>
      which === undefined || edges.length === 0 ? undefined : instant(edges[which % edges.length]!);
    const range = { from: edge(from), before: edge(before), after: edge(after) };
    return [
      { ...range, order: 'asc' },
      { ...range, order: 'desc' },
    ];
  }

  async #rest(): Promise<void> {
    const now = this.clock.now();
    const late = this.#isRecent('expire') ? 2 * AGAIN : 2 * TICK;
    if (now - this.#calmSince < late) return;
    // Until the next checkpoint the disk may not know of what happened meanwhile.
    if (now - this.#calmSince > TIMEOUT / 4 + 2 * TICK) this.#deafSince = undefined;
    for (const model of this.#models) model.settled(now - late);
    const { actors } = await this.#supervision();
    const all = this.#models.map(({ states }) => states.map(({ live }) => live));
    const least = all.filter((lives) =>
      lives.every((live) => live !== undefined && live.deadline.lo > now),
    ).length;
    const most = all.filter((lives) => lives.some((live) => live !== undefined)).length;
    expect(actors - this.#fixedActors, 'actors of users').to.be.within(least, most);
  }

  async #settle(): Promise<void> {
    for (let wait = 0; wait < 20; wait++) {
      await this.clock.settle();
      if (this.#unanswered === 0 || this.#disk.holds) return;
    }
    throw new Error(`${this.#unanswered} requests without an answer`);
  }

  async #supervision(): Promise<Supervision> {
    return (await this.#running.app.supervision()) as Supervision;
  }
}

function cut(sessions: readonly Session[], { from, before, after, order }: HistoryRange): readonly Session[] {
  const within = sessions.filter(
    ({ onlineAt, offlineAt }) =>
      offlineAt >= (from ?? -Infinity) &&
      onlineAt < (before ?? Infinity) &&
      (after === undefined || (order === 'asc' ? onlineAt > after : onlineAt < after)),
  );
  return order === 'asc' ? within : within.toReversed();
}
