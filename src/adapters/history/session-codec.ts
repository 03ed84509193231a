import { isBlindCause, type BlindInterval } from '../../domain/blindness.js';
import type { EndedSession, OpenSession } from '../../domain/session.js';
import { instant, type Instant } from '../../domain/time.js';
import type { UserId } from '../../domain/user-id.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { COUNT, INSTANT, INSTANT_SHIFT, putUser, rangeOf, takeUser, USER } from './binary.js';
import { countAt, instantAt, userAt } from './fields.js';
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
 */
const { SESSION, OPEN, ENDED, HEALED, BLIND } = KIND;

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
const ENDED_KEY = { offlineAt: instantAt(1) };
const HEALED_KEY = { generation: countAt(1) };
const BLIND_KEY = { from: instantAt(1), to: instantAt(1 + INSTANT) };

export const openSessions = rangeOf(OPEN);
export const allSessions = rangeOf(SESSION);
const endedSessions = rangeOf(ENDED);
export const healedUsers = rangeOf(HEALED);
export const blindIntervals = rangeOf(BLIND);

export function sessionKey(user: UserId, onlineAt: Instant): Buffer {
  const key = Buffer.allocUnsafe(1 + USER + INSTANT);
  key[0] = SESSION;
  sessionRecord.key.user.put(key, user);
  sessionRecord.key.onlineAt.put(key, onlineAt);
  return key;
}

export function sessionsOf(user: UserId): KeyRange {
  const gte = Buffer.allocUnsafe(1 + USER);
  gte[0] = SESSION;
  sessionRecord.key.user.put(gte, user);
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
    onlineAt: sessionRecord.key.onlineAt.take(key),
    offlineAt: offlineAtOf(value),
    lastSeen: sessionRecord.value.lastSeen.take(value),
  };
}

export function offlineAtOf(value: Buffer): Instant {
  return sessionRecord.value.offlineAt.take(value);
}

export function openKey(user: UserId): Buffer {
  const key = Buffer.allocUnsafe(1 + USER);
  key[0] = OPEN;
  openRecord.key.user.put(key, user);
  return key;
}

/** The key of the session while it was open. */
export function openKeyOf(session: Buffer): Buffer {
  const key = Buffer.from(session.subarray(0, 1 + USER));
  key[0] = OPEN;
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
    user: openRecord.key.user.take(key),
    onlineAt: onlineAt.take(value),
    generation: generation.take(value),
  };
}

/** The session's entry in the index of ends. */
export function endedKeyOf(session: Buffer, offlineAt: Instant): Buffer {
  const key = Buffer.allocUnsafe(INSTANT + session.length);
  key[0] = ENDED;
  ENDED_KEY.offlineAt.put(key, offlineAt);
  session.copy(key, 1 + INSTANT, 1);
  return key;
}

/** The session of an entry in the index of ends. */
export function sessionKeyOf(ended: Buffer): Buffer {
  const key = Buffer.from(ended.subarray(INSTANT));
  key[0] = SESSION;
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

/** A bound: ends before this instant sort before it, the others after it. Any number is allowed. */
export function endedBound(at: number): Buffer {
  if (at < -INSTANT_SHIFT) return endedSessions.gte;
  if (at >= INSTANT_SHIFT) return endedSessions.lt;
  const key = Buffer.allocUnsafe(1 + INSTANT);
  key[0] = ENDED;
  ENDED_KEY.offlineAt.put(key, instant(at));
  return key;
}

export function healedKey(generation: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(1 + COUNT + SEQUENCE);
  key[0] = HEALED;
  HEALED_KEY.generation.put(key, generation);
  key.writeUIntBE(sequence, 1 + COUNT, SEQUENCE);
  return key;
}

export function sequenceOf(healed: Buffer): number {
  return healed.readUIntBE(1 + COUNT, SEQUENCE);
}

export function healedValue(users: readonly UserId[]): Buffer {
  const value = Buffer.allocUnsafe(users.length * USER);
  users.forEach((user, index) => {
    putUser(value, user, index * USER);
  });
  return value;
}

export function healedFrom(key: Buffer, value: Buffer): { generation: number; users: UserId[] } {
  const users = Array.from({ length: value.length / USER }, (_, index) => takeUser(value, index * USER));
  return { generation: HEALED_KEY.generation.take(key), users };
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
