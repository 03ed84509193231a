import type { AlertIds } from '../../src/domain/alert-id.js';
import type { Alert, AlertRecord, GroupedNode } from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import { Agenda } from './agenda.js';
import { fresh } from './delivery.js';
import type { FailedNode, FailedNodes } from './failed-nodes.js';
import { GROUP } from './group.js';
import type { OpenAlerts } from './open-alerts.js';
import { routesOf, type Route } from './routing.js';
import { reminderSentence } from './sentences.js';

/** Reminders that are due within so long of each other go out together: who failed together is told together. */
const GATHER: Millis = 60_000;

export interface RemindersOptions {
  readonly channels: readonly Route[];
  /** Undefined: nobody is reminded. */
  readonly remindEvery: Millis | undefined;
}

/** Tells again, every so often, of nodes that stay failed while nobody takes care of them. */
export class Reminders {
  readonly #options: RemindersOptions;
  readonly #failed: FailedNodes;
  readonly #agenda = new Agenda<NodeName>();
  /** What is in the agenda, and holds: a node that has recovered is not taken out of it. */
  readonly #next = new Map<NodeName, Moment>();

  constructor(options: RemindersOptions, failed: FailedNodes) {
    this.#options = options;
    this.#failed = failed;
  }

  get #every(): Millis {
    return this.#options.remindEvery ?? Infinity;
  }

  get #gather(): Millis {
    return Math.min(GATHER, this.#every / 4);
  }

  /** When there may be somebody to remind of. */
  get nextAt(): Moment | undefined {
    return this.#agenda.next;
  }

  /** Its next reminder is a whole number of intervals after it has failed, over restarts too. */
  watch({ facts: { name }, since }: FailedNode, now: Moment, wall: Instant): void {
    const { remindEvery: every } = this.#options;
    if (every === undefined) return;
    this.#schedule(name, moment(now + every - (Math.max(0, wall - since) % every)));
  }

  forget(name: NodeName): void {
    this.#next.delete(name);
  }

  /** @returns the alerts that remind, to each channel one */
  due(now: Moment, wall: Instant, open: OpenAlerts, ids: AlertIds): readonly AlertRecord[] {
    const nodes = this.#take(now).flatMap((name): FailedNode[] => {
      const node = this.#failed.get(name);
      if (node === undefined || node.isQuiet) return [];
      const isCaused = node.cause !== undefined && this.#failed.get(node.cause) !== undefined;
      return isCaused ? [] : [node];
    });
    const ofChannel = new Map<string, FailedNode[]>();
    for (const node of nodes) {
      for (const channel of this.#channelsOf(node, wall, open)) {
        const others = ofChannel.get(channel);
        if (others === undefined) ofChannel.set(channel, [node]);
        else others.push(node);
      }
    }
    const [only] = nodes;
    if (only !== undefined && nodes.length === 1) {
      const channels = [...ofChannel.keys()];
      return channels.length === 0 ? [] : [this.#record([only], channels, ids, wall)];
    }
    return [...ofChannel].flatMap(([channel, members]) =>
      chunked(members, GROUP).map((chunk) => this.#record(chunk, [channel], ids, wall)),
    );
  }

  #take(now: Moment): readonly NodeName[] {
    const { remindEvery: every } = this.#options;
    const { next } = this.#agenda;
    if (every === undefined || next === undefined || next > now) return [];
    const until = moment(now + this.#gather);
    const taken: { readonly name: NodeName; readonly at: Moment }[] = [];
    for (let at = this.#agenda.next; at !== undefined; at = this.#agenda.next) {
      const name = this.#agenda.take(until);
      if (name === undefined) break;
      // One that has failed anew may be in it twice.
      if (this.#next.get(name) !== at) continue;
      this.#next.delete(name);
      taken.push({ name, at });
    }
    for (const { name, at } of taken) this.#schedule(name, moment(at + every));
    return taken.map(({ name }) => name);
  }

  #schedule(name: NodeName, at: Moment): void {
    this.#next.set(name, at);
    this.#agenda.add(at, name);
  }

  /** Not those that wait for the first they hear of it, or have just heard it. */
  #channelsOf({ facts, since }: FailedNode, wall: Instant, open: OpenAlerts): readonly string[] {
    return routesOf(this.#options.channels, 'node.failed', facts)
      .filter(({ after = 0 }) => wall - since >= after + this.#every - this.#gather)
      .map(({ name }) => name)
      .filter((channel) => open.of(facts.name, channel).length === 0);
  }

  #record(
    nodes: readonly FailedNode[],
    channels: readonly string[],
    ids: AlertIds,
    wall: Instant,
  ): AlertRecord {
    const [first, ...others] = nodes;
    if (first === undefined) throw new TypeError('a reminder of nobody');
    const about: Pick<Alert, 'node' | 'group'> =
      others.length === 0
        ? { node: first.facts }
        : { node: undefined, group: { nodes: nodes.map(grouped), alertIds: [] } };
    const longest = nodes.reduce((one, other) => (other.since < one.since ? other : one), first);
    const alert: Alert = {
      id: ids.next(wall),
      type: 'node.failed',
      at: longest.since,
      blind: 0,
      message: reminderSentence(
        nodes.map(({ facts }) => facts.name),
        wall - longest.since,
      ),
      reminder: Math.max(1, Math.round((wall - longest.since) / (this.#options.remindEvery ?? 1))),
      ...about,
    };
    return { alert, deliveries: channels.map((channel) => fresh(channel, wall)) };
  }
}

function chunked<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_each, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function grouped({ facts: { name, state, labels }, since }: FailedNode): GroupedNode {
  return { name, state, at: since, labels };
}
