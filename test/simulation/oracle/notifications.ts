import type { AlertRecord } from '../../../src/domain/alert.js';
import type { Flip } from '../../../src/domain/node.js';
import { BrokenPromise, type Ledger } from '../world/ledger.js';
import { PASSING, type Receiver } from '../world/receivers.js';
import { UNLIMITED, type Settings } from '../world/settings.js';
import { clockOf } from './clock-text.js';
import { Failures, leadOf, SLACK, type Failure } from './failures.js';
import {
  isAbout,
  namedIn,
  massFailuresIn,
  sentSince,
  sentTo,
  type AllSent,
  type Sent,
} from './sent-messages.js';
import { KnownSilences } from './known-silences.js';

const HOUR = 3_600_000;
/** The greatest delay of a notification without disturbances. */
export const LATEST = 1500;
/** A receiver must have worked for this long: then no attempt is repeated, and no circuit breaker is open. */
export const WELL = 15_000;
/** How long a mass failure may affect messages, and how long it may take to begin before that. */
export const AROUND = 10_000;

type Rules = Pick<Settings, 'nodeTimeout' | 'blindAfter' | 'remindEvery' | 'flappingMost'>;

/** What is known about the circumstances of a failure. */
interface Known {
  readonly failures: Failures;
  readonly sent: AllSent;
  readonly isCalm: (from: number, to: number) => boolean;
  /** Whether its node may have been silenced since it failed, by this moment. */
  readonly isSilenced: (by: number) => boolean;
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
    const lead = leadOf(this.#ledger);
    const sent = sentTo(this.#receivers.values(), lead);
    const failures = new Failures(this.#ledger, flips);
    const silences = new KnownSilences(this.#ledger, lead, now);
    for (const node of flips.keys()) if (!failures.wasEver(node, 'forget')) this.#flapping(node, sent, now);
    if (this.#ledger.hasCrashed) return;
    const held = massFailuresIn(records, lead);
    for (const one of sent.all)
      if (one.message.reminder !== undefined) this.#reminder(one, failures, silences);
    for (const [node, ofNode] of failures.of) {
      if (failures.wasEver(node, 'forget') || failures.wasEver(node, 'pause')) continue;
      for (const failure of ofNode) {
        const isCalm = (from: number, to: number): boolean =>
          failures.isCalm(from, to) && !held.some((at) => at >= from - AROUND && at <= to);
        const cause = this.#causeOf(failure, failures);
        const isSilenced = (by: number): boolean => silences.mayFit(node, failure.from, by);
        const deps = { failures, sent, isCalm, isSilenced };
        if (cause === undefined) this.#reminders(failure, deps);
        else this.#inhibited(failure, cause, deps);
      }
    }
  }

  /** How much longer the summary of a flapping node may be held: an hour if the limit has been reached. */
  get longestHold(): number {
    const most = this.#rules.flappingMost;
    if (most === UNLIMITED) return 0;
    const counts = new Map<string, number>();
    for (const { channel, message } of sentTo(this.#receivers.values(), leadOf(this.#ledger)).all) {
      const key = `${channel} ${message.node?.name ?? ''}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts.values()].some((count) => count >= most) ? HOUR : HOUR / most;
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
  #reminder({ message, channel, raised, at }: Sent, failures: Failures, silences: KnownSilences): void {
    const every = this.#rules.remindEvery ?? Infinity;
    const names = namedIn(message);
    if (names.some((name) => failures.wasEver(name, 'forget') || failures.wasEver(name, 'pause'))) return;
    let first = Infinity;
    for (const name of names) {
      const complain = (why: string): never => {
        throw new BrokenPromise(
          `${channel} was reminded of ${name} at ${clockOf(raised)}, ${why}.`,
          at,
          name,
        );
      };
      const failure = failures.of.get(name)?.find(({ from, to }) => from <= raised && to >= raised - SLACK);
      if (failure === undefined) return complain('which had not failed');
      first = Math.min(first, failure.from);
      if (!failures.isCalm(failure.from, raised)) continue;
      if (failures.isCaredFor(failure, raised, true)) complain('whose failure had been acknowledged');
      const cause = this.#causeOf(failure, failures);
      if (cause !== undefined && raised < cause.to - SLACK && failures.isCalm(cause.from, raised))
        complain(`while ${cause.node}, on which it depends, had failed`);
    }
    // The interval counts anew from the end of a silence.
    if (names.some((name) => silences.mayFit(name, first, at))) return;
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
  #reminders(failure: Failure, { failures, sent, isCalm, isSilenced }: Known): void {
    const every = this.#rules.remindEvery;
    if (every === undefined || this.#rules.flappingMost < UNLIMITED) return;
    const { node, from, to, at } = failure;
    const ofNode = sentSince(sent, node, from).filter(({ channel }) => channel === 'log');
    for (let number = 1; ; number++) {
      const due = from + number * every;
      const by = due + LATEST;
      if (by > to || failures.isCaredFor(failure, by, false) || isSilenced(by)) return;
      if (!this.#isUndisturbed(from, by, isCalm)) return;
      // A dependency that failed at the same time may have failed first.
      if (failures.parentsOf(node).some((parent) => parent.from <= by && parent.to >= from - WELL)) return;
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

  /** The failure of its dependency that certainly inhibits this one, if any. */
  #causeOf(failure: Failure, failures: Failures): Failure | undefined {
    const { node, from } = failure;
    const isKnown = this.#ledger.nodes
      .get(node)
      ?.some(
        ({ kind, answer, answeredAt = Infinity }) => kind === 'put' && answer === 'done' && answeredAt < from,
      );
    if (isKnown !== true) return undefined;
    const cause = failures
      .parentsOf(node)
      .find((parent) => parent.from + this.#rules.blindAfter + SLACK < from && from < parent.to);
    if (
      cause === undefined ||
      failures.wasEver(cause.node, 'forget') ||
      failures.wasEver(cause.node, 'pause')
    )
      return undefined;
    return cause;
  }

  /** While the dependency is failed, and for one timeout after that, nothing is sent; then it is. */
  #inhibited(failure: Failure, cause: Failure, { failures, sent, isCalm, isSilenced }: Known): void {
    if (this.#rules.flappingMost < UNLIMITED) return;
    const { node, at: failedAt } = failure;
    const { nodeTimeout } = this.#rules;
    const { schedule, timeout } = this.#ledger.wanted.get(node) ?? {};
    const ofFailure = sentSince(sent, node, failure.from).filter(({ message }) =>
      isAbout(message, node, failedAt),
    );
    for (const { channel, at } of ofFailure) {
      // What a silence has held goes out at its end, also within the timeout.
      const waits = isSilenced(at) ? 0 : (schedule?.grace ?? nodeTimeout);
      if (at >= cause.to + waits - SLACK || !failures.isCalm(cause.from, at)) continue;
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
      isSilenced(by) ||
      failures.isCaredFor(failure, by, false) ||
      failures.parentsOf(node).some(({ from, to }) => from > cause.from && from <= by && to >= cause.to);
    if (isOver || !this.#isUndisturbed(cause.from, by, isCalm)) return;
    if (ofFailure.some(({ channel, at }) => channel === 'log' && at <= by)) return;
    throw new BrokenPromise(
      `log was not notified of the failure of ${node} by ${clockOf(by)}: ${cause.node} was back at ${clockOf(cause.to)}.`,
      by,
      node,
    );
  }
}
