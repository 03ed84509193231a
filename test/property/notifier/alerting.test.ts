import { expect } from 'chai';
import fc from 'fast-check';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import type { NodeState } from '../../../src/domain/node.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import { EFFORT } from '../../support/effort.js';
import { SimulatedAlerts, type Answer, type Seen } from '../../support/simulated-alerts.js';
import { expectLimit, expectOrder, toldStates } from './promises.js';

const MOST = 6;
const RUNS = 30 * EFFORT;
const NODES = Array.from({ length: 12 }, (_, index) => `n${String(index)}`);

type Step =
  | { readonly kind: 'flip'; readonly nodes: readonly number[] }
  | { readonly kind: 'report'; readonly node: number }
  | { readonly kind: 'flap'; readonly node: number; readonly times: number; readonly every: number }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'provider'; readonly up: boolean }
  | { readonly kind: 'kill' }
  | {
      readonly kind: 'silence';
      readonly nodes: readonly number[];
      readonly from: number;
      readonly for: number;
    }
  | { readonly kind: 'expire'; readonly at: number };

const node = fc.nat({ max: NODES.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      nodes: fc.array(node, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      nodes: fc.constant(NODES.map((_, at) => at)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('report' as const), node }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('flap' as const),
      node,
      times: fc.integer({ min: 2, max: 20 }),
      every: fc.constantFrom(1, 20, 300),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      seconds: fc.constantFrom(0, 0.5, 5, 30, 90, 400, 4000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('provider' as const), up: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('silence' as const),
      nodes: fc.array(node, { minLength: 1, maxLength: 3 }),
      from: fc.constantFrom(0, 0, 5, 60),
      for: fc.constantFrom(5, 60, 500, 4000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), at: fc.nat({ max: 3 }) }) },
);

/** The flips of one node and the messages to each channel, over any number of runs of the daemon. */
class Play {
  readonly #store = new MemoryHistoryStore();
  readonly states = new Map<string, NodeState>();
  readonly seen: Seen[] = [];
  readonly delivered: Seen[] = [];
  readonly silences = new Map<
    SilenceId,
    { readonly names: readonly string[]; readonly from: number; to: number }
  >();
  alerts!: SimulatedAlerts;
  #up = true;

  async begin(): Promise<void> {
    const before = this.alerts as SimulatedAlerts | undefined;
    const answer: Answer = () => (this.#up ? Promise.resolve() : Promise.reject(new Error('down')));
    this.alerts = await SimulatedAlerts.start({
      store: this.#store,
      ...(before !== undefined && { clock: before.clock }),
      channels: {
        ops: { answer, retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 1e12 } },
        log: {},
      },
      watched: NODES.length,
      massFailure: { atLeast: 8, share: 0.5 },
      maxPerHour: MOST,
    });
  }

  async end(): Promise<void> {
    this.#collect();
    await this.alerts.kill();
  }

  /** From now on, those of a past run. */
  #collect(): void {
    this.seen.push(...this.alerts.seen);
    this.delivered.push(...this.alerts.delivered);
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case 'flip':
        for (const index of next.nodes) this.#flip(NODES[index] ?? '', 'silence');
        return;
      case 'report':
        if (this.states.get(NODES[next.node] ?? '') !== 'failed')
          this.#flip(NODES[next.node] ?? '', 'report');
        return;
      case 'flap':
        for (let turn = 0; turn < next.times; turn++) {
          this.#flip(NODES[next.node] ?? '', 'silence');
          await this.alerts.pass(next.every);
        }
        return;
      case 'pass':
        return this.alerts.pass(next.seconds);
      case 'provider':
        this.#up = next.up;
        return;
      case 'silence': {
        const names = next.nodes.map((index) => NODES[index] ?? '');
        const times = { from: next.from, to: next.from + next.for };
        const reply = await this.alerts.silence([`name=~${names.join('|')}`], times);
        if (reply?.kind !== 'silence') throw new TypeError('a silence was refused');
        this.silences.set(reply.silence.id, {
          names,
          from: reply.silence.startsAt,
          to: reply.silence.endsAt,
        });
        return;
      }
      case 'expire': {
        const [id, silence] = [...this.silences][next.at] ?? [];
        if (id === undefined || silence === undefined) return;
        await this.alerts.expire(id);
        silence.to = Math.min(silence.to, this.alerts.clock.wall());
        return;
      }
      case 'kill':
        // Writes under way have reached the disk, or never will.
        await this.alerts.clock.settle();
        await this.end();
        return this.begin();
    }
  }

  #flip(name: string, cause: 'silence' | 'report'): void {
    const from = this.states.get(name) ?? 'active';
    const to = from === 'failed' ? 'active' : 'failed';
    this.states.set(name, to);
    this.alerts.flip(name, from, to, to === 'failed' ? { cause } : {});
  }

  async settle(): Promise<void> {
    this.#up = true;
    await this.alerts.pass(4 * 3600);
    this.#collect();
  }
}

describe('alerting with random nodes and providers', function () {
  this.timeout(900_000 * EFFORT);

  it('accounts for every alert, keeps the order and the limit, and notifies of the final state', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const play = new Play();
        await play.begin();
        for (const each of steps) await play.take(each);
        await play.settle();
        await expectEnds(play);
        expectSilence(play);
        for (const channel of ['ops', 'log']) {
          const delivered = play.delivered.filter((each) => each.channel === channel);
          const seen = play.seen.filter((each) => each.channel === channel);
          expectOrder(delivered, NODES);
          expectLimit(seen, NODES, MOST);
          const states = NODES.map((name) => [name, play.states.get(name) ?? 'active'] as const);
          expect(toldStates(delivered, NODES)).to.deep.equal(new Map(states));
        }
        await play.alerts.kill();
      }),
      { numRuns: RUNS },
    );
  });
});

/** Nobody is told of a failure while its node is silenced, except by an attempt that is repeated. */
function expectSilence({ alerts, seen, silences }: Play): void {
  const begun = new Set<string>();
  const origin = alerts.clock.wall() - alerts.clock.now();
  for (const { channel, message, at } of seen) {
    const attempt = `${channel} ${message.id}`;
    if (begun.has(attempt)) continue;
    begun.add(attempt);
    const wall = origin + at;
    const failed = [
      ...(message.node?.state === 'failed' && message.type !== 'channel.closed' ? [message.node.name] : []),
      ...(message.nodes ?? []).filter(({ state }) => state === 'failed').map(({ name }) => name),
    ];
    for (const { names, from, to } of silences.values()) {
      // What begins in the same second may have been under way.
      const isSilent = from + 1000 < wall && wall < to;
      const told = failed.filter((name) => isSilent && names.includes(name));
      expect(told, `${message.type} ${attempt} in a silence`).to.deep.equal([]);
    }
  }
}

/** Delivered, dead, cancelled with its pair, or folded into a delivered message that names it. */
async function expectEnds({ alerts, delivered }: Play): Promise<void> {
  const named = new Set(
    delivered.flatMap(({ channel, message }) => (message.alert_ids ?? []).map((id) => `${channel} ${id}`)),
  );
  const told = new Set(delivered.map(({ channel, message }) => `${channel} ${message.id}`));
  for (const { alert, deliveries } of await alerts.stored()) {
    for (const { channel, state, attempts } of deliveries) {
      const what = `${alert.type} ${alert.id} for ${channel}`;
      expect(state, what).to.be.oneOf(['delivered', 'cancelled', 'folded']);
      if (state === 'delivered') expect(told.has(`${channel} ${alert.id}`), what).to.equal(true);
      if (state === 'folded') expect(named.has(`${channel} ${alert.id}`), what).to.equal(true);
      if (state === 'cancelled') expect(attempts, what).to.equal(0);
    }
  }
  expect(alerts.notifier.inspect()).to.include({ open: 0, unstored: 0, held: 0, flapping: 0, silenced: 0 });
}
