import type { AlertRecord } from '../../../src/domain/alert.js';
import type { Flip } from '../../../src/domain/node.js';
import type { Silence } from '../../../src/domain/silence.js';
import { BrokenPromise, type Ledger } from '../world/ledger.js';
import type { Receiver } from '../world/receivers.js';
import { UNLIMITED, type Settings } from '../world/settings.js';
import { clockOf } from './clock-text.js';
import { Failures, leadOf, SLACK, type Failure } from './failures.js';
import { KnownSilences } from './known-silences.js';
import { AROUND, LATEST, WELL } from './notifications.js';
import { isAbout, massFailuresIn, sentSince, sentTo, type AllSent, type Sent } from './sent-messages.js';

/** How long what is on its way when a silence begins may still go out. */
const UNDER_WAY = 2000;
/** A restart this long before the end of a silence has nothing left to do by then. */
const RESTARTED = 6000;

type Rules = Pick<Settings, 'flappingMost'>;

interface Known {
  readonly failures: Failures;
  readonly silences: KnownSilences;
  readonly sent: AllSent;
  /** When mass failures were noticed. */
  readonly held: readonly number[];
}

/** Checks silences and maintenance windows: what they hold, and what is notified at their end. */
export class SilencesOracle {
  readonly #ledger: Ledger;
  readonly #receivers: ReadonlyMap<string, Receiver>;
  readonly #rules: Rules;

  constructor(ledger: Ledger, receivers: ReadonlyMap<string, Receiver>, rules: Rules) {
    this.#ledger = ledger;
    this.#receivers = receivers;
    this.#rules = rules;
  }

  /** Every confirmed silence is kept as it was confirmed. @param kept those that the daemon shows at the end */
  stored(kept: readonly Silence[], now: number): void {
    const byId = new Map<string, Silence>(kept.map((silence) => [silence.id, silence]));
    for (const { id, at, startsAt, endsAt, answer, expiry, lead } of this.#ledger.silences) {
      if (answer !== 'done' || id === undefined) continue;
      const complain = (what: string): never => {
        throw new BrokenPromise(`The silence of ${clockOf(at)} was confirmed, and ${what}.`, now);
      };
      const silence = byId.get(id);
      if (silence === undefined) return complain('it is lost');
      const isMeant = expiry?.answer === 'refused' && !expiry.mayBeOnDisk;
      const isWhole = silence.endsAt === endsAt && silence.startsAt >= startsAt;
      if (!isWhole && (expiry === undefined || isMeant)) complain('its times have changed');
      if (expiry?.answer !== 'done' || this.#ledger.jumps.length > 0) continue;
      const endedAt = (expiry.answeredAt ?? Infinity) + lead;
      if (silence.endsAt > Math.min(endsAt, endedAt)) complain('that it was ended is lost');
    }
  }

  /** @param flips the flips of each node */
  judge(flips: ReadonlyMap<string, readonly Flip[]>, records: readonly AlertRecord[], now: number): void {
    // Silences follow the wall clock.
    if (this.#ledger.jumps.length > 0) return;
    const lead = leadOf(this.#ledger);
    const known = {
      failures: new Failures(this.#ledger, flips),
      silences: new KnownSilences(this.#ledger, lead, now),
      sent: sentTo(this.#receivers.values(), lead),
      held: massFailuresIn(records, lead),
    };
    for (const one of known.sent.all) this.#muted(one, known);
    for (const [node, ofNode] of known.failures.of) {
      if (known.failures.wasEver(node, 'forget') || known.failures.wasEver(node, 'pause')) continue;
      for (const failure of ofNode) {
        this.#once(failure, ofNode, known);
        this.#released(failure, known);
      }
    }
  }

  /** Nobody is notified of a failure while a silence holds it. */
  #muted({ message, channel, raised, at }: Sent, { silences, failures }: Known): void {
    for (const name of failedIn(message)) {
      const silence = silences
        .of(name)
        .find(({ certain }) => certain !== undefined && certain.from < at && at < certain.to);
      if (silence?.certain === undefined) continue;
      const { from } = silence.certain;
      // What was raised before may be on its way, and is repeated.
      const mayBeUnderWay =
        at < from + UNDER_WAY || this.#ledger.hasCrashed || !failures.isCalm(raised - UNDER_WAY, at);
      if (raised <= from && mayBeUnderWay) continue;
      throw new BrokenPromise(
        `${channel} was notified at ${clockOf(at)} of a failure of ${name}, which was silenced from ${clockOf(from)} on.`,
        at,
        name,
      );
    }
  }

  /** A node that is still failed when no silence fits it any more is notified then. */
  #released(failure: Failure, { failures, silences, sent, held }: Known): void {
    if (this.#rules.flappingMost < UNLIMITED || this.#ledger.hasCrashed) return;
    const { node, from, to, at } = failure;
    const ofNode = silences.of(node);
    const isSilenced = ofNode.some(
      ({ certain }) => certain !== undefined && certain.from < from && from < certain.to,
    );
    if (!isSilenced) return;
    let end = from;
    for (let isLonger = true; isLonger;) {
      const next = ofNode.find(({ possible }) => possible.from <= end + LATEST && possible.to > end);
      isLonger = next !== undefined;
      end = next?.possible.to ?? end;
    }
    const by = end + LATEST;
    if (by > to || failures.isCaredFor(failure, by, false)) return;
    if (failures.parentsOf(node).some((parent) => parent.from <= by && parent.to >= from - WELL)) return;
    if (held.some((heldAt) => heldAt >= from - AROUND && heldAt <= by)) return;
    const isCalm = failures.isCalm(Math.max(from, end - RESTARTED), by) && !this.#ledger.diedInTrouble(from);
    if (!isCalm || this.#receivers.get('log')?.wasWell(end - WELL, by) !== true) return;
    const isThere = sentSince(sent, node, from).some(
      ({ channel, message, at: sentAt }) => channel === 'log' && sentAt <= by && isAbout(message, node, at),
    );
    if (isThere) return;
    throw new BrokenPromise(
      `log was not notified of the failure of ${node} of ${clockOf(from)} by ${clockOf(by)}: it was silenced until ${clockOf(end)} at the latest.`,
      by,
      node,
    );
  }

  /** A channel is notified of a failure under one id, over kills, alone or in a group. */
  #once({ node, from, at }: Failure, others: readonly Failure[], { sent }: Known): void {
    // Groups give seconds.
    if (others.some((other) => other.at !== at && Math.abs(other.at - at) < 1000)) return;
    const ids = new Map<string, string>();
    for (const { channel, message, at: sentAt } of sentSince(sent, node, from - SLACK)) {
      if (!isAbout(message, node, at)) continue;
      const before = ids.get(channel);
      ids.set(channel, message.id);
      if (before === undefined || before === message.id) continue;
      // What a disk that refuses writes has not stored is raised again after a kill.
      if (this.#ledger.hasCrashed || this.#ledger.wasTroubled(from - UNDER_WAY, sentAt)) continue;
      throw new BrokenPromise(
        `${channel} was notified twice of the failure of ${node} of ${clockOf(from)}: as ${before} and as ${message.id}.`,
        sentAt,
        node,
      );
    }
  }
}

/** The nodes that a message says have failed, or miss heartbeats. */
function failedIn({ type, node, nodes = [] }: Sent['message']): readonly string[] {
  if (node === undefined) return nodes.flatMap(({ name, state }) => (state === 'failed' ? [name] : []));
  return type === 'node.failed' || type === 'node.reported_failure' ? [node.name] : [];
}
