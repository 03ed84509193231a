import type { ShownSession } from './shown-session.js';
import type { JournalledHeal } from './heal-journal.js';
import { malformations } from './malformations.js';
import type { Millis } from '../../../domain/time.js';

/** The heals of one user, and the sessions that the daemon stored. */
export interface Evidence {
  /** In the order they were sent, each after the answer to the previous one. Wall clock, whole milliseconds. */
  readonly heals: readonly JournalledHeal[];
  /** Oldest first, in whole Unix seconds; only those that began after the bench did. */
  readonly stored: readonly ShownSession[];
  /** When `stored` was read, in milliseconds: a heal without an answer may have taken effect until then. */
  readonly readAt: number;
}

export interface Rule {
  /** How long a heal holds a user online, in milliseconds. */
  readonly timeoutMs: Millis;
  /** How far before its sending or after its answer the daemon may date a heal, in milliseconds. */
  readonly toleranceMs: Millis;
}

/** Whole milliseconds, both ends included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** One way to explain the heals so far: they made the sessions up to `session`, and the last heal was within `last`. */
interface Reading {
  readonly session: number;
  readonly last: Span;
}

/**
 * Compares the stored sessions with those that the heals must have made. A session begins with a heal. It continues
 * with each heal within the timeout after the previous one, and ends a timeout after its last.
 *
 * When the daemon received a heal is only known to be between its sending and its answer. So every way to place the
 * heals in those spans is followed, heal by heal. The history is right if at least one of them explains all of it. A
 * heal that was not acknowledged may or may not have happened.
 *
 * @returns what is wrong, a sentence each; empty if nothing is
 */
export function checkSessions(evidence: Evidence, rule: Rule): string[] {
  const malformed = malformations(evidence.stored);
  if (malformed.length > 0) return malformed;
  const objection = new Examination(evidence, rule).objection();
  return objection === undefined ? [] : [objection];
}

class Examination {
  readonly #evidence: Evidence;
  readonly #rule: Rule;

  constructor(evidence: Evidence, rule: Rule) {
    this.#evidence = evidence;
    this.#rule = rule;
  }

  objection(): string | undefined {
    const { heals } = this.#evidence;
    // Before the first heal: session -1 ended long ago.
    let readings: Reading[] = [{ session: -1, last: { from: -Infinity, to: -Infinity } }];
    for (const [index, heal] of heals.entries()) {
      const heard = this.#heard(heal, heals[index + 1]);
      const next = heal.acknowledged ? [] : [...readings];
      let objection: string | undefined;
      for (const reading of readings) {
        for (const outcome of [this.#extended(reading, heard), this.#opened(reading, heard)]) {
          if (typeof outcome === 'string') objection ??= outcome;
          else if (outcome !== undefined) next.push(outcome);
        }
      }
      if (next.length === 0) return objection ?? 'the heals contradict each other';
      readings = merged(next);
    }
    return this.#objectionAtEnd(readings);
  }

  /** When the daemon may have received the heal. */
  #heard(heal: JournalledHeal, next: JournalledHeal | undefined): Span {
    const latest = heal.acknowledged
      ? heal.answeredAt
      : Math.max(heal.answeredAt, next?.sentAt ?? this.#evidence.readAt);
    return { from: heal.sentAt - this.#rule.toleranceMs, to: latest + this.#rule.toleranceMs };
  }

  /** The heal continues the session; undefined if it is too late for that. */
  #extended({ session, last }: Reading, heard: Span): Reading | string | undefined {
    const stored = this.#evidence.stored[session];
    const { timeoutMs } = this.#rule;
    const from = Math.max(heard.from, last.from);
    const to = Math.min(heard.to, last.to + timeoutMs);
    if (stored === undefined || from > to) return undefined;
    const latest = endOfSecond(stored.offlineAt) - timeoutMs;
    if (from > latest)
      return this.#differs(session, 'offline_at', { from: from + timeoutMs, to: to + timeoutMs });
    return { session, last: { from, to: Math.min(to, latest) } };
  }

  /** The session ended and the heal opens the next; undefined if it is too early for that. */
  #opened(reading: Reading, heard: Span): Reading | string | undefined {
    const { timeoutMs } = this.#rule;
    if (heard.to <= reading.last.from + timeoutMs) return undefined;
    const last = this.#closed(reading);
    if (typeof last === 'string') return last;

    const session = reading.session + 1;
    const stored = this.#evidence.stored[session];
    const from = Math.max(heard.from, last.from + timeoutMs + 1);
    if (stored === undefined)
      return `no session for the heal of ${seconds({ from, to: heard.to })}${this.#counted()}`;
    const span = overlap(
      { from, to: heard.to },
      { from: stored.onlineAt * 1000, to: endOfSecond(stored.onlineAt) },
    );
    return span === undefined
      ? this.#differs(session, 'online_at', { from, to: heard.to })
      : { session, last: span };
  }

  /** When the last heal was, given the stored end of the session. */
  #closed({ session, last }: Reading): Span | string {
    const stored = this.#evidence.stored[session];
    if (stored === undefined) return last;
    const { timeoutMs } = this.#rule;
    const fits = { from: stored.offlineAt * 1000 - timeoutMs, to: endOfSecond(stored.offlineAt) - timeoutMs };
    const expected = { from: last.from + timeoutMs, to: last.to + timeoutMs };
    return overlap(last, fits) ?? this.#differs(session, 'offline_at', expected);
  }

  #objectionAtEnd(readings: readonly Reading[]): string | undefined {
    const { stored } = this.#evidence;
    let objection: string | undefined;
    for (const reading of readings) {
      const closed = this.#closed(reading);
      if (typeof closed === 'string') objection ??= closed;
      else if (reading.session === stored.length - 1) return undefined;
      else
        objection ??= `no heal explains the session from ${String(stored[reading.session + 1]?.onlineAt)}${this.#counted()}`;
    }
    return objection;
  }

  #differs(session: number, field: 'online_at' | 'offline_at', expected: Span): string {
    const stored = this.#evidence.stored[session];
    const value = field === 'online_at' ? stored?.onlineAt : stored?.offlineAt;
    const which = `session ${String(session + 1)} of ${String(this.#evidence.stored.length)}`;
    return `${which}: ${field} is ${String(value)}, expected ${seconds(expected)}`;
  }

  #counted(): string {
    return ` (${String(this.#evidence.stored.length)} stored)`;
  }
}

/** Merges explanations that differ only in spans that touch, so that their number stays small. */
function merged(readings: Reading[]): Reading[] {
  readings.sort((a, b) => a.session - b.session || a.last.from - b.last.from);
  const joined: Reading[] = [];
  for (const reading of readings) {
    const previous = joined.at(-1);
    if (previous?.session === reading.session && reading.last.from <= previous.last.to + 1) {
      const to = Math.max(previous.last.to, reading.last.to);
      joined[joined.length - 1] = { session: reading.session, last: { from: previous.last.from, to } };
    } else {
      joined.push(reading);
    }
  }
  return joined;
}

function overlap(one: Span, other: Span): Span | undefined {
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  return from <= to ? { from, to } : undefined;
}

function endOfSecond(unixSeconds: number): number {
  return unixSeconds * 1000 + 999;
}

function seconds({ from, to }: Span): string {
  const earliest = Math.floor(from / 1000);
  const latest = Math.floor(to / 1000);
  return earliest === latest ? String(earliest) : `${String(earliest)} to ${String(latest)}`;
}
