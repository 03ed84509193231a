import { raisedAt, parseAlertId } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import type { Flip } from '../../../src/domain/node.js';
import type { AlertMessage } from '../../../src/ports/channel.js';
import { BrokenPromise, type Ledger, type NodeChange } from '../world/ledger.js';
import { PASSING, type Receiver, type Told } from '../world/receivers.js';
import { UNLIMITED, type Settings } from '../world/settings.js';
import { clockOf } from './clock-text.js';
import { between, firstAfter } from './search.js';

const HOUR = 3_600_000;
/** The greatest difference between two clocks of the simulation, and the greatest delay of a deadline. */
const SLACK = 60;
/** The greatest delay of a notification without disturbances. */
const LATEST = 1500;
/** A receiver must have worked for this long: then no attempt is repeated, and no circuit breaker is open. */
const WELL = 15_000;
/** How long a mass failure may affect messages, and how long it may take to begin before that. */
const AROUND = 10_000;

type Rules = Pick<Settings, 'nodeTimeout' | 'blindAfter' | 'remindEvery' | 'flappingMost'>;

/** An interval in which a node had failed. */
interface Failure {
  readonly node: string;
  readonly from: number;
  readonly to: number;
  /** By the wall clock. */
  readonly at: number;
}

/** A message to a receiver, with its first attempt. */
interface Sent extends Told {
  readonly channel: string;
  readonly raised: number;
  /** When the receiver first accepted it. */
  readonly deliveredAt: number;
}

/** All messages in the order of their first attempts. */
interface AllSent {
  readonly all: readonly Sent[];
  /** The messages that name a node. */
  readonly ofNode: ReadonlyMap<string, readonly Sent[]>;
}

/** Checks when channels were notified: limits for flapping nodes, reminders, and inhibition. */
export class NotificationsOracle {
  readonly #ledger: Ledger;
  readonly #receivers: ReadonlyMap<string, Receiver>;
  readonly #rules: Rules;

  constructor(ledger: Ledger, receivers: ReadonlyMap<string, Receiver>, rules: Rules) {
    this.#ledger = ledger;
    this.#receivers = receivers;
    this.#rules = rules;
  }

  /** @param flips the flips of each node */
  judge(flips: ReadonlyMap<string, readonly Flip[]>, records: readonly AlertRecord[], now: number): void {
    // Times of earlier runs are on the wall clock.
    if (this.#ledger.jumps.length > 0) return;
    const sent = this.#sent();
    for (const node of flips.keys()) if (!this.#wasEver(node, 'forget')) this.#flapping(node, sent, now);
    if (this.#ledger.hasCrashed) return;
    const failures = new Map([...flips].map(([node, ofNode]) => [node, this.#failures(node, ofNode)]));
    const held = records.flatMap(({ alert }) =>
      alert.type === 'mass_failure' ? [this.#monotonic(alert.id)] : [],
    );
    for (const one of sent.all) if (one.message.reminder !== undefined) this.#reminder(one, failures);
    for (const [node, ofNode] of failures) {
      if (this.#wasEver(node, 'forget') || this.#wasEver(node, 'pause')) continue;
      for (const failure of ofNode) {
        const isCalm = (from: number, to: number): boolean =>
          this.#isCalm(from, to) && !held.some((at) => at >= from - AROUND && at <= to);
        const cause = this.#causeOf(failure, failures);
        if (cause === undefined) this.#reminders(failure, failures, sent, isCalm);
        else this.#inhibited(failure, cause, failures, sent, isCalm);
      }
    }
  }

  /** How much longer the summary of a flapping node may be held: an hour if the limit has been reached. */
  get longestHold(): number {
    const most = this.#rules.flappingMost;
    if (most === UNLIMITED) return 0;
    const counts = new Map<string, number>();
    for (const { channel, message } of this.#sent().all) {
      const key = `${channel} ${message.node?.name ?? ''}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts.values()].some((count) => count >= most) ? HOUR : HOUR / most;
  }

  get #lead(): number {
    for (const events of this.#ledger.nodes.values()) for (const { lead } of events) return lead;
    return 0;
  }

  #monotonic(id: string): number {
    const parsed = parseAlertId(id);
    return parsed === undefined ? NaN : raisedAt(parsed) - this.#lead;
  }

  #sent(): AllSent {
    const all = [...this.#receivers.values()]
      .flatMap(({ name, attempted, told }) => {
        const deliveredAt = new Map<string, number>();
        for (const { message, at } of told) if (!deliveredAt.has(message.id)) deliveredAt.set(message.id, at);
        return [...attempted.values()].map((one) => ({
          ...one,
          channel: name,
          raised: this.#monotonic(one.message.id),
          deliveredAt: deliveredAt.get(one.message.id) ?? Infinity,
        }));
      })
      .sort((a, b) => a.at - b.at);
    const ofNode = new Map<string, Sent[]>();
    for (const one of all) {
      for (const node of namedIn(one.message)) {
        const before = ofNode.get(node);
        if (before === undefined) ofNode.set(node, [one]);
        else before.push(one);
      }
    }
    return { all, ofNode };
  }

  #failures(node: string, flips: readonly Flip[]): readonly Failure[] {
    const lead = this.#lead;
    return flips.flatMap(({ to, at }, index) =>
      to === 'failed' ? [{ node, at, from: at - lead, to: (flips[index + 1]?.at ?? Infinity) - lead }] : [],
    );
  }

  #wasEver(node: string, what: NodeChange['kind']): boolean {
    return this.#ledger.nodes.get(node)?.some(({ kind }) => kind === what) === true;
  }

  #isCalm(from: number, to: number): boolean {
    return !(
      this.#ledger.wasBlind(from - SLACK, to) ||
      this.#ledger.hasRestarted(from, to) ||
      this.#ledger.wasTroubled(from - 2000, to)
    );
  }

  /** Whether it was acknowledged, and the acknowledgement may have been on disk by then. */
  #isCaredFor({ node, from, to }: Failure, by: number, isCertain: boolean): boolean {
    const events = between(this.#ledger.nodes.get(node) ?? [], from, Math.min(to, by));
    const certain = events.findLast(
      ({ kind, answer, answeredAt = Infinity }) =>
        kind === 'acknowledge' && answer === 'done' && answeredAt < by - SLACK,
    );
    if (!isCertain) return events.some(({ kind }) => kind === 'acknowledge');
    return (
      certain !== undefined && !events.some(({ kind, at }) => kind === 'unacknowledge' && at >= certain.at)
    );
  }

  /** No node causes more messages on a channel than the limit, in any hour. */
  #flapping(node: string, { ofNode }: AllSent, now: number): void {
    const most = this.#rules.flappingMost;
    // Counts are lost with records that the disk did not store.
    const isUnsure = this.#ledger.troubles.length > 0 && this.#ledger.hasRestarted(-Infinity, now);
    if (most === UNLIMITED || isUnsure) return;
    for (const channel of this.#receivers.keys()) {
      // A fallback gets what another channel could not deliver, and a removed channel counts from zero.
      if (channel === 'spare' || channel === PASSING) continue;
      const times = (ofNode.get(node) ?? [])
        .filter((one) => one.channel === channel && one.message.node !== undefined)
        .filter(({ message }) => message.reminder === undefined)
        .map(({ at }) => at);
      const over = times.find((at, index) => at - (times[index - most] ?? -Infinity) < HOUR - SLACK);
      if (over !== undefined)
        throw new BrokenPromise(
          `${channel} was notified of ${node} at ${clockOf(over)}, more than ${String(most)} times within an hour.`,
          over,
          node,
        );
    }
  }

  /** Reminders are only about failed nodes that nobody has acknowledged, and come at the time of their number. */
  #reminder({ message, channel, raised, at }: Sent, failures: ReadonlyMap<string, readonly Failure[]>): void {
    const every = this.#rules.remindEvery ?? Infinity;
    const names = namedIn(message);
    if (names.some((name) => this.#wasEver(name, 'forget') || this.#wasEver(name, 'pause'))) return;
    let first = Infinity;
    for (const name of names) {
      const complain = (why: string): never => {
        throw new BrokenPromise(
          `${channel} was reminded of ${name} at ${clockOf(raised)}, ${why}.`,
          at,
          name,
        );
      };
      const failure = failures.get(name)?.find(({ from, to }) => from <= raised && to >= raised - SLACK);
      if (failure === undefined) return complain('which had not failed');
      first = Math.min(first, failure.from);
      if (!this.#isCalm(failure.from, raised)) continue;
      if (this.#isCaredFor(failure, raised, true)) complain('whose failure had been acknowledged');
      const cause = this.#causeOf(failure, failures);
      if (cause !== undefined && raised < cause.to - SLACK && this.#isCalm(cause.from, raised))
        complain(`while ${cause.node}, on which it depends, had failed`);
    }
    const { reminder = 0 } = message;
    const early = every / 4 + SLACK;
    const [name = ''] = names;
    const time = raised - first;
    if (time < reminder * every - early || time > (reminder + 1) * every - every / 4 + SLACK)
      throw new BrokenPromise(
        `${channel} got reminder ${String(reminder)} of ${name} ${String(time / 1000)} s after it failed.`,
        at,
        name,
      );
  }

  /** Without disturbances, every reminder comes. */
  #reminders(
    failure: Failure,
    failures: ReadonlyMap<string, readonly Failure[]>,
    sent: AllSent,
    isCalm: (from: number, to: number) => boolean,
  ): void {
    const every = this.#rules.remindEvery;
    if (every === undefined || this.#rules.flappingMost < UNLIMITED) return;
    const { node, from, to, at } = failure;
    const ofNode = sentSince(sent, node, from).filter(({ channel }) => channel === 'log');
    for (let number = 1; ; number++) {
      const due = from + number * every;
      const by = due + LATEST;
      if (by > to || this.#isCaredFor(failure, by, false)) return;
      if (!this.#isUndisturbed(from, by, isCalm)) return;
      // A dependency that failed at the same time may have failed first.
      if (this.#parentsOf(node, failures).some((parent) => parent.from <= by && parent.to >= from - WELL))
        return;
      const earliest = due - every / 4 - SLACK;
      const first = ofNode.find(({ message }) => message.at_ms === at && message.reminder === undefined);
      if (first === undefined || first.at >= earliest) continue;
      const isOpen = sent.ofNode.get(node)?.some(({ channel, at: sentAt, deliveredAt }) => {
        return channel === 'log' && sentAt < earliest && deliveredAt >= earliest;
      });
      if (isOpen === true) continue;
      const isThere = ofNode.some(
        ({ message, raised }) => message.reminder !== undefined && raised >= earliest && raised <= by,
      );
      if (isThere) continue;
      throw new BrokenPromise(
        `log was not reminded of ${node} at ${clockOf(due)}: it had failed at ${clockOf(from)}.`,
        by,
        node,
      );
    }
  }

  #isUndisturbed(from: number, to: number, isCalm: (from: number, to: number) => boolean): boolean {
    return isCalm(from, to) && this.#receivers.get('log')?.wasWell(from - WELL, to) === true;
  }

  #parentsOf(node: string, failures: ReadonlyMap<string, readonly Failure[]>): readonly Failure[] {
    const parent = this.#ledger.wanted.get(node)?.dependsOn;
    return parent === undefined ? [] : (failures.get(parent) ?? []);
  }

  /** The failure of its dependency that certainly inhibits this one, if any. */
  #causeOf(failure: Failure, failures: ReadonlyMap<string, readonly Failure[]>): Failure | undefined {
    const { node, from } = failure;
    const isKnown = this.#ledger.nodes
      .get(node)
      ?.some(
        ({ kind, answer, answeredAt = Infinity }) => kind === 'put' && answer === 'done' && answeredAt < from,
      );
    if (isKnown !== true) return undefined;
    const cause = this.#parentsOf(node, failures).find(
      (parent) => parent.from + this.#rules.blindAfter + SLACK < from && from < parent.to,
    );
    if (cause === undefined || this.#wasEver(cause.node, 'forget') || this.#wasEver(cause.node, 'pause'))
      return undefined;
    return cause;
  }

  /** While the dependency is failed, and for one timeout after that, nothing is sent; then it is. */
  #inhibited(
    failure: Failure,
    cause: Failure,
    failures: ReadonlyMap<string, readonly Failure[]>,
    sent: AllSent,
    isCalm: (from: number, to: number) => boolean,
  ): void {
    if (this.#rules.flappingMost < UNLIMITED) return;
    const { node, at: failedAt } = failure;
    const { nodeTimeout } = this.#rules;
    const { schedule, timeout } = this.#ledger.wanted.get(node) ?? {};
    const ofFailure = sentSince(sent, node, failure.from).filter(({ message }) =>
      isAbout(message, node, failedAt),
    );
    for (const { channel, at } of ofFailure) {
      if (at >= cause.to + (schedule?.grace ?? nodeTimeout) - SLACK || !this.#isCalm(cause.from, at))
        continue;
      const why = `${cause.node}, on which it depends, had failed at ${clockOf(cause.from)}`;
      throw new BrokenPromise(
        `${channel} was notified at ${clockOf(at)} of the failure of ${node}, while ${why}.`,
        at,
        node,
      );
    }
    const due = cause.to + (schedule?.grace ?? timeout?.max ?? nodeTimeout);
    const by = due + LATEST;
    const isOver =
      by > failure.to ||
      this.#isCaredFor(failure, by, false) ||
      this.#parentsOf(node, failures).some(
        ({ from, to }) => from > cause.from && from <= by && to >= cause.to,
      );
    if (isOver || !this.#isUndisturbed(cause.from, by, isCalm)) return;
    if (ofFailure.some(({ channel, at }) => channel === 'log' && at <= by)) return;
    throw new BrokenPromise(
      `log was not notified of the failure of ${node} by ${clockOf(by)}: ${cause.node} was back at ${clockOf(cause.to)}.`,
      by,
      node,
    );
  }
}

/** The messages that name a node, from a moment on. */
function sentSince({ ofNode }: AllSent, node: string, from: number): readonly Sent[] {
  const sent = ofNode.get(node) ?? [];
  return sent.slice(firstAfter(sent, ({ at }) => at >= from));
}

function namedIn({ node, nodes = [] }: AlertMessage): readonly string[] {
  return node === undefined ? nodes.map(({ name }) => name) : [node.name];
}

/** Whether the message says that this node failed at this instant. */
function isAbout(
  { type, node, nodes = [], at_ms, reminder }: AlertMessage,
  name: string,
  at: number,
): boolean {
  if (reminder !== undefined) return false;
  if (node !== undefined)
    return node.name === name && at_ms === at && (type === 'node.failed' || type === 'node.reported_failure');
  return nodes.some((one) => one.name === name && one.state === 'failed' && one.at === Math.floor(at / 1000));
}
