import { isBlindCause, type BlindInterval } from '../../domain/blindness.js';
import type { EndedSession, OpenSession } from '../../domain/session.js';
import { instant, type Instant } from '../../domain/time.js';
import { isInteger, type UserId } from '../../domain/user-id.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { COUNT, INSTANT, INSTANT_SHIFT, putUser, rangeOf, takeUser, USER } from './binary.js';
import { countAt, instantAt, instantAtEnd, userAt, userTextAt } from './fields.js';
import { KIND } from './format.js';

/*
 * Sessions, and what belongs to the daemon; see `format.ts` for the rest.
 *
 * | key                                | value                          |
 * |------------------------------------|--------------------------------|
 * | SESSION, user, online_at           | offline_at, last_seen          |
 * | OPEN, user                         | online_at, generation          |
 * | ENDED, offline_at, user, online_at | nothing: finds what to prune   |
 * | HEALED, generation, sequence       | users                          |
 * | BLIND, from, to                    | cause                          |
 *
 * A user whose id is no integer has the same records under TEXT_SESSION, TEXT_OPEN, TEXT_ENDED and TEXT_HEALED, with
 * the id in UTF-8 behind its length. So a history of integers needs no change to take texts.
 */
const { SESSION, OPEN, ENDED, HEALED, BLIND, TEXT_SESSION, TEXT_OPEN, TEXT_ENDED, TEXT_HEALED } = KIND;

const SEQUENCE = 6;

export const sessionRecord = {
  kind: SESSION,
  key: { user: userAt(1), onlineAt: instantAt(1 + USER) },
  value: { offlineAt: instantAt(0), lastSeen: instantAt(INSTANT) },
};
export const openRecord = {
  kind: OPEN,
  key: { user: userAt(1) },
  value: { onlineAt: instantAt(0), generation: countAt(INSTANT) },
};
export const textSessionRecord = {
  ...sessionRecord,
  kind: TEXT_SESSION,
  key: { user: userTextAt(1), onlineAt: instantAtEnd() },
};
export const textOpenRecord = { ...openRecord, kind: TEXT_OPEN, key: { user: userTextAt(1) } };
const ENDED_KEY = { offlineAt: instantAt(1) };
const HEALED_KEY = { generation: countAt(1) };
const BLIND_KEY = { from: instantAt(1), to: instantAt(1 + INSTANT) };

/** By the two kinds of ids. */
export const openSessions = [rangeOf(OPEN), rangeOf(TEXT_OPEN)] as const;
export const healedUsers = [rangeOf(HEALED), rangeOf(TEXT_HEALED)] as const;
export const blindIntervals = rangeOf(BLIND);

/** A key that begins with a user, and room behind it. */
function keyOf(kind: number, textKind: number, user: UserId, room: number): Buffer {
  if (isInteger(user)) {
    const key = Buffer.allocUnsafe(1 + USER + room);
    key[0] = kind;
    putUser(key, user, 1);
    return key;
  }
  const key = Buffer.allocUnsafe(2 + Buffer.byteLength(user) + room);
  key[0] = textKind;
  textOpenRecord.key.user.put(key, user);
  return key;
}

export function sessionKey(user: UserId, onlineAt: Instant): Buffer {
  const key = keyOf(SESSION, TEXT_SESSION, user, INSTANT);
  textSessionRecord.key.onlineAt.put(key, onlineAt);
  return key;
}

export function sessionsOf(user: UserId): KeyRange {
  const gte = keyOf(SESSION, TEXT_SESSION, user, 0);
  return { gte, lt: Buffer.concat([gte, Buffer.alloc(INSTANT + 1, 0xff)]) };
}

/**
 * A bound: a user's sessions that began before this instant sort before it, the others after it. Any number is allowed.
 */
export function sessionBound(user: UserId, at: number): Buffer {
  if (at < -INSTANT_SHIFT) return sessionsOf(user).gte;
  return at < INSTANT_SHIFT ? sessionKey(user, instant(at)) : sessionsOf(user).lt;
}

export function sessionValue({ offlineAt, lastSeen }: Pick<EndedSession, 'offlineAt' | 'lastSeen'>): Buffer {
  const value = Buffer.allocUnsafe(2 * INSTANT);
  sessionRecord.value.offlineAt.put(value, offlineAt);
  sessionRecord.value.lastSeen.put(value, lastSeen);
  return value;
}

export function sessionFrom(key: Buffer, value: Buffer): EndedSession {
  return {
    onlineAt: textSessionRecord.key.onlineAt.take(key),
    offlineAt: offlineAtOf(value),
    lastSeen: sessionRecord.value.lastSeen.take(value),
  };
}

export function offlineAtOf(value: Buffer): Instant {
  return sessionRecord.value.offlineAt.take(value);
}

export function openKey(user: UserId): Buffer {
  return keyOf(OPEN, TEXT_OPEN, user, 0);
}

/** The key of the session while it was open. */
export function openKeyOf(session: Buffer): Buffer {
  const key = Buffer.from(session.subarray(0, session.length - INSTANT));
  key[0] = session[0] === SESSION ? OPEN : TEXT_OPEN;
  return key;
}

export function openValue(onlineAt: Instant, generation: number): Buffer {
  const value = Buffer.allocUnsafe(INSTANT + COUNT);
  openRecord.value.onlineAt.put(value, onlineAt);
  openRecord.value.generation.put(value, generation);
  return value;
}

export function openFrom(key: Buffer, value: Buffer): OpenSession {
  const { onlineAt, generation } = openRecord.value;
  return {
    user: key[0] === OPEN ? openRecord.key.user.take(key) : textOpenRecord.key.user.take(key),
    onlineAt: onlineAt.take(value),
    generation: generation.take(value),
  };
}

/** The session's entry in the index of ends. */
export function endedKeyOf(session: Buffer, offlineAt: Instant): Buffer {
  const key = Buffer.allocUnsafe(INSTANT + session.length);
  key[0] = session[0] === SESSION ? ENDED : TEXT_ENDED;
  ENDED_KEY.offlineAt.put(key, offlineAt);
  session.copy(key, 1 + INSTANT, 1);
  return key;
}

/** The session of an entry in the index of ends. */
export function sessionKeyOf(ended: Buffer): Buffer {
  const key = Buffer.from(ended.subarray(INSTANT));
  key[0] = ended[0] === ENDED ? SESSION : TEXT_SESSION;
  return key;
}

export function endOf(ended: Buffer): Instant {
  return ENDED_KEY.offlineAt.take(ended);
}

/** A range: blind intervals that began before this instant. Any number is allowed. */
export function blindBefore(at: number): KeyRange {
  if (at >= INSTANT_SHIFT) return blindIntervals;
  if (at < -INSTANT_SHIFT) return { gte: blindIntervals.gte, lt: blindIntervals.gte };
  const lt = Buffer.allocUnsafe(1 + INSTANT);
  lt[0] = BLIND;
  BLIND_KEY.from.put(lt, instant(at));
  return { gte: blindIntervals.gte, lt };
}

/** Makes bounds: ends before an instant sort before its bound, the others after it. Any number is allowed. */
function boundOfEnds(kind: number): (at: number) => Buffer {
  const { gte, lt } = rangeOf(kind);
  return (at) => {
    if (at < -INSTANT_SHIFT) return gte;
    if (at >= INSTANT_SHIFT) return lt;
    const key = Buffer.allocUnsafe(1 + INSTANT);
    key[0] = kind;
    ENDED_KEY.offlineAt.put(key, instant(at));
    return key;
  };
}

export const endedBound = boundOfEnds(ENDED);
export const textEndedBound = boundOfEnds(TEXT_ENDED);

/** Users who were healed in a generation: one record for the integers among them, and one for the texts. */
export function healedRecords(
  generation: number,
  sequence: number,
  users: readonly UserId[],
): { readonly key: Buffer; readonly value: Buffer }[] {
  const integers = users.filter(isInteger);
  const texts = integers.length === users.length ? [] : users.filter((user) => !isInteger(user));
  const shares = [
    { kind: HEALED, share: integers },
    { kind: TEXT_HEALED, share: texts },
  ];
  return shares
    .filter(({ share }) => share.length > 0)
    .map(({ kind, share }) => {
      const key = healedKey(kind, generation, sequence);
      return { key, value: healedValue(key, share) };
    });
}

function healedKey(kind: number, generation: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(1 + COUNT + SEQUENCE);
  key[0] = kind;
  HEALED_KEY.generation.put(key, generation);
  key.writeUIntBE(sequence, 1 + COUNT, SEQUENCE);
  return key;
}

export function sequenceOf(healed: Buffer): number {
  return healed.readUIntBE(1 + COUNT, SEQUENCE);
}

/** The value of a record of healed users, for others of the same kind of ids. */
export function healedValue(key: Buffer, users: readonly UserId[]): Buffer {
  return key[0] === HEALED ? integersValue(users) : textsValue(users);
}

function integersValue(users: readonly UserId[]): Buffer {
  const value = Buffer.allocUnsafe(users.length * USER);
  users.forEach((user, index) => {
    putUser(value, user, index * USER);
  });
  return value;
}

function textsValue(users: readonly UserId[]): Buffer {
  return Buffer.concat(users.flatMap((user) => [Buffer.of(Buffer.byteLength(user)), Buffer.from(user)]));
}

export function healedFrom(key: Buffer, value: Buffer): { generation: number; users: UserId[] } {
  const users =
    key[0] === HEALED
      ? Array.from({ length: value.length / USER }, (_, index) => takeUser(value, index * USER))
      : textsFrom(value);
  return { generation: HEALED_KEY.generation.take(key), users };
}

function textsFrom(value: Buffer): UserId[] {
  const users: UserId[] = [];
  for (let at = 0; at < value.length; at += 1 + (value[at] ?? 0)) users.push(userTextAt(at).take(value));
  return users;
}

export function blindKey({ from, to }: BlindInterval): Buffer {
  const key = Buffer.allocUnsafe(1 + 2 * INSTANT);
  key[0] = BLIND;
  BLIND_KEY.from.put(key, from);
  BLIND_KEY.to.put(key, to);
  return key;
}

/** @returns undefined for a cause of a later version */
export function blindFrom(key: Buffer, value: Buffer): BlindInterval | undefined {
  const cause = value.toString();
  if (!isBlindCause(cause)) return undefined;
  return { from: BLIND_KEY.from.take(key), to: BLIND_KEY.to.take(key), cause };
}
