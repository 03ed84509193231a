import { expect } from 'chai';
import fc from 'fast-check';
import type { AlertId, AlertRecord, Delivery } from '../../../src/domain/alert.js';
import { parseNodeName } from '../../../src/domain/node-name.js';
import { NotifyError } from '../../../src/ports/channel.js';
import { EFFORT } from '../../support/effort.js';
import { MortalStore } from '../../support/mortal-store.js';
import { SimulatedAlerts, type Answer, type Seen } from '../../support/simulated-alerts.js';
import { expectLimit, expectOrder, toldStates } from './promises.js';

const RUNS = 30 * EFFORT;
/** Seconds. */
const AFTER = 900;
const MOST = 6;
const HOUR = 3_600_000;
const SWITCH = 'switch';
const NODES = [SWITCH, ...Array.from({ length: 7 }, (_, index) => `n${String(index)}`)];
/** Behind the switch. */
const BEHIND = ['n5', 'n6'];

type Step =
  | { readonly kind: 'flip'; readonly nodes: readonly string[] }
  | { readonly kind: 'flap'; readonly node: string; readonly times: number }
  | { readonly kind: 'quiet' | 'loud' | 'pause' | 'resume' | 'delete'; readonly node: string }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'provider'; readonly is: 'up' | 'down' | 'refusing' }
  | { readonly kind: 'stop' }
  /** The process loses the disk after so many batches, and dies so much later. */
  | { readonly kind: 'kill'; readonly batches: number; readonly seconds: number };

const node = fc.constantFrom(...NODES);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      nodes: fc.uniqueArray(node, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flip' as const), nodes: fc.constant(NODES) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('flap' as const),
      node,
      times: fc.integer({ min: 2, max: 16 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('quiet' as const, 'loud' as const), node }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), node }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      seconds: fc.constantFrom(0, 5, 35, 70, 400, 1_000, 4_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('provider' as const),
      is: fc.constantFrom('up' as const, 'down' as const, 'refusing' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      batches: fc.nat({ max: 5 }),
      seconds: fc.constantFrom(0, 1, 30, 61, 1_000),
    }),
  },
);

interface Failure {
  readonly since: number;
  /** It is acknowledged. */
  isQuiet: boolean;
}

/** The stored flips of nodes and the messages to each channel, over any number of runs of the daemon. */
class Play {
  readonly #store = new MortalStore();
  readonly failed = new Map<string, Failure>();
  /** Paused nodes, and whether channels know of their failure before. */
  readonly #paused = new Map<string, boolean>();
  readonly #deletions: { readonly name: string; readonly at: number }[] = [];
  readonly #seen: Seen[] = [];
  readonly #delivered: Seen[] = [];
  alerts!: SimulatedAlerts;
  #provider: 'up' | 'down' | 'refusing' = 'up';

  async begin(): Promise<void> {
    const before = this.alerts as SimulatedAlerts | undefined;
    const answer: Answer = () => {
      if (this.#provider === 'up') return Promise.resolve();
      return Promise.reject(new NotifyError('no', { permanent: this.#provider === 'refusing' }));
    };
    this.alerts = await SimulatedAlerts.start({
      store: this.#store,
      ...(before !== undefined && { clock: before.clock }),
      channels: {
        log: {},
        ops: { answer, fallback: 'spare', retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 1e12 } },
        spare: { events: [] },
        // Resent failures are not among the messages.
        boss: { after: AFTER * 1000, remembers: true },
      },
      watched: NODES.length,
      massFailure: { atLeast: 6, share: 0.5 },
      maxPerHour: MOST,
      remindEvery: 3_600_000,
      recover: (alerts) => {
        for (const name of this.failed.keys()) this.#tellHowItStands(alerts, name);
      },
    });
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case 'flip':
        for (const name of next.nodes) this.#flip(name);
        return;
      case 'flap':
        for (let turn = 0; turn < next.times; turn++) {
          this.#flip(next.node);
          await this.alerts.pass(20);
        }
        return;
      case 'quiet':
      case 'loud': {
        const failure = this.failed.get(next.node);
        if (failure === undefined) return;
        failure.isQuiet = next.kind === 'quiet';
        this.#tellHowItStands(this.alerts, next.node);
        return this.alerts.clock.settle();
      }
      case 'pause':
        if (this.#paused.has(next.node)) return;
        this.#paused.set(next.node, this.failed.has(next.node));
        if (this.failed.has(next.node)) this.#tellHowItStands(this.alerts, next.node);
        return this.alerts.clock.settle();
      case 'resume':
        return this.#resume(next.node);
      case 'delete':
        return this.#delete(next.node);
      case 'pass':
        // No two flips of a node are at the same instant.
        return this.alerts.pass(next.seconds + 0.001);
      case 'provider':
        this.#provider = next.is;
        return;
      case 'stop':
        await this.alerts.stop();
        this.#collect();
        return this.begin();
      case 'kill':
        this.#store.left = next.batches;
        await this.alerts.pass(next.seconds);
        await this.alerts.kill();
        this.#collect();
        this.#store.left = Infinity;
        await this.#forgetWhatIsNotOnDisk();
        return this.begin();
    }
  }

  #flip(name: string): void {
    const { alerts } = this;
    const hasFailed = this.failed.delete(name);
    if (!hasFailed) this.failed.set(name, { since: alerts.clock.wall(), isQuiet: false });
    const [from, to] = hasFailed ? (['failed', 'active'] as const) : (['inactive', 'failed'] as const);
    alerts.flip(name, from, to, { isPaused: this.#paused.has(name), ...dependencyOf(name) });
  }

  /** Channels are notified now of a state that changed during the pause. */
  async #resume(name: string): Promise<void> {
    const wasFailed = this.#paused.get(name);
    if (wasFailed === undefined) return;
    this.#paused.delete(name);
    const isFailed = this.failed.has(name);
    if (isFailed !== wasFailed)
      await this.alerts.resume(name, isFailed ? 'failed' : 'active', dependencyOf(name));
    else if (isFailed) this.#tellHowItStands(this.alerts, name);
    await this.alerts.pass(0.001);
  }

  async #delete(name: string): Promise<void> {
    const isNotified = this.#paused.get(name) ?? this.failed.has(name);
    this.#paused.delete(name);
    this.failed.delete(name);
    this.#deletions.push({ name, at: this.alerts.clock.wall() });
    if (isNotified) await this.alerts.delete(name, dependencyOf(name));
    else this.alerts.failureStatus(name, undefined);
    await this.alerts.pass(0.001);
  }

  #tellHowItStands(alerts: SimulatedAlerts, name: string): void {
    const { since, isQuiet } = this.failed.get(name)!;
    const wasFailed = this.#paused.get(name);
    const isPaused = wasFailed !== undefined;
    alerts.failureStatus(name, since, {
      isQuiet: isQuiet || isPaused,
      isNotified: wasFailed ?? true,
      ...dependencyOf(name),
    });
  }

  /** A flip and its alerts are one batch: without the alerts, there was no flip. */
  async #forgetWhatIsNotOnDisk(): Promise<void> {
    const stored = await this.alerts.stored();
    for (const name of NODES) {
      // Paused nodes have no alerts, and their former state is on disk.
      if (this.#paused.has(name)) continue;
      const last = stored.findLast(
        ({ alert }) => alert.node?.name === name && alert.reminder === undefined,
      )?.alert;
      const hasFailed = last?.type === 'node.failed' || last?.type === 'node.reported_failure';
      const since = hasFailed ? last.at : undefined;
      if (since === undefined) this.failed.delete(name);
      else if (this.failed.get(name)?.since !== since) this.failed.set(name, { since, isQuiet: false });
    }
  }

  /** Those of a past run. */
  #collect(): void {
    this.#seen.push(...this.alerts.seen);
    this.#delivered.push(...this.alerts.delivered);
  }

  /** All nodes have recovered, and the provider works. */
  async end(): Promise<void> {
    this.#provider = 'up';
    await this.alerts.pass(1);
    for (const name of NODES) await this.#resume(name);
    for (const name of [...this.failed.keys()]) this.#flip(name);
    await this.alerts.pass(4 * 3600);
    this.#collect();
    await this.alerts.kill();
  }

  /** When it was deleted, by the wall clock. */
  deletions(node: string): readonly number[] {
    return this.#deletions.filter(({ name }) => name === node).map(({ at }) => at);
  }

  seen(channel: string): readonly Seen[] {
    return this.#seen.filter((each) => each.channel === channel);
  }

  delivered(channel: string): readonly Seen[] {
    return this.#delivered.filter((each) => each.channel === channel);
  }
}

describe('alerts of a daemon that is killed between any two steps', function () {
  this.timeout(900_000 * EFFORT);

  it('are accounted for: held, folded, grouped, escalated, sent to a fallback or repeated, also for paused and deleted nodes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const play = new Play();
        await play.begin();
        for (const each of steps) await play.take(each);
        await play.end();
        const stored = await play.alerts.stored();
        expectEnds(play, stored);
        expect(play.alerts.notifier.inspect()).to.include({ open: 0, unstored: 0, held: 0, flapping: 0 });
        for (const channel of ['log', 'ops', 'boss']) expectOrder(play.delivered(channel), NODES);
        for (const channel of ['log', 'ops'])
          expectLimit(
            play.seen(channel),
            NODES,
            MOST,
            (first) => countedAt(play, first),
            (node) => play.deletions(node),
          );
        for (const channel of ['log', 'boss']) {
          const told = toldStates(play.delivered(channel), NODES);
          expect(told, channel).to.deep.equal(new Map(NODES.map((name) => [name, 'active'])));
        }
        expectLate(play);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Each message is stored under its id, and each stored alert has ended in a message. */
function expectEnds(play: Play, stored: readonly AlertRecord[]): void {
  const ids = new Set<string>(stored.map(({ alert }) => alert.id));
  const standsFor = new Set<string>();
  for (const { alert, deliveries } of stored) {
    for (const { channel, state, folds } of deliveries) {
      // A late group message is not sent if all of its nodes have recovered by then.
      const isMoot = state === 'cancelled' && alert.group !== undefined && channel === 'boss';
      if (state !== 'delivered' && state !== 'dead' && !isMoot) continue;
      for (const id of [...(folds?.ids ?? []), ...(alert.group?.alertIds ?? [])])
        standsFor.add(`${channel} ${id}`);
    }
  }
  for (const channel of ['log', 'ops', 'spare', 'boss']) {
    const told = new Set(play.delivered(channel).map(({ message }) => message.id));
    for (const id of told) expect(ids.has(id), `${channel} was told ${id}`).to.equal(true);
    for (const { alert, deliveries } of stored) {
      const delivery = deliveries.find((each) => each.channel === channel);
      if (delivery === undefined) continue;
      const what = `${alert.type} ${alert.id} for ${channel} is ${delivery.state}`;
      expectEnd(what, delivery, deliveries, { told, standsFor, id: alert.id });
    }
  }
}

function expectEnd(
  what: string,
  { channel, state, attempts }: Delivery,
  deliveries: readonly Delivery[],
  ends: { readonly told: ReadonlySet<string>; readonly standsFor: ReadonlySet<string>; readonly id: AlertId },
): void {
  switch (state) {
    case 'delivered':
      return void expect(ends.told.has(ends.id), what).to.equal(true);
    case 'cancelled':
      return void expect(attempts, what).to.equal(0);
    case 'folded':
      return void expect(ends.standsFor.has(`${channel} ${ends.id}`), what).to.equal(true);
    case 'dead': {
      const spare = deliveries.find(({ insteadOf }) => insteadOf === channel);
      return void expect(spare?.state, what).to.equal('delivered');
    }
    case 'pending':
    case 'held':
      expect.fail(what);
  }
}

/**
 * A message counts from the start of its first attempt, which a channel that was just stopped may not have seen:
 * soon after it was raised, or at an unknown time if it was held for hours.
 */
function countedAt(play: Play, { message, at, attempt }: Seen): number | undefined {
  const { clock } = play.alerts;
  const wallAtStart = clock.wall() - clock.now();
  const raisedAt = message.at_ms - wallAtStart;
  if (attempt === 1) return at;
  return at - raisedAt > HOUR ? undefined : raisedAt;
}

/** A channel with `after` is notified of no failure before its time, and of no single recovery without its failure. */
function expectLate(play: Play): void {
  const wallAtStart = play.alerts.clock.wall() - play.alerts.clock.now();
  const down = new Set<string>();
  const heard = new Set<string>();
  for (const { message, at } of play.delivered('boss')) {
    // Messages that may have been lost by a kill are repeated.
    if (heard.has(message.id)) continue;
    heard.add(message.id);
    const named = message.node === undefined ? (message.nodes ?? []) : [message.node];
    for (const { name, state: last } of named) {
      const state = message.type === 'node.deleted' ? 'active' : last;
      // A message about a node that was held together with others may be unnecessary, which is harmless.
      if (state === 'active' && message.node !== undefined)
        expect(down.has(name), `${name} is back, which had not failed`).to.equal(true);
      if (state === 'active') down.delete(name);
      else down.add(name);
    }
    if (message.type !== 'node.failed' || message.node === undefined) continue;
    expect(at + wallAtStart - message.at_ms, 'how late it is told').to.be.at.least(AFTER * 1000 - 1);
  }
}

function dependencyOf(name: string) {
  return BEHIND.includes(name) ? { dependsOn: [parseNodeName(SWITCH)!] } : {};
}
