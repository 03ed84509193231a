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

/** An entry of a batch that was refused. */
interface Rejection {
  /** Its place in the batch, from 0. */
  readonly index: number;
  readonly error: string;
}

/** What `POST /heal` and `POST /nodes/heartbeats` answer. */
export interface TakenMany {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
}

/** What `POST /checkup` answers: the users in the order asked for, without those rejected. */
export interface CheckedMany {
  readonly results: readonly Checkup[];
  readonly rejected: readonly Rejection[];
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
 * @returns undefined if it is not JSON
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

/** @returns undefined, like the other readers here, if the body has another shape */
export function readStatus(body: string): PresenceStatus | undefined {
  const answer = parseJson(body);
  return isRecord(answer) ? status(answer['status']) : undefined;
}

export function readCheckup(body: string): Checkup | undefined {
  return checkup(parseJson(body));
}

export function readTakenMany(body: string): TakenMany | undefined {
  const answer = parseJson(body);
  if (!isRecord(answer)) return undefined;
  const { accepted } = answer;
  const rejected = listOf(answer['rejected'], rejection);
  return typeof accepted === 'number' && rejected !== undefined ? { accepted, rejected } : undefined;
}

export function readCheckedMany(body: string): CheckedMany | undefined {
  const answer = parseJson(body);
  if (!isRecord(answer)) return undefined;
  const results = listOf(answer['results'], checkup);
  const rejected = listOf(answer['rejected'] ?? [], rejection);
  return results === undefined || rejected === undefined ? undefined : { results, rejected };
}

function checkup(answer: unknown): Checkup | undefined {
  if (!isRecord(answer)) return undefined;
  const id = userId(answer['id']);
  const presence = status(answer['status']);
  return id === undefined || presence === undefined ? undefined : { id, status: presence };
}

export function readHeartRhythm(body: string): HeartRhythm | undefined {
  const answer = parseJson(body);
  if (!isRecord(answer)) return undefined;
  const id = userId(answer['id']);
  if (id === undefined) return undefined;

  const history = listOf(answer['history'], shownSession);
  if (history === undefined) return undefined;
  const nextCursor = answer['next_cursor'];
  return typeof nextCursor === 'string' ? { id, history, nextCursor } : { id, history };
}

function rejection(entry: unknown): Rejection | undefined {
  if (!isRecord(entry)) return undefined;
  const { index, error } = entry;
  return typeof index === 'number' && typeof error === 'string' ? { index, error } : undefined;
}

/** @returns undefined if it is not a list, or if an entry cannot be read */
function listOf<T>(value: unknown, read: (entry: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: T[] = [];
  for (const entry of value) {
    const item = read(entry);
    if (item === undefined) return undefined;
    list.push(item);
  }
  return list;
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
