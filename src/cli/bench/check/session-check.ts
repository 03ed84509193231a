import type { ShownSession } from '../../../client/answers.js';
import type { JournalledHeal } from './heal-journal.js';
import { malformations } from './malformations.js';
import type { Millis } from '../../../domain/time.js';

/** What one user did, and what the daemon has stored of it. */
export interface Evidence {
  /** In the order they were sent, each sent after the one before was answered. Wall clock, whole milliseconds. */
  readonly heals: readonly JournalledHeal[];
  /** Oldest first, in whole Unix seconds, only what began since the bench did. */
  readonly stored: readonly ShownSession[];
  /** When `stored` had been read, in milliseconds: a heal that got no answer may have had its effect until then. */
  readonly readAt: number;
}

export interface Rule {
  /** How long a heal holds a user online, in milliseconds. */
  readonly timeoutMs: Millis;
  /** By how much the daemon may date a heal before its sending or after its answer, in milliseconds. */
  readonly toleranceMs: Millis;
}

/** Whole milliseconds, both ends included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** One way to understand the heals so far: they made the sessions up to `session`, the last of them lay in `last`. */
interface Reading {
  readonly session: number;
  readonly last: Span;
}

/**
 * Compares the stored sessions with what the heals must have made: a session begins with a heal, goes on with each
 * that comes not later than the timeout after the one before, and ends a timeout after its last.
 *
 * When the daemon heard a heal is known only to lie between its sending and its answer. So every reading of the
 * heals that fits into those spans is followed, heal by heal; the history is right when at least one of them
 * explains all of it. A heal that was not acknowledged may have happened or not.
 *
 * @returns what is wrong, a sentence each; empty when all is as it must be
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
    // Before the first heal: session -1 has been closed for ever.
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

  /** When the daemon can have heard the heal. */
  #heard(heal: JournalledHeal, next: JournalledHeal | undefined): Span {
    const latest = heal.acknowledged
      ? heal.answeredAt
      : Math.max(heal.answeredAt, next?.sentAt ?? this.#evidence.readAt);
    return { from: heal.sentAt - this.#rule.toleranceMs, to: latest + this.#rule.toleranceMs };
  }

  /** The heal goes on with the session; undefined when it comes too late for that. */
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

  /** The session has ended and the heal opens the next; undefined when it comes too early for that. */
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

  /** Where the last heal lay if the session ended when it is stored to have. */
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

/** Joins readings that differ only in spans that touch, so that their number stays small. */
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
