import { setTimeout as sleep } from 'node:timers/promises';

import type { HeartRhythm } from '../../../client/answers.js';
import { HeartbeatAnswerError, HeartbeatUnreachableError } from '../../../client/errors.js';
import type { HeartbeatClient } from '../../../client/heartbeat-client.js';
import type { UserId } from '../../../domain/user-id.js';
import type { HealJournal } from './heal-journal.js';
import { checkSessions, type Rule } from './session-check.js';

export interface HistoryCheck {
  readonly client: Pick<HeartbeatClient, 'heartRhythm'>;
  readonly users: number;
  readonly idOf: (user: number) => UserId;
  readonly journal: HealJournal;
  /** Sessions that began before this Unix second are none of the bench's. */
  readonly since: number;
  readonly rule: Rule;
  /** Histories read at a time. */
  readonly concurrency: number;
  /** How long to wait before a history that could not be read is tried again, in milliseconds; doubles each time. */
  readonly retryMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (usersDone: number) => void;
}

interface Mismatch {
  readonly user: UserId;
  readonly problem: string;
}

export interface Verdict {
  readonly usersChecked: number;
  /** Stored sessions that were compared. */
  readonly sessions: number;
  readonly usersDiffering: number;
  /** The first of what differs. */
  readonly mismatches: readonly Mismatch[];
  /** Why not every user was checked, undefined when all were. */
  readonly incomplete: string | undefined;
}

const LISTED = 20;
const ATTEMPTS = 5;

/** Reads every user's history and holds it against the journal. */
export async function checkHistories(check: HistoryCheck): Promise<Verdict> {
  const { users, idOf, journal, since, rule, signal } = check;
  const mismatches: Mismatch[] = [];
  let next = 0;
  let usersChecked = 0;
  let sessions = 0;
  let usersDiffering = 0;
  let unreachable: string | undefined;

  async function problemsOf(user: number): Promise<string[]> {
    const rhythm = await readPatiently(check, idOf(user));
    if (typeof rhythm === 'string') return [rhythm];
    if (rhythm.id !== idOf(user)) return [`answered as the history of ${rhythm.id}`];
    const stored = rhythm.history.filter((session) => session.onlineAt >= since);
    sessions += stored.length;
    return checkSessions({ heals: journal.heals(user), stored, readAt: Date.now() }, rule);
  }

  async function work(): Promise<void> {
    while (next < users && unreachable === undefined && !signal.aborted) {
      const user = next++;
      const problems = await problemsOf(user);
      if (problems.length > 0) usersDiffering++;
      for (const problem of problems) {
        if (mismatches.length < LISTED) mismatches.push({ user: idOf(user), problem });
      }
      check.onProgress(++usersChecked);
    }
  }

  async function workUntilUnreachable(): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HeartbeatUnreachableError)) throw error;
      unreachable ??= error.message;
    }
  }

  await Promise.all(Array.from({ length: Math.min(check.concurrency, users) }, workUntilUnreachable));
  const incomplete = unreachable ?? (usersChecked < users ? 'interrupted' : undefined);
  return { usersChecked, sessions, usersDiffering, mismatches, incomplete };
}

/**
 * @returns the history, or a sentence when the daemon answers but does not give it
 * @throws HeartbeatUnreachableError when nothing answers
 */
async function readPatiently(check: HistoryCheck, user: UserId): Promise<HeartRhythm | string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await check.client.heartRhythm(user, { from: check.since });
    } catch (error) {
      const last = attempt === ATTEMPTS || check.signal.aborted;
      if (error instanceof HeartbeatAnswerError) {
        if (last || error.status < 500) return error.message;
      } else if (last || !(error instanceof HeartbeatUnreachableError)) {
        throw error;
      }
    }
    await sleep(check.retryMs * 2 ** (attempt - 1));
  }
}
