import { expect } from 'chai';
import type { NodeReply } from '../../../actors/node/node.protocol.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { Faults } from '../../support/faults.js';
import type { Disk } from '../../support/model/disk.js';
import { exactly, NodeModel, type Range, type View } from '../../support/model/node-model.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { SimulatedApp, node as named } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { ADAPTIVE, NODES, type Request, type Span, type Step } from './scenario.js';
import { AGAIN, BLIND_AFTER, LAG, TICK, TIMEOUT } from './timing.js';

const NAMES = Array.from({ length: NODES }, (_, index) => named(`node ${index}`));
const MAX_RETRIES = 1;

interface Pending {
  readonly request: Request;
  readonly arrived: Range;
  readonly readAt: number;
  reply: NodeReply | undefined;
}

/** The daemon, the disk and the model, side by side: what happens to the one happens to the other. */
export class NodeRunner {
  readonly #clock = new SimulatedClock();
  readonly #disk: Disk;
  readonly #flags: Readonly<Record<string, string>>;
  readonly #models: readonly NodeModel[];
  #faults = new Faults();
  #alerting = new RecordingAlerting();
  #daemon: SimulatedApp | undefined;
  /** Asked and not yet told to the model, in order. */
  #pending: Pending[] = [];
  #full = false;
  /** Until when the disk may be behind, after it was full. */
  #deafUntil = -Infinity;
  #crashedAt = -Infinity;
  readonly #pastless = new Set<string>();
  /** How many flips of anybody had been raised when a node was forgotten. */
  #since = new Map<string, number>();

  constructor(disk: Disk, grace: number) {
    this.#disk = disk;
    this.#clock.waitsFor = () => disk.busy > 0;
    this.#flags = {
      '--nodes-timeout': String(TIMEOUT / 1000),
      '--nodes-max-retries': String(MAX_RETRIES),
      '--blind-after': String(BLIND_AFTER / 1000),
      '--blind-grace': String(grace / 1000),
      '--shards': '2',
    };
    const rules = { timeout: TIMEOUT, maxRetries: MAX_RETRIES, grace, tick: TICK, lag: LAG };
    this.#models = NAMES.map((name) => new NodeModel(name, rules));
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.#start();
    for (const step of steps) {
      await this.#take(step);
      await this.#look();
    }
    await this.#end();
  }

  get #running(): SimulatedApp {
    if (this.#daemon === undefined) throw new TypeError('the daemon does not run');
    return this.#daemon;
  }

  /** Nothing is wrong any more: whoever is silent fails, and all that was raised has been told. */
  async #end(): Promise<void> {
    this.#mend();
    for (let wait = 0; wait < 40 && this.#running.app.unready().length > 0; wait++)
      await this.#clock.advance(AGAIN);
    await this.#clock.advance(2 * AGAIN);
    await this.#look();
    expect(this.#alerting.heard.map(({ alert }) => alert.id)).to.have.members(this.#alerting.ids);
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
      case 'rhythm':
        await this.#followRhythm(step);
        return;
      case 'stall':
        await this.#stall(step);
        return;
      case 'set_wall_clock':
        // The next start counts from what the wall clock was when the disk last heard of it.
        if (this.#isDeaf) return;
        this.#clock.jumpWall(step.by);
        await this.#clock.advance(LAG);
        return;
      case 'crash':
        await this.#crash(step);
        return;
      case 'full_disk':
        this.#full = true;
        this.#disk.refuse(step.fate);
        return;
      case 'mend_disk':
        this.#mend();
        return;
      case 'kill':
        await this.#killAndStart(step);
        return;
      case 'restart':
        await this.#stopAndStart(step.downtime);
        return;
    }
  }

  /** A node is to be judged by its rhythm, and has one. */
  async #followRhythm({ node, every, beats }: Extract<Step, { do: 'rhythm' }>): Promise<void> {
    this.#askAll([{ kind: 'put', node, change: { timeout: ADAPTIVE, paused: false } }]);
    for (let beat = 0; beat < beats; beat++) {
      await this.#look();
      await this.#clock.advance(every);
      this.#askAll([{ kind: 'heartbeat', node }]);
    }
  }

  #mend(): void {
    if (this.#full) this.#deafUntil = this.#clock.now() + 31_000;
    this.#full = false;
    this.#disk.mend();
  }

  get #isDeaf(): boolean {
    return this.#full || this.#clock.now() < this.#deafUntil;
  }

  #length(span: Span): number {
    if ('for' in span) return span.for;
    const now = this.#clock.now();
    const [world] = this.#models[span.untilDeadlineOf]!.worlds;
    const until = world === undefined ? 0 : world.deadline.lo + span.and - now;
    return until > 0 && until < 20 * TIMEOUT ? until : 0;
  }

  #askAll(requests: readonly Request[], arrived?: Range): void {
    const readAt = this.#clock.now();
    for (const request of requests) {
      const pending: Pending = { request, arrived: arrived ?? exactly(readAt), readAt, reply: undefined };
      this.#pending.push(pending);
      this.#running.app.nodes.ask(NAMES[request.node]!, requestOf(request), (reply) => {
        expect(pending.reply, 'the answer before this one').to.equal(undefined);
        pending.reply = reply;
        if (reply.kind === 'forgotten') this.#since.set(NAMES[request.node]!, this.#alerting.raised.length);
      });
    }
  }

  /** Tells the model what was asked and answered. @param unsure what was not answered may have happened or not */
  #tellModels(unsure = false): void {
    const told = this.#pending;
    this.#pending = [];
    for (const { request, arrived, readAt, reply } of told) {
      const model = this.#models[request.node]!;
      const happen = () => apply(model, request, arrived, readAt);
      const perhaps = () => {
        // A first sign that is a failure: the node is registered first, and fails in a write of its own.
        if (request.kind === 'fail') model.perhaps(() => model.put({}, arrived, readAt));
        model.perhaps(happen);
      };
      if (reply === undefined) {
        expect(unsure, `${request.kind} has no answer`).to.equal(true);
        perhaps();
      } else if (reply.kind !== 'refused') happen();
      else if (reply.code === 'HEARTBEAT_INTERNAL') {
        expect(this.#clock.now() - this.#crashedAt, reply.code).to.be.below(3 * AGAIN);
        perhaps();
      } else if (reply.code === 'HEARTBEAT_STORE_REFUSES') {
        expect(this.#isDeaf, reply.code).to.equal(true);
        // The flips of who was to be forgotten are lost if that had reached the disk all the same.
        if (request.kind === 'forget') this.#pastless.add(model.name);
        // Heartbeats of those who are known go on.
        if (request.kind === 'heartbeat') expect(model.worlds).to.include(undefined);
      } else {
        expect(reply.code).to.equal('HEARTBEAT_UNKNOWN_NODE');
        expect(model.worlds, request.kind).to.include(undefined);
      }
    }
  }

  async #stall({ time, requests, readFirst }: Extract<Step, { do: 'stall' }>): Promise<void> {
    const from = this.#clock.now();
    const length = this.#length(time);
    const isBlind = length >= BLIND_AFTER;
    this.#clock.standStill(isBlind ? Math.max(length, BLIND_AFTER + TICK) : length);
    const to = this.#clock.now();
    if (isBlind) for (const model of this.#models) model.blinded(from, to);
    const arrived = isBlind ? exactly(to) : { lo: from, hi: Math.min(to, from + TICK) };
    if (readFirst) this.#askAll(requests, arrived);
    const passed = this.#clock.advance(0);
    if (!readFirst) this.#askAll(requests, arrived);
    await passed;
  }

  async #crash({ on, times, request }: Extract<Step, { do: 'crash' }>): Promise<void> {
    const isOfNobody = on === 'settled' || on === 'expire' || on === 'standing_settled';
    const whose = isOfNobody ? '' : NAMES[request.node]!;
    this.#crashedAt = this.#clock.now();
    this.#faults.plan(whose, on, times);
    this.#askAll([request]);
    await this.#clock.settle();
    if (on === 'expire') {
      this.#tellModels();
      await this.#clock.advance(TIMEOUT + 2 * TICK);
      this.#crashedAt = this.#clock.now();
    }
    this.#faults.plan(whose, on, 0);
  }

  async #start(): Promise<void> {
    this.#faults = new Faults();
    this.#alerting = new RecordingAlerting();
    this.#since = new Map();
    this.#daemon = new SimulatedApp({
      flags: this.#flags,
      store: this.#disk.attach(),
      clock: this.#clock,
      decideNode: this.#faults.decideNode,
      alerting: this.#alerting,
    });
    await this.#daemon.app.start();
  }

  async #killAndStart(step: Extract<Step, { do: 'kill' }>): Promise<void> {
    this.#askAll(step.requests);
    await turns(step.passes);
    const killedAt = this.#clock.now();
    const deaf = this.#isDeaf;
    await this.#kill();
    this.#tellModels(true);
    this.#clock.standStill(step.downtime);
    await this.#startAgain(killedAt, deaf, step.again);
  }

  /** @param killed the passes of the event loop that the first starts get before they are killed, too */
  async #startAgain(
    killedAt: number,
    deaf: boolean,
    [passes, ...killed]: readonly number[] = [],
  ): Promise<void> {
    const at = this.#clock.now();
    const started = this.#start();
    await (passes === undefined ? started : turns(passes));
    if (passes === undefined) {
      for (const model of this.#models) model.restarted({ killedAt, at, deaf });
      return;
    }
    await this.#kill();
    this.#clock.standStill(1);
    await this.#startAgain(killedAt, deaf, killed);
  }

  async #kill(): Promise<void> {
    const dead = this.#running;
    this.#daemon = undefined;
    await Promise.all([this.#disk.detach(), dead.kill()]);
  }

  async #stopAndStart(downtime: number): Promise<void> {
    const deaf = this.#isDeaf;
    const killedAt = this.#clock.now();
    await this.#stop();
    this.#clock.standStill(downtime);
    await this.#startAgain(killedAt, deaf);
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
    for (let wait = 0; wait < 5 && this.#pending.some(({ reply }) => reply === undefined); wait++)
      await this.#clock.settle();
    await this.#clock.settle();
    this.#tellModels();
    expect(this.#running.fatal).to.equal(undefined);
    for (const [index, name] of NAMES.entries()) {
      const view = await this.#see(name);
      const now = this.#clock.now();
      this.#models[index]!.seen(view, now, now - this.#crashedAt < 3 * AGAIN ? 3 * AGAIN : 2 * TICK);
      await this.#lookBack(name, view);
    }
  }

  async #see(name: NodeName): Promise<View | undefined> {
    const reply = await this.#running.askNode('describe', name);
    if (reply?.kind !== 'node') {
      expect(reply).to.have.property('code', 'HEARTBEAT_UNKNOWN_NODE');
      return undefined;
    }
    const { timeout, adaptive, maxRetries, pausedAt, state, retries, deadline } = reply.node;
    const offset = this.#clock.now() - this.#clock.wall();
    return {
      chosen: adaptive ?? timeout,
      timeout,
      maxRetries,
      paused: pausedAt !== undefined,
      state,
      retries,
      deadline: deadline === undefined ? undefined : deadline + offset,
    };
  }

  /** Flips follow one another, lead to where the node is, and were each raised once. */
  async #lookBack(name: NodeName, view: View | undefined): Promise<void> {
    const flips = await this.#running.flips(name);
    flips.forEach((flip, index) => {
      const before = flips[index - 1];
      if (before !== undefined || !this.#pastless.has(name))
        expect(flip.from, 'a flip begins where the one before it ended').to.equal(before?.to ?? 'active');
      expect(flip.at, 'flips are in order').to.be.above(before?.at ?? -Infinity);
      expect(flip.to).not.to.equal(flip.from);
    });
    const all = this.#alerting.raised.slice(this.#since.get(name) ?? 0);
    const raised = all.filter(({ flip }) => flip.node === name).map(({ flip }) => flip.at);
    expect(new Set(raised).size, 'each flip is raised once').to.equal(raised.length);
    if (view === undefined) expect(flips).to.deep.equal([]);
    else if (this.#clock.now() - this.#crashedAt > 3 * AGAIN) {
      const noticed = flips.at(-1)?.to ?? (this.#pastless.has(name) ? view.state : 'active');
      const due = view.deadline === undefined || view.deadline - view.timeout > this.#clock.now() - 2 * TICK;
      if (!due) expect(noticed).to.equal(view.state);
    }
  }
}

function apply(model: NodeModel, request: Request, arrived: Range, readAt: number): void {
  switch (request.kind) {
    case 'heartbeat':
      model.beat(arrived, readAt);
      return;
    case 'fail':
      model.fail(arrived, readAt);
      return;
    case 'put':
      model.put(request.change, arrived, readAt);
      return;
    case 'pause':
    case 'resume':
      model.put({ paused: request.kind === 'pause' }, arrived, readAt, false);
      return;
    case 'forget':
      model.forget();
  }
}

function requestOf(request: Request): Parameters<SimulatedApp['app']['nodes']['ask']>[1] {
  return request.kind === 'put' ? { kind: 'put', change: request.change } : { kind: request.kind };
}

/** Passes of the event loop. */
async function turns(passes: number): Promise<void> {
  for (let pass = 0; pass < passes; pass++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
