import { expect } from 'chai';
import { Flapping } from '../../../actors/notifier/rules/flapping.js';
import { GroupRelease, type GroupReleaseLimits } from '../../../actors/notifier/grouping/group-release.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { instant, moment } from '../../../src/domain/time.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { nodeName } from '../../support/simulated-alerts.js';

const NOW = moment(1_000);
const WALL = instant(1_700_000_100_000);
const LIMITS: GroupReleaseLimits = { step: 3, group: 100 };

/** Alerts that are held for a mass failure, on a disk that writes one step at a time. */
class Holding {
  readonly disk = new Map<string, AlertRecord>();
  readonly #limits: GroupReleaseLimits;
  readonly #ids: AlertIds;
  #open = new OpenAlerts();
  #gathering: GroupRelease;

  constructor(limits: Partial<GroupReleaseLimits> = {}, run = 31) {
    this.#limits = { ...LIMITS, ...limits };
    this.#ids = new AlertIds(() => run / 32);
    this.#gathering = this.#made();
  }

  #made(): GroupRelease {
    const rules = {
      ids: this.#ids,
      flapping: new Flapping({ maxPerHour: 12 }),
      nextHold: () => undefined,
    };
    return new GroupRelease(this.#open, rules, 'mass_failure', this.#limits);
  }

  hold(count: number, ...channels: readonly string[]): this {
    for (let index = 0; index < count; index++) {
      const at = 1_700_000_000_000 + this.disk.size;
      const { node, ...alert } = alertAt(at);
      const name = nodeName(`n${String(this.disk.size)}`);
      const deliveries = channels.map((channel) => delivery('held', { channel, hold: 'mass_failure' }));
      this.put({ alert: { ...alert, node: { ...node!, name } }, deliveries });
    }
    return this;
  }

  put(record: AlertRecord): void {
    this.#open.put(record, NOW);
    this.disk.set(record.alert.id, record);
  }

  get isUnderWay(): boolean {
    return this.#gathering.isUnderWay;
  }

  get held(): number {
    return this.#open.heldTogether.size;
  }

  step(): readonly AlertRecord[] {
    const changed = this.#gathering.step(this.#open.heldTogether, NOW, WALL);
    for (const record of changed) this.put(record);
    return changed;
  }

  /** @returns the number of steps */
  finish(): number {
    for (let steps = 1; ; steps++) {
      this.step();
      if (this.held === 0) return steps;
      expect(steps).to.be.below(100);
    }
  }

  kill(): void {
    this.#open = new OpenAlerts();
    for (const record of this.disk.values()) this.#open.restore(record, NOW);
    this.#gathering = this.#made();
    this.#gathering.resume();
  }

  /** The group messages, each with its channel, its state and its nodes. */
  get messages(): readonly (readonly [string, string, readonly string[]])[] {
    return [...this.disk.values()].flatMap(({ alert: { group }, deliveries: [only] }) =>
      group === undefined || only === undefined
        ? []
        : [[only.channel, only.state, group.nodes.map(({ name }) => name)] as const],
    );
  }

  /** The states of the held alerts, for one channel. */
  states(channel: string): readonly string[] {
    return [...this.disk.values()].flatMap(({ alert, deliveries }) =>
      alert.group === undefined
        ? deliveries.filter((each) => each.channel === channel).map(({ state }) => state)
        : [],
    );
  }
}

const named = (count: number) => Array.from({ length: count }, (_, index) => `n${String(index)}`);

describe('alerts held together', () => {
  it('goes out as one message a channel, however many steps it takes', () => {
    const holding = new Holding().hold(10, 'ops', 'chat');
    expect(holding.finish()).to.equal(4);
    expect(holding.messages).to.deep.equal([
      ['ops', 'pending', named(10)],
      ['chat', 'pending', named(10)],
    ]);
    expect(new Set([...holding.states('ops'), ...holding.states('chat')])).to.deep.equal(new Set(['folded']));
    expect(holding.isUnderWay).to.equal(false);
  });

  it('changes no more alerts in one step than it may', () => {
    const holding = new Holding().hold(10, 'ops');
    for (let left = 10; left > 0; left -= 3) {
      const changed = holding.step().filter(({ alert }) => alert.group === undefined);
      expect(changed).to.have.length(Math.min(left, 3));
    }
  });

  it('is held until the message is whole, and named by it as soon as it is not held by itself', () => {
    const holding = new Holding().hold(10, 'ops');
    for (const steps of [1, 2, 3]) {
      holding.step();
      expect(holding.isUnderWay).to.equal(true);
      expect(holding.messages).to.deep.equal([['ops', 'held', named(3 * steps)]]);
      expect(holding.states('ops').filter((state) => state === 'folded')).to.have.length(3 * steps);
    }
  });

  it('goes on with the same message after a kill between any two steps', () => {
    for (const before of [0, 1, 2, 3, 4]) {
      const holding = new Holding().hold(10, 'ops', 'chat');
      for (let step = 0; step < before; step++) holding.step();
      const ids = holding.messages.length;
      holding.kill();
      if (holding.held > 0) holding.finish();
      expect(ids, `${String(before)} steps before`).to.equal(before === 0 ? 0 : 2);
      expect(holding.messages).to.deep.equal([
        ['ops', 'pending', named(10)],
        ['chat', 'pending', named(10)],
      ]);
    }
  });

  it('goes out as itself where it is alone, even when others come first', () => {
    const holding = new Holding().hold(1, 'ops', 'chat').hold(6, 'ops');
    holding.finish();
    expect(holding.messages).to.deep.equal([['ops', 'pending', named(7)]]);
    expect(holding.states('chat')).to.deep.equal(['pending']);
  });

  it('takes in one that was alone in its step, where others come later', () => {
    const holding = new Holding().hold(1, 'ops', 'chat').hold(4, 'ops').hold(1, 'chat');
    holding.finish();
    expect(holding.messages).to.deep.equal([
      ['ops', 'pending', named(5)],
      ['chat', 'pending', ['n0', 'n5']],
    ]);
  });

  it('begins another message when one is full', () => {
    const holding = new Holding({ group: 6 }).hold(14, 'ops');
    holding.finish();
    expect(holding.messages.map(([, state, names]) => [state, names.length])).to.deep.equal([
      ['pending', 6],
      ['pending', 6],
      ['pending', 2],
    ]);
  });

  it('is gathered anew when the channel of a message has gone meanwhile', () => {
    const holding = new Holding().hold(7, 'ops');
    holding.step();
    const message = [...holding.disk.values()].find(({ alert }) => alert.group !== undefined)!;
    holding.put({ ...message, deliveries: [delivery('dead', { channel: 'ops' })] });
    holding.finish();
    expect(holding.messages.map(([, state, names]) => [state, names.length])).to.deep.equal([
      ['dead', 3],
      ['pending', 4],
    ]);
  });
});
