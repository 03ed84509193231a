import { expect } from 'chai';
import type { NodeReply } from '../../../actors/node/node.protocol.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Disk, Fate } from '../../support/model/disk.js';
import { exactly, NodeModel, type Range, type View } from '../../support/model/node-model.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { node as named } from '../../support/ids.js';
import { ping } from '../../support/pings.js';
import type { SimulatedApp, SimulationOptions } from '../../support/simulated-app.js';
import { ModelRunner, type Restart } from '../model/model-runner.js';
import { AGAIN, lag, TICK, TIMEOUT } from '../model/timing.js';
import { ADAPTIVE, NODES, type Crashing, type NodeStep, type Request } from './scenario.js';

const NAMES = Array.from({ length: NODES }, (_, index) => named(`node ${index}`));
const MAX_RETRIES = 1;
/** The largest age of a stored status. */
const LAG = lag(500);

interface Pending {
  readonly request: Request;
  readonly arrived: Range;
  readonly readAt: number;
  /** Of a ping: by which it is known again. */
  readonly rid: string;
  reply: NodeReply | undefined;
}

/** The pings of one node. */
interface Pinged {
  /** All that were sent since it was certainly forgotten. */
  readonly sent: Set<string>;
  /** Those that are certainly on disk, in the order of their answers. */
  kept: string[];
}

export class NodeRunner extends ModelRunner<Request, Crashing, NodeStep> {
  readonly #models: readonly NodeModel[];
  #alerting = new RecordingAlerting();
  /** Requests that the model has not got yet, in order. */
  #pending: Pending[] = [];
  #full = false;
  /** Until when the disk may be behind, after it was full. */
  #behindUntil = -Infinity;
  #crashedAt = -Infinity;
  readonly #pastless = new Set<string>();
  readonly #pinged: readonly Pinged[] = NAMES.map(() => ({ sent: new Set(), kept: [] }));
  #pings = 0;
  /** The number of flips of all nodes that had been raised when a node was forgotten. */
  #since = new Map<string, number>();

  constructor(disk: Disk, grace: number) {
    super({
      disk,
      grace,
      names: NAMES,
      flags: {
        '--nodes-timeout': String(TIMEOUT / 1000),
        '--nodes-max-retries': String(MAX_RETRIES),
      },
    });
    const rules = { timeout: TIMEOUT, maxRetries: MAX_RETRIES, grace, tick: TICK, lag: LAG };
    this.#models = NAMES.map((name) => new NodeModel(name, rules));
  }

  protected override async comeToRest(): Promise<void> {
    await this.clock.advance(2 * AGAIN);
  }

  protected override expectRest(): void {
    expect(this.#alerting.heard.map(({ alert }) => alert.id)).to.have.members(this.#alerting.ids);
  }

  protected override async take(step: NodeStep): Promise<void> {
    if (step.do === 'rhythm') await this.#followRhythm(step);
    else await this.takeShared(step);
  }

  /** The node has an adaptive timeout and enough heartbeats. */
  async #followRhythm({ node, every, beats }: Extract<NodeStep, { do: 'rhythm' }>): Promise<void> {
    this.askAll([{ kind: 'put', node, change: { timeout: ADAPTIVE, paused: false } }]);
    for (let beat = 0; beat < beats; beat++) {
      await this.compare();
      await this.clock.advance(every);
      this.askAll([{ kind: 'heartbeat', node }]);
    }
  }

  protected override async setWallClock(by: number): Promise<void> {
    // The next start counts from the stored wall clock.
    if (this.#isBehind(this.clock.now())) return;
    this.clock.jumpWall(by);
    await this.clock.advance(LAG);
  }

  protected override fillDisk(fate: Fate): void {
    this.#full = true;
    this.disk.refuse(fate);
  }

  protected override mendDisk(): void {
    if (this.#full) this.#behindUntil = this.clock.now() + 31_000;
    this.#full = false;
    this.disk.mend();
  }

  #isBehind(at: number): boolean {
    return this.#full || at < this.#behindUntil;
  }

  protected override deadlineOf(index: number): number | undefined {
    return this.#models[index]!.worlds[0]?.deadline.lo;
  }

  protected override indexOf(request: Request): number {
    return request.node;
  }

  protected override askAll(requests: readonly Request[], arrived?: Range): void {
    const readAt = this.clock.now();
    for (const request of requests) {
      const rid = `00000000-0000-4000-8000-${String(++this.#pings).padStart(12, '0')}`;
      const pending: Pending = {
        request,
        arrived: arrived ?? exactly(readAt),
        readAt,
        rid,
        reply: undefined,
      };
      this.#pending.push(pending);
      this.running.app.nodes.ask(NAMES[request.node]!, requestOf(request, rid), (reply) => {
        expect(pending.reply, 'the answer before this one').to.equal(undefined);
        pending.reply = reply;
        if (reply.kind === 'forgotten') this.#since.set(NAMES[request.node]!, this.#alerting.raised.length);
      });
    }
  }

  /** Tells the model the requests and answers. @param unsure requests without an answer may have had an effect */
  #tellModels(unsure = false): void {
    const told = this.#pending;
    this.#pending = [];
    for (const pending of told) {
      const { request, arrived, readAt, reply } = pending;
      const model = this.#models[request.node]!;
      this.#notePing(pending);
      const happen = () => apply(model, request, arrived, readAt);
      const perhaps = () => {
        // A report about an unknown node registers it first, and fails it in a second write.
        if (request.kind === 'fail') model.perhaps(() => model.put({}, arrived, readAt));
        model.perhaps(happen);
      };
      if (reply === undefined) {
        expect(unsure, `${request.kind} has no answer`).to.equal(true);
        perhaps();
      } else if (reply.kind !== 'refused') happen();
      else if (reply.code === 'HEARTBEAT_INTERNAL') {
        expect(this.clock.now() - this.#crashedAt, reply.code).to.be.below(3 * AGAIN);
        perhaps();
      } else if (reply.code === 'HEARTBEAT_STORE_REFUSES') {
        expect(this.#isBehind(this.clock.now()), reply.code).to.equal(true);
        // The flips of a node are lost if its refused deletion had reached the disk.
        if (request.kind === 'forget') this.#pastless.add(model.name);
        // Heartbeats of known nodes are still accepted.
        if (request.kind === 'heartbeat') expect(model.worlds).to.include(undefined);
      } else {
        expect(reply.code).to.equal('HEARTBEAT_UNKNOWN_NODE');
        expect(model.worlds, request.kind).to.include(undefined);
      }
    }
  }

  /** What is certain of the pings that are kept. */
  #notePing({ request, readAt, rid, reply }: Pending): void {
    const pinged = this.#pinged[request.node]!;
    if (request.kind === 'forget') {
      if (reply?.kind === 'forgotten') pinged.sent.clear();
      pinged.kept = [];
    }
    if (request.kind !== 'ping') return;
    pinged.sent.add(rid);
    // A disk that is full keeps no ping, and nobody waits for it.
    const isOnDisk = !this.#isBehind(readAt) && !this.#isBehind(this.clock.now());
    if (reply?.kind === 'pinged' && isOnDisk) pinged.kept.push(rid);
  }

  /** Each ping that was answered is kept, once and in order, and no other one. */
  async #lookAtPings(name: NodeName, { sent, kept }: Pinged): Promise<void> {
    const found: string[] = [];
    for await (const chunk of this.running.app.pings.kept(name))
      found.push(...chunk.map(({ rid = '' }) => rid));
    found.reverse();
    expect(new Set(found).size, `each ping of ${name} is kept once`).to.equal(found.length);
    expect([...sent], `pings of ${name} that were sent`).to.include.members(found);
    const must = new Set(kept);
    expect(
      found.filter((rid) => must.has(rid)),
      `pings of ${name} that were answered`,
    ).to.deep.equal(kept);
  }

  protected override stalled(from: number, to: number, isBlind: boolean): void {
    if (isBlind) for (const model of this.#models) model.blinded(from, to);
  }

  protected override crashing(): void {
    this.#crashedAt = this.clock.now();
  }

  protected override async waitForExpiry(): Promise<void> {
    this.#tellModels();
    await super.waitForExpiry();
    this.#crashedAt = this.clock.now();
  }

  protected override appOptions(): SimulationOptions {
    this.#alerting = new RecordingAlerting();
    this.#since = new Map();
    return { alerting: this.#alerting };
  }

  protected override killed(): void {
    this.#tellModels(true);
  }

  protected override restarting({ diedAt: killedAt, at, isCompleted }: Restart): () => void {
    const deaf = this.#isBehind(killedAt);
    return () => {
      if (isCompleted) for (const model of this.#models) model.restarted({ killedAt, at, deaf });
    };
  }

  protected override async compare(): Promise<void> {
    for (let wait = 0; wait < 5 && this.#pending.some(({ reply }) => reply === undefined); wait++)
      await this.clock.settle();
    await this.clock.settle();
    this.#tellModels();
    expect(this.running.fatal).to.equal(undefined);
    for (const [index, name] of NAMES.entries()) {
      const view = await this.#see(name);
      const now = this.clock.now();
      this.#models[index]!.seen(view, now, now - this.#crashedAt < 3 * AGAIN ? 3 * AGAIN : 2 * TICK);
      await this.#lookBack(name, view);
      await this.#lookAtPings(name, this.#pinged[index]!);
    }
  }

  async #see(name: NodeName): Promise<View | undefined> {
    const reply = await this.running.askNode('describe', name);
    if (reply?.kind !== 'node') {
      expect(reply).to.have.property('code', 'HEARTBEAT_UNKNOWN_NODE');
      return undefined;
    }
    const { timeout, adaptive, maxRetries, pausedAt, state, retries, deadline } = reply.node;
    const offset = this.clock.now() - this.clock.wall();
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

  /** Flips form a chain up to the node's state, and each was raised once. */
  async #lookBack(name: NodeName, view: View | undefined): Promise<void> {
    const flips = await this.running.flips(name);
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
    else if (this.clock.now() - this.#crashedAt > 3 * AGAIN) {
      const noticed = flips.at(-1)?.to ?? (this.#pastless.has(name) ? view.state : 'active');
      const due = view.deadline === undefined || view.deadline - view.timeout > this.clock.now() - 2 * TICK;
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
    case 'ping':
      // Without `create` no ping registers a node.
      if (request.says === 'success') model.beat(arrived, readAt, false);
      else if (request.says === 'fail') model.fail(arrived, readAt, false);
      else model.put({}, arrived, readAt, false);
      return;
    case 'forget':
      model.forget();
  }
}

function requestOf(request: Request, rid: string): Parameters<SimulatedApp['app']['nodes']['ask']>[1] {
  if (request.kind === 'ping') return ping({ kind: request.says, rid });
  return request.kind === 'put' ? { kind: 'put', change: request.change } : { kind: request.kind };
}
