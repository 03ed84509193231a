import { expect } from 'chai';
import type { NodeMessage } from '../../../actors/node/decision.js';
import type { UserMessage } from '../../../actors/user/user.machine.js';
import { Faults } from '../../support/faults.js';
import type { Disk, Fate } from '../../support/model/disk.js';
import { SimulatedApp, type SimulationOptions } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import type { Span, Step } from './steps.js';
import { AGAIN, BLIND_AFTER, TICK, TIMEOUT } from './timing.js';

/** The possible arrival of a request. */
export interface Arrival {
  readonly lo: number;
  readonly hi: number;
}

/** A start after a kill or a stop. */
export interface Restart {
  /** When the previous process died, or the last start was killed. */
  readonly killedAt: number;
  /** When the last completely started process died. */
  readonly diedAt: number;
  readonly at: number;
  /** Whether it is not killed, either. */
  readonly isCompleted: boolean;
}

type MessageKind = UserMessage['kind'] | NodeMessage['kind'];

/** Messages without a request, so they crash the actor of any user or node. */
const OF_NOBODY: readonly MessageKind[] = ['settled', 'expire', 'status_settled'];

interface Plan {
  readonly disk: Disk;
  readonly flags: Readonly<Record<string, string>>;
  /** The most time that a session or deadline gets after blindness. */
  readonly grace: number;
  /** The ids of users, or names of nodes, by index. */
  readonly names: readonly string[];
}

/**
 * Runs the same steps on the daemon and on its model, and compares them after each step.
 * It has what users and nodes share. Their requests and comparisons are in the subclasses.
 */
export abstract class ModelRunner<
  Request,
  Crashing extends MessageKind,
  AnyStep extends { readonly do: string },
> {
  protected readonly clock = new SimulatedClock();
  protected readonly disk: Disk;
  protected faults = new Faults();
  readonly #flags: Readonly<Record<string, string>>;
  readonly #names: readonly string[];
  #daemon: SimulatedApp | undefined;

  constructor({ disk, flags, grace, names }: Plan) {
    this.disk = disk;
    this.clock.waitsFor = () => disk.busy > 0;
    this.#names = names;
    this.#flags = {
      '--blind-after': String(BLIND_AFTER / 1000),
      '--blind-grace': String(grace / 1000),
      '--shards': '2',
      ...flags,
    };
  }

  async play(steps: readonly AnyStep[]): Promise<void> {
    await this.start();
    await this.began();
    for (const step of steps) {
      await this.take(step);
      await this.compare();
    }
    await this.#end();
  }

  /** Runs the steps of its own, and leaves the others to `takeShared`. */
  protected abstract take(step: AnyStep): Promise<void>;
  /** Sends these requests before any is handled. @param arrived if they may have arrived earlier */
  protected abstract askAll(requests: readonly Request[], arrived?: Arrival): void;
  /** Lets everything settle, and compares the daemon with the model. */
  protected abstract compare(): Promise<void>;
  /** The deadline of a user or node by the model; undefined if it has none. */
  protected abstract deadlineOf(index: number): number | undefined;
  protected abstract indexOf(request: Request): number;
  protected abstract setWallClock(by: number): Promise<void>;
  /** The process stood still. */
  protected abstract stalled(from: number, to: number, isBlind: boolean): void;
  protected abstract crashing(on: Crashing): void;
  protected abstract fillDisk(fate: Fate): void;
  /** Ends all troubles of the disk. */
  protected abstract mendDisk(): void;
  /** Before a start. @returns a function that tells the model of it, once the process runs or is killed again */
  protected abstract restarting(restart: Restart): () => void;
  /** Waits, without troubles, until everything late has happened. */
  protected abstract comeToRest(): Promise<void>;
  protected abstract expectRest(): void;

  /** After the first start. */
  protected began(): Promise<void> {
    return Promise.resolve();
  }

  /** Before each start. */
  protected appOptions(): SimulationOptions {
    return {};
  }

  /** At the end of a scenario. */
  protected endTroubles(): void {
    this.mendDisk();
  }

  /** After a kill with requests under way. */
  protected killed(): void {
    // The model need not know.
  }

  protected get running(): SimulatedApp {
    if (this.#daemon === undefined) throw new TypeError('the daemon does not run');
    return this.#daemon;
  }

  protected async takeShared(step: Step<Request, Crashing>): Promise<void> {
    switch (step.do) {
      case 'ask':
        this.askAll(step.requests);
        return;
      case 'wait':
        await this.clock.advance(this.#length(step.time));
        return;
      case 'stall':
        await this.#stall(step);
        return;
      case 'set_wall_clock':
        await this.setWallClock(step.by);
        return;
      case 'crash':
        await this.#crash(step);
        return;
      case 'full_disk':
        this.fillDisk(step.fate);
        return;
      case 'mend_disk':
        this.mendDisk();
        return;
      case 'kill':
        await this.#killAndStart(step);
        return;
      case 'restart':
        await this.#stopAndStart(step.downtime);
        return;
    }
  }

  /** Until a deadline that was given again after blindness it would be far too long. */
  #length(span: Span): number {
    if ('for' in span) return span.for;
    const now = this.clock.now();
    const until = (this.deadlineOf(span.untilDeadlineOf) ?? now) + span.and - now;
    return until > 0 && until < 20 * TIMEOUT ? until : 0;
  }

  async #stall({
    time,
    requests,
    readFirst,
  }: Extract<Step<Request, Crashing>, { do: 'stall' }>): Promise<void> {
    const from = this.clock.now();
    const length = this.#length(time);
    // The watchdog counts from the due time of the next tick, so lengths close to `blind_after` are not tried.
    const isBlind = length >= BLIND_AFTER;
    this.clock.standStill(isBlind ? Math.max(length, BLIND_AFTER + TICK) : length);
    const to = this.clock.now();
    this.stalled(from, to, isBlind);
    const arrived = isBlind ? { lo: to, hi: to } : { lo: from, hi: Math.min(to, from + TICK) };
    if (readFirst) this.askAll(requests, arrived);
    const passed = this.clock.advance(0);
    if (!readFirst) this.askAll(requests, arrived);
    await passed;
  }

  async #crash({ on, times, request }: Extract<Step<Request, Crashing>, { do: 'crash' }>): Promise<void> {
    const whose = OF_NOBODY.includes(on) ? '' : this.#names[this.indexOf(request)]!;
    this.crashing(on);
    this.faults.plan(whose, on, times);
    this.askAll([request]);
    await this.clock.settle();
    if (on === 'expire') await this.waitForExpiry();
    this.faults.plan(whose, on, 0);
  }

  protected async waitForExpiry(): Promise<void> {
    await this.clock.advance(TIMEOUT + 2 * TICK);
  }

  protected async start(): Promise<void> {
    this.faults = new Faults();
    this.#daemon = new SimulatedApp({
      flags: this.#flags,
      store: this.disk.attach(),
      clock: this.clock,
      decideUser: this.faults.decide,
      decideNode: this.faults.decideNode,
      ...this.appOptions(),
    });
    await this.#daemon.app.start();
  }

  async #killAndStart(step: Extract<Step<Request, Crashing>, { do: 'kill' }>): Promise<void> {
    this.askAll(step.requests);
    await passesOfEventLoop(step.passes);
    const killedAt = this.clock.now();
    await this.kill();
    this.killed();
    this.clock.standStill(step.downtime);
    if (step.wallClock !== 0) await this.setWallClock(step.wallClock);
    await this.#startAgain(killedAt, killedAt, step.again);
  }

  /** @param kills the passes of the event loop after which the first starts are killed, too */
  async #startAgain(
    killedAt: number,
    diedAt: number,
    [passes, ...kills]: readonly number[] = [],
  ): Promise<void> {
    const at = this.clock.now();
    const tellModel = this.restarting({ killedAt, diedAt, at, isCompleted: passes === undefined });
    const started = this.start();
    await (passes === undefined ? started : passesOfEventLoop(passes));
    tellModel();
    if (passes === undefined) return;
    await this.kill();
    this.clock.standStill(1);
    await this.#startAgain(at, diedAt, kills);
  }

  protected async kill(): Promise<void> {
    const dead = this.running;
    this.#daemon = undefined;
    await Promise.all([this.disk.detach(), dead.kill()]);
  }

  async #stopAndStart(downtime: number): Promise<void> {
    const killedAt = this.clock.now();
    await this.#stop();
    this.clock.standStill(downtime);
    await this.#startAgain(killedAt, killedAt);
  }

  async #stop(): Promise<void> {
    const stop = { ended: false };
    void this.running.app.stop().then(() => (stop.ended = true));
    for (let wait = 0; !stop.ended && wait < 100; wait++) await this.clock.advance(wait < 2 ? 0 : TIMEOUT);
    expect(stop.ended, 'an orderly stop ends').to.equal(true);
    await this.kill();
  }

  /** Ends all troubles, and lets everything under way finish. */
  async #end(): Promise<void> {
    this.endTroubles();
    const isReady = () => this.running.app.notStoring().length === 0;
    for (let wait = 0; wait < 40 && !isReady(); wait++) await this.clock.advance(AGAIN);
    await this.comeToRest();
    await this.compare();
    this.expectRest();
    await this.#stop();
  }
}

export async function passesOfEventLoop(passes: number): Promise<void> {
  for (let pass = 0; pass < passes; pass++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
