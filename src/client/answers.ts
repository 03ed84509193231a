import { parseUserId, type UserId } from '../domain/user-id.js';

export type PresenceStatus = 'online' | 'offline';

/** What `GET /checkup/:user_id` answers. */
export interface Checkup {
  readonly id: UserId;
  readonly status: PresenceStatus;
}

/** A session as people are shown it, in whole Unix seconds. */
export interface ShownSession {
  readonly onlineAt: number;
  readonly offlineAt: number;
}

/** What `GET /heart_rhythm/:user_id` answers. */
export interface HeartRhythm {
  readonly id: UserId;
  readonly history: readonly ShownSession[];
  /** Present only when a limit was given and more remains. */
  readonly nextCursor?: string;
}

/**
 * `JSON.parse`, with the numbers under the key `id` read as strings of digits: a 64-bit id does not fit a number.
 *
 * @returns undefined for what is no JSON
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll(/("id"\s*:\s*)(-?\d+)/g, '$1"$2"'));
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns undefined, as the other readers here, for a body that is not what the call answers */
export function readStatus(body: string): PresenceStatus | undefined {
  const answer = parseJson(body);
  return isRecord(answer) ? status(answer['status']) : undefined;
}

export function readCheckup(body: string): Checkup | undefined {
  const answer = parseJson(body);
  if (!isRecord(answer)) return undefined;
  const id = userId(answer['id']);
  const presence = status(answer['status']);
  return id === undefined || presence === undefined ? undefined : { id, status: presence };
}

export function readHeartRhythm(body: string): HeartRhythm | undefined {
  const answer = parseJson(body);
  if (!isRecord(answer) || !Array.isArray(answer['history'])) return undefined;
  const id = userId(answer['id']);
  if (id === undefined) return undefined;

  const history: ShownSession[] = [];
  for (const entry of answer['history']) {
    const session = shownSession(entry);
    if (session === undefined) return undefined;
    history.push(session);
  }
  const nextCursor = answer['next_cursor'];
  return typeof nextCursor === 'string' ? { id, history, nextCursor } : { id, history };
}

function shownSession(entry: unknown): ShownSession | undefined {
  if (!isRecord(entry)) return undefined;
  const { online_at: onlineAt, offline_at: offlineAt } = entry;
  return typeof onlineAt === 'number' && typeof offlineAt === 'number' ? { onlineAt, offlineAt } : undefined;
}

function userId(value: unknown): UserId | undefined {
  return typeof value === 'string' ? parseUserId(value) : undefined;
}

function status(value: unknown): PresenceStatus | undefined {
  return value === 'online' || value === 'offline' ? value : undefined;
}
