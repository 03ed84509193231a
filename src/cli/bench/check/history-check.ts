import { setTimeout as sleep } from 'node:timers/promises';

import type { Answers, Session } from '../../../client/api/contract/types.js';
import type { HeartbeatClient } from '../../../client/api/heartbeat-client.js';
import { HeartbeatRequestError, isUnreachable } from '../../../client/api/request-error.js';
import type { UserId } from '../../../domain/user-id.js';
import type { HealJournal } from './heal-journal.js';
import { checkSessions, type Rule } from './session-check.js';
import type { ShownSession } from './shown-session.js';
import { type Millis, toSeconds } from '../../../domain/time.js';

export interface HistoryCheck {
  readonly client: Pick<HeartbeatClient, 'rhythm'>;
  readonly users: number;
  readonly idOf: (user: number) => UserId;
  readonly journal: Pick<HealJournal, 'heals'>;
  /** Sessions that began before this Unix second are not of this bench. */
  readonly since: number;
  readonly rule: Rule;
  /** The most histories read at once. */
  readonly concurrency: number;
  /** The delay in milliseconds before a failed read of a history is repeated; it doubles each time. */
  readonly retryMs: Millis;
  readonly signal: AbortSignal;
  readonly onProgress: (usersDone: number) => void;
}

interface Mismatch {
  readonly user: UserId;
  readonly problem: string;
  /** The history was right when it was read again a moment later: it was stored, but not yet shown. */
  readonly passing: boolean;
}

export interface HistoryComparison {
  readonly usersChecked: number;
  /** Stored sessions that were compared. */
  readonly sessions: number;
  readonly usersDiffering: number;
  /** The first differences. */
  readonly mismatches: readonly Mismatch[];
  /** Why not all users were checked; undefined if all were. */
  readonly incomplete: string | undefined;
}

const LISTED = 20;
const ATTEMPTS = 5;
/** A number of retries: long enough for a commit that was under way. */
const AGAIN_AFTER = 10;

/** Reads every user's history and compares it with the journal. */
export async function checkHistories(check: HistoryCheck): Promise<HistoryComparison> {
  const { users } = check;
  const mismatches: Mismatch[] = [];
  let next = 0;
  let usersChecked = 0;
  let sessions = 0;
  let usersDiffering = 0;
  let unreachable: string | undefined;

  async function work(): Promise<void> {
    while (next < users && unreachable === undefined && !check.signal.aborted) {
      const user = next++;
      const found = await examine(check, user);
      sessions += found.sessions;
      if (found.problems.length > 0) {
        usersDiffering++;
        if (mismatches.length < LISTED) await list(user, found.problems);
      }
      check.onProgress(++usersChecked);
    }
  }

  async function list(user: number, problems: readonly string[]): Promise<void> {
    await sleep(check.retryMs * AGAIN_AFTER);
    const passing = (await examine(check, user)).problems.length === 0;
    for (const problem of problems) {
      if (mismatches.length < LISTED) mismatches.push({ user: check.idOf(user), problem, passing });
    }
  }

  async function workUntilUnreachable(): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HeartbeatRequestError && isUnreachable(error))) throw error;
      unreachable ??= error.message;
    }
  }

  await Promise.all(Array.from({ length: Math.min(check.concurrency, users) }, workUntilUnreachable));
  const incomplete = unreachable ?? (usersChecked < users ? 'interrupted' : undefined);
  return { usersChecked, sessions, usersDiffering, mismatches, incomplete };
}

/** Reads and compares one user's history. Returns the number of its sessions, and what is wrong with them. */
async function examine(
  check: HistoryCheck,
  user: number,
): Promise<{ readonly sessions: number; readonly problems: readonly string[] }> {
  const id = check.idOf(user);
  const rhythm = await readPatiently(check, id);
  if (typeof rhythm === 'string') return { sessions: 0, problems: [rhythm] };
  if (rhythm.id !== id) return { sessions: 0, problems: [`answered as the history of ${rhythm.id}`] };
  const stored = rhythm.history.map(shown).filter((session) => session.onlineAt >= check.since);
  const evidence = { heals: check.journal.heals(user), stored, readAt: Date.now() };
  return { sessions: stored.length, problems: checkSessions(evidence, check.rule) };
}

/**
 * @returns the history, or a sentence if the daemon answers without it
 * @throws HeartbeatRequestError if nothing answers
 */
async function readPatiently(check: HistoryCheck, user: UserId): Promise<Answers['heartRhythm'] | string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await check.client.rhythm(user, { from: check.since });
    } catch (error) {
      const last = attempt === ATTEMPTS || check.signal.aborted;
      if (!(error instanceof HeartbeatRequestError) || (last && isUnreachable(error))) throw error;
      if (!isUnreachable(error) && (last || error.status < 500))
        return `answered ${error.status}: ${error.message}`;
    }
    await sleep(check.retryMs * 2 ** (attempt - 1));
  }
}

function shown({ onlineAt, offlineAt }: Session): ShownSession {
  return { onlineAt: toSeconds(onlineAt.getTime()), offlineAt: toSeconds(offlineAt.getTime()) };
}
