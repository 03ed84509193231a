import { expect } from 'chai';
import { POLICIES } from '../../../actors/tree.js';
import type { UserCommand, UserReply } from '../../../actors/user/user.protocol.js';
import { userIdsOf, type UserId, type UserIdKind } from '../../../src/domain/user-id.js';
import { HeartbeatError } from '../../../src/errors.js';
import type { Disk, Fate } from '../../support/model/disk.js';
import { UserModel, type Asked } from '../../support/model/user-model.js';
import { exactly, type Range, type Rules } from '../../support/model/user-state.js';
import { user } from '../../support/ids.js';
import { ModelRunner, type Restart } from '../model/model-runner.js';
import { AGAIN, TICK, TIMEOUT } from '../model/timing.js';
import { Excuses, LAG } from './excuses.js';
import { USERS, type Crashing, type Request, type Setting, type UserStep } from './scenario.js';
import { expectAll, expectSound, see } from './witness.js';

/** With texts, some are stored as integers, and some begin like another one. */
const IDS: Readonly<Record<UserIdKind, readonly UserId[]>> = {
  integer: Array.from({ length: USERS }, (_, index) => user(index + 1)),
  text: ['ann', '2', 'anna'].map((text) => userIdsOf('text').parse(text) ?? expect.fail()),
};

interface Supervision {
  readonly actors: number;
  readonly dead_letters: { readonly total: number };
}

/** Requests without an answer after settling so often wait for time to pass. */
const SETTLED = 10;

export class UserRunner extends ModelRunner<Request, Crashing, UserStep> {
  readonly #ranging: Setting['ranging'];
  readonly #ids: readonly UserId[];
  readonly #models: readonly UserModel[];
  readonly #excuses = new Excuses(() => this.clock.now());
  #fixedActors = 0;
  #startedAt = 0;
  /** The number of the process, so that answers of a dead one are ignored. */
  #process = 0;
  #unanswered = 0;
  /** Errors that were found in between. */
  readonly #broken: unknown[] = [];

  constructor(disk: Disk, { grace, ranging, ids }: Setting) {
    const flags = { '--session-timeout': String(TIMEOUT / 1000), '--user-ids': ids };
    super({ disk, grace, names: IDS[ids], flags });
    this.#ranging = ranging;
    this.#ids = IDS[ids];
    const rules: Rules = { timeout: TIMEOUT, grace, tick: TICK, lag: LAG };
    this.#models = this.#ids.map((id) => new UserModel(`user ${id}`, rules));
  }

  protected override async began(): Promise<void> {
    this.#fixedActors = (await this.#supervision()).actors;
  }

  protected override endTroubles(): void {
    this.mendDisk();
    this.disk.release();
  }

  protected override async comeToRest(): Promise<void> {
    await this.clock.advance(3 * TIMEOUT);
    while (this.#excuses.unnoticed) await this.clock.advance(AGAIN);
  }

  protected override expectRest(): void {
    expect(this.#unanswered, 'requests without an answer').to.equal(0);
    const lives = this.#models.flatMap(({ states }) => states.map(({ live }) => live));
    expect(lives.filter((live) => live !== undefined)).to.deep.equal([]);
  }

  protected override async take(step: UserStep): Promise<void> {
    if (step.do === 'crash_shard') await this.#crashShard(step.user);
    else if (step.do === 'slow_disk') {
      this.#excuses.diskSlow();
      this.disk.hold(step.fate);
    } else if (step.do === 'fast_disk') this.disk.release();
    else await this.takeShared(step);
  }

  protected override fillDisk(fate: Fate): void {
    this.#excuses.diskIsFull(true);
    this.disk.refuse(fate);
  }

  protected override mendDisk(): void {
    this.#excuses.diskIsFull(false);
    this.disk.mend();
  }

  protected override askAll(requests: readonly Request[], arrived?: Range): void {
    for (const { kind, user: index, device } of requests) {
      if (kind === 'history') this.#read(index).catch((error: unknown) => this.#broken.push(error));
      else
        this.#ask(
          kind,
          index,
          arrived && asOf(arrived, kind, requests.some(healsToo(index)), this.clock.now()),
          kind === 'heal' || kind === 'goodbye' ? device : undefined,
        );
    }
  }

  #ask(kind: UserCommand['kind'], index: number, arrived?: Range, device?: string): void {
    const { clock, app } = this.running;
    const process = this.#process;
    const readAt = clock.now();
    const model = this.#models[index]!;
    const asked = model.asked(kind, {
      arrived: arrived ?? exactly(readAt),
      readAt,
      wall: exactly(clock.wall()),
      device,
    });
    this.#unanswered++;
    const answered = (answer: UserReply): void => {
      if (process !== this.#process) return;
      this.#unanswered--;
      try {
        this.#hear(asked, answer);
        model.answered();
      } catch (error) {
        // Throwing it would crash the answering actor.
        this.#broken.push(error);
      }
    };
    app.users.ask(kind, this.#ids[index]!, answered, device === undefined ? undefined : { device });
  }

  #hear(asked: Asked, answer: UserReply): void {
    expect(asked.answer, 'the answer before this one').to.equal(undefined);
    asked.answer = answer;
    asked.disk = this.#excuses.refusingSince === undefined ? 'works' : 'fails';
    asked.unsure = this.#excuses.unsure;
    if (answer.kind === 'refused') this.#excuses.expectReasonFor(answer.code);
  }

  /** Reads a history while other work is under way: it must be consistent, and contain everything certain. */
  async #read(index: number): Promise<void> {
    const process = this.#process;
    const { sessions: expected, holds } = this.#models[index]!.certain();
    this.#unanswered++;
    const read = await this.running.history(this.#ids[index]!).catch((error: unknown) => error);
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

  protected override deadlineOf(index: number): number | undefined {
    return this.#models[index]!.states[0]?.live?.deadline.lo;
  }

  protected override indexOf(request: Request): number {
    return request.user;
  }

  protected override stalled(from: number, to: number, blind: boolean): void {
    this.#excuses.stalled();
    for (const model of this.#models) model.stalled({ from, to, blind });
  }

  protected override setWallClock(by: number): Promise<void> {
    this.#excuses.jumped = true;
    this.clock.jumpWall(by);
    for (const model of this.#models) model.wallSet(by);
    return Promise.resolve();
  }

  protected override crashing(on: Crashing): void {
    this.#excuses.crashed(on);
  }

  async #crashShard(index: number): Promise<void> {
    this.#excuses.shardCrashed();
    for (let crash = 0; crash <= POLICIES.shard.intensity; crash++) {
      this.faults.plan(this.#ids[index]!, 'describe', 1);
      this.#ask('describe', index);
      await this.clock.settle();
    }
    this.faults.plan(this.#ids[index]!, 'describe', 0);
    const from = this.clock.now();
    while (await this.#isDown(index)) await this.clock.advance(1);
    const to = this.clock.now();
    if (to > from) this.stalled(from, to, true);
    await this.clock.advance(TIMEOUT);
  }

  /** Whether the shard of a user waits to be started again. */
  async #isDown(index: number): Promise<boolean> {
    const reply = await this.running.ask('checkup', this.#ids[index]!);
    return reply?.kind === 'refused' && reply.code === 'HEARTBEAT_NOT_READY';
  }

  protected override async start(): Promise<void> {
    this.#process++;
    this.#startedAt = this.clock.now();
    this.#excuses.restarted();
    await super.start();
  }

  protected override restarting({ killedAt, diedAt, at }: Restart): () => void {
    const { refusingSince, jumped, lag } = this.#excuses;
    const unheard = Math.min(lag, refusingSince === undefined ? killedAt - this.#startedAt : Infinity);
    const late = this.#excuses.unnoticedAt(diedAt) ? 2 * AGAIN : 0;
    const restart = { killedAt, at, wall: this.clock.wall(), unheard, refusingSince, late, jumped };
    return () => {
      for (const model of this.#models) model.restarted(restart);
    };
  }

  protected override async kill(): Promise<void> {
    this.#process++;
    this.#unanswered = 0;
    await super.kill();
  }

  protected override async compare(): Promise<void> {
    await this.#settle();
    expect(this.running.fatal).to.equal(undefined);
    const resting = this.#ids.flatMap((id, index) => (this.#models[index]!.atRest ? [{ id, index }] : []));
    for (const { index } of resting) this.#ask('checkup', index);
    const seen = await Promise.all(resting.map(({ id }) => see(this.running, id, this.#ranging)));
    await this.#settle();
    resting.forEach(({ index }, which) => {
      this.#models[index]!.shown(seen[which]!);
    });
    const isAtRest = resting.length === this.#ids.length && this.running.app.notStoring().length === 0;
    if (this.#excuses.isCalm(isAtRest && !this.disk.holds && !this.#excuses.diskFull)) await this.#count();
  }

  async #settle(): Promise<void> {
    for (let wait = 0; wait < 20; wait++) {
      await this.clock.settle();
      if (this.#broken.length > 0) throw this.#broken[0];
      if (this.#unanswered === 0 || this.disk.holds) return;
      // A request at a deadline during a stall is answered at the next tick.
      if (wait === SETTLED) await this.clock.advance(TICK);
    }
    throw new Error(`${this.#unanswered} requests without an answer`);
  }

  /** Exactly the online users have an actor. */
  async #count(): Promise<void> {
    const now = this.clock.now();
    for (const model of this.#models) model.settled(now - 2 * TICK);
    const { actors, dead_letters } = await this.#supervision();
    const lives = this.#models.map(({ states }) => states.map(({ live }) => live));
    const least = lives.filter((may) => may.every((live) => live !== undefined && live.deadline.lo > now));
    const most = lives.filter((may) => may.some((live) => live !== undefined));
    expect(actors - this.#fixedActors, 'actors of users').to.be.within(least.length, most.length);
    this.#excuses.expectReasonForDeadLetters(dead_letters.total);
  }

  async #supervision(): Promise<Supervision> {
    return (await this.running.app.supervision()) as Supervision;
  }
}

function healsToo(index: number): (request: Request) => boolean {
  return ({ kind, user }) => kind === 'heal' && user === index;
}

/** A checkup is answered as of its reading; a simultaneous heal may come before or after it. */
function asOf(arrived: Range, kind: UserCommand['kind'], heals: boolean, readAt: number): Range {
  if (kind !== 'checkup' && kind !== 'describe') return arrived;
  return { lo: heals ? arrived.lo : readAt, hi: readAt };
}
