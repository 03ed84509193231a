import type { AlertIds } from '../../../src/domain/alert-id.js';
import type { Alert, AlertRecord, GroupedNode } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, type Instant, type Millis, type Moment } from '../../../src/domain/time.js';
import { TimerQueue } from '../timer-queue.js';
import { fresh } from '../outbox/delivery.js';
import type { FailedNode, FailedNodes } from './failed-nodes.js';
import type { Inhibition } from './inhibition.js';
import { GROUP } from '../grouping/group.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import { routesOf, type Route } from './routing.js';
import type { Silencing } from './silencing.js';
import { reminderSentence } from '../channel/message.js';

/** Reminders that are due within this time of each other are one message. */
const GROUPED_WITHIN: Millis = 60_000;
/** Nodes checked in one step, while everything else waits. */
export const REMINDED = 2_000;

export interface RemindersOptions {
  readonly channels: readonly Route[];
  /** Undefined: no reminders. */
  readonly remindEvery: Millis | undefined;
}

export interface RemindersDeps {
  readonly open: Pick<OpenAlerts, 'of' | 'isInGroup'>;
  readonly failed: FailedNodes;
  readonly ids: AlertIds;
  readonly inhibition: Pick<Inhibition, 'isInhibited'>;
  readonly silencing: Pick<Silencing, 'isSilenced'>;
}

/** Reminders that are due together: nodes are checked in steps, and then each step makes one message. */
interface Round {
  readonly until: Moment;
  /** Whether all nodes have been checked. */
  isComplete: boolean;
  steps: number;
  /** The number of nodes to remind of. */
  count: number;
  /** The nodes, by the channels to notify. */
  readonly members: Map<string, Member[]>;
}

interface Now {
  readonly now: Moment;
  readonly wall: Instant;
}

interface Member {
  readonly node: FailedNode;
  /** As it is in the message. */
  readonly shown: GroupedNode;
}

/** Repeats notifications of nodes that stay failed without an acknowledgement. Times are on the monotonic clock. */
export class Reminders {
  readonly #options: RemindersOptions;
  readonly #open: Pick<OpenAlerts, 'of' | 'isInGroup'>;
  readonly #failed: FailedNodes;
  readonly #ids: AlertIds;
  readonly #inhibition: Pick<Inhibition, 'isInhibited'>;
  readonly #silencing: Pick<Silencing, 'isSilenced'>;
  readonly #timerQueue = new TimerQueue<NodeName>();
  /** The queue's valid entries. Those of recovered nodes are removed later, many at a time. */
  readonly #next = new Map<NodeName, Moment>();
  #round: Round | undefined;

  constructor(options: RemindersOptions, { open, failed, ids, inhibition, silencing }: RemindersDeps) {
    this.#options = options;
    this.#open = open;
    this.#failed = failed;
    this.#ids = ids;
    this.#inhibition = inhibition;
    this.#silencing = silencing;
  }

  get #every(): Millis {
    return this.#options.remindEvery ?? Infinity;
  }

  get #groupedWithin(): Millis {
    return Math.min(GROUPED_WITHIN, this.#every / 4);
  }

  /** When there may be a reminder. */
  get nextAt(): Moment | undefined {
    return this.#timerQueue.next;
  }

  /** Whether there is another step. */
  get isUnderWay(): boolean {
    return this.#round !== undefined;
  }

  /** The next reminder is a whole number of intervals after the failure, also over restarts. */
  watch({ facts: { name }, failedAt }: FailedNode, now: Moment): void {
    if (this.#options.remindEvery !== undefined) this.#schedule(name, this.#nextAfter(failedAt, now));
  }

  forget(name: NodeName): void {
    this.#next.delete(name);
    this.#timerQueue.prune(this.#next.size, (each, at) => this.#next.get(each) === at);
  }

  /** Reminders to come, including those of nodes that recovered lately. */
  get size(): number {
    return this.#timerQueue.size;
  }

  /**
   * Checks as many due nodes, or makes one message of them, as delays nothing else. The rest comes with the next call.
   *
   * @returns reminders, one for each channel, once all nodes have been checked
   */
  due(now: Moment, wall: Instant): readonly AlertRecord[] {
    const round = this.#roundAt(now);
    if (round === undefined) return [];
    const at = { now, wall };
    if (round.isComplete) return this.#nextMessage(round, at);
    round.isComplete = this.#check(round, now);
    if (!round.isComplete) return [];
    return round.steps > 1 ? this.#nextMessage(round, at) : this.#allOf(round, at);
  }

  /** All were checked in this step, so nothing has changed meanwhile. */
  #allOf({ members, count }: Round, at: Now): readonly AlertRecord[] {
    this.#round = undefined;
    const all = [...members];
    const [only] = all[0]?.[1] ?? [];
    if (count === 1 && only !== undefined) return [this.#record([only], [...members.keys()], at)];
    return all.map(([channel, ofChannel]) => this.#record(ofChannel, [channel], at));
  }

  /** Some may have recovered or been acknowledged since they were checked. */
  #nextMessage(round: Round, at: Now): readonly AlertRecord[] {
    const { members } = round;
    const [next] = members;
    if (next === undefined) return [];
    const [channel, ofChannel] = next;
    const chunk = ofChannel.splice(0, GROUP);
    if (ofChannel.length === 0) members.delete(channel);
    if (members.size === 0) this.#round = undefined;
    const wanted = chunk.filter(({ node }) => this.#isToBeReminded(this.#failed.get(node.facts.name), node));
    return wanted.length === 0 ? [] : [this.#record(wanted, [channel], at)];
  }

  #isToBeReminded(node: FailedNode | undefined, taken?: FailedNode): node is FailedNode {
    if (node === undefined || node.isQuiet || (taken !== undefined && node.since !== taken.since))
      return false;
    return !this.#inhibition.isInhibited(node) && !this.#silencing.isSilenced(node.facts);
  }

  #roundAt(now: Moment): Round | undefined {
    const { next } = this.#timerQueue;
    if (this.#round === undefined && (next === undefined || next > now)) return undefined;
    return (this.#round ??= {
      until: moment(now + this.#groupedWithin),
      isComplete: false,
      steps: 0,
      count: 0,
      members: new Map<string, Member[]>(),
    });
  }

  /** @returns whether all nodes have been checked */
  #check(round: Round, now: Moment): boolean {
    round.steps++;
    for (let checked = 0; checked < REMINDED; checked++) {
      const at = this.#timerQueue.next;
      const name = this.#timerQueue.take(round.until);
      if (at === undefined || name === undefined) {
        if (round.members.size === 0) this.#round = undefined;
        return true;
      }
      // A node that failed again may be in the queue twice.
      if (this.#next.get(name) !== at) continue;
      this.#schedule(name, this.#nextAfter(at, round.until));
      const node = this.#failed.get(name);
      if (this.#isToBeReminded(node)) this.#include(round, node, this.#channelsOf(node, now));
    }
    return false;
  }

  #include(round: Round, node: FailedNode, channels: readonly string[]): void {
    const { members } = round;
    const member = { node, shown: grouped(node) };
    round.count++;
    for (const channel of channels) {
      const others = members.get(channel);
      if (others === undefined) members.set(channel, [member]);
      else others.push(member);
    }
  }

  /** The first moment after `now` that is a whole number of intervals after `at`. */
  #nextAfter(at: Moment, now: Moment): Moment {
    const passed = Math.max(0, Math.floor((now - at) / this.#every));
    return moment(at + (passed + 1) * this.#every);
  }

  #schedule(name: NodeName, at: Moment): void {
    this.#next.set(name, at);
    this.#timerQueue.add(at, name);
  }

  /** Without channels whose first notification is pending or very recent. */
  #channelsOf({ facts, failedAt }: FailedNode, now: Moment): readonly string[] {
    return routesOf(this.#options.channels, 'node.failed', facts)
      .filter(({ after = 0 }) => now - failedAt >= after + this.#every - this.#groupedWithin)
      .map(({ name }) => name)
      .filter((channel) => this.#open.of(facts.name, channel).length === 0)
      .filter((channel) => !this.#open.isInGroup(facts.name, channel));
  }

  #record(members: readonly Member[], channels: readonly string[], { now, wall }: Now): AlertRecord {
    const [first] = members;
    if (first === undefined) throw new TypeError('a reminder of nobody');
    const about: Pick<Alert, 'node' | 'group'> =
      members.length === 1
        ? { node: first.node.facts }
        : { node: undefined, group: { nodes: members.map(({ shown }) => shown), alertIds: [] } };
    let longest = first.node;
    for (const { node } of members) if (node.failedAt < longest.failedAt) longest = node;
    const time = now - longest.failedAt;
    const alert: Alert = {
      id: this.#ids.next(wall),
      type: 'node.failed',
      at: longest.since,
      blind: 0,
      message: reminderSentence(
        members.map(({ shown }) => shown.name),
        time,
        longest.isOfEarlierRun === true,
      ),
      // Of the interval that is over, or is as good as over: one that comes late leaves the next its number.
      reminder: Math.max(1, Math.floor((time + this.#groupedWithin) / this.#every)),
      ...about,
    };
    return { alert, deliveries: channels.map((channel) => fresh(channel, wall)) };
  }
}

function grouped({ facts: { name, state, labels }, since }: FailedNode): GroupedNode {
  return { name, state, at: since, labels };
}
