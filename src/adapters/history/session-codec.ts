import { isBlindCause, type BlindInterval } from '../../domain/blindness.js';
import type { EndedSession, OpenSession } from '../../domain/session.js';
import { instant, type Instant } from '../../domain/time.js';
import { userIdFromBigInt, type UserId } from '../../domain/user-id.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { INSTANT, INSTANT_SHIFT, putInstant, rangeOf, takeInstant } from './binary.js';
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

/** Users take eight bytes with the sign bit flipped, so that they sort as numbers do. */
const USER = 8;
const SIGN = 0x80000000;
const GENERATION = 4;
const SEQUENCE = 6;

export const openSessions = rangeOf(OPEN);
export const allSessions = rangeOf(SESSION);
const endedSessions = rangeOf(ENDED);
export const healedUsers = rangeOf(HEALED);
export const blindIntervals = rangeOf(BLIND);

export function sessionKey(user: UserId, onlineAt: Instant): Buffer {
  const key = Buffer.allocUnsafe(1 + USER + INSTANT);
  key[0] = SESSION;
  putUser(key, user, 1);
  putInstant(key, onlineAt, 1 + USER);
  return key;
}

export function sessionsOf(user: UserId): KeyRange {
  const gte = Buffer.allocUnsafe(1 + USER);
  gte[0] = SESSION;
  putUser(gte, user, 1);
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
  putInstant(value, offlineAt, 0);
  putInstant(value, lastSeen, INSTANT);
  return value;
}

export function sessionFrom(key: Buffer, value: Buffer): EndedSession {
  return {
    onlineAt: takeInstant(key, 1 + USER),
    offlineAt: offlineAtOf(value),
    lastSeen: takeInstant(value, INSTANT),
  };
}

export function offlineAtOf(value: Buffer): Instant {
  return takeInstant(value, 0);
}

export function openKey(user: UserId): Buffer {
  const key = Buffer.allocUnsafe(1 + USER);
  key[0] = OPEN;
  putUser(key, user, 1);
  return key;
}

/** The key of the session while it was open. */
export function openKeyOf(session: Buffer): Buffer {
  const key = Buffer.from(session.subarray(0, 1 + USER));
  key[0] = OPEN;
  return key;
}

export function openValue(onlineAt: Instant, generation: number): Buffer {
  const value = Buffer.allocUnsafe(INSTANT + GENERATION);
  putInstant(value, onlineAt, 0);
  value.writeUInt32BE(generation, INSTANT);
  return value;
}

export function openFrom(key: Buffer, value: Buffer): OpenSession {
  return { user: takeUser(key, 1), onlineAt: takeInstant(value, 0), generation: value.readUInt32BE(INSTANT) };
}

/** The session's entry in the index of ends. */
export function endedKeyOf(session: Buffer, offlineAt: Instant): Buffer {
  const key = Buffer.allocUnsafe(INSTANT + session.length);
  key[0] = ENDED;
  putInstant(key, offlineAt, 1);
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
  return takeInstant(ended, 1);
}

/** A range: blind intervals that began before this instant. Any number is allowed. */
export function blindBefore(at: number): KeyRange {
  if (at >= INSTANT_SHIFT) return blindIntervals;
  if (at < -INSTANT_SHIFT) return { gte: blindIntervals.gte, lt: blindIntervals.gte };
  const lt = Buffer.allocUnsafe(1 + INSTANT);
  lt[0] = BLIND;
  putInstant(lt, instant(at), 1);
  return { gte: blindIntervals.gte, lt };
}

/** A bound: ends before this instant sort before it, the others after it. Any number is allowed. */
export function endedBound(at: number): Buffer {
  if (at < -INSTANT_SHIFT) return endedSessions.gte;
  if (at >= INSTANT_SHIFT) return endedSessions.lt;
  const key = Buffer.allocUnsafe(1 + INSTANT);
  key[0] = ENDED;
  putInstant(key, instant(at), 1);
  return key;
}

export function healedKey(generation: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(1 + GENERATION + SEQUENCE);
  key[0] = HEALED;
  key.writeUInt32BE(generation, 1);
  key.writeUIntBE(sequence, 1 + GENERATION, SEQUENCE);
  return key;
}

export function sequenceOf(healed: Buffer): number {
  return healed.readUIntBE(1 + GENERATION, SEQUENCE);
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
  return { generation: key.readUInt32BE(1), users };
}

export function blindKey({ from, to }: BlindInterval): Buffer {
  const key = Buffer.allocUnsafe(1 + 2 * INSTANT);
  key[0] = BLIND;
  putInstant(key, from, 1);
  putInstant(key, to, 1 + INSTANT);
  return key;
}

/** @returns undefined for a cause of a later version */
export function blindFrom(key: Buffer, value: Buffer): BlindInterval | undefined {
  const cause = value.toString();
  if (!isBlindCause(cause)) return undefined;
  return { from: takeInstant(key, 1), to: takeInstant(key, 1 + INSTANT), cause };
}

/** Four times as fast as shifting a bigint, which would take most of the time of a mass expiry. */
const scratch = new DataView(new ArrayBuffer(USER));

function putUser(to: Buffer, user: UserId, offset: number): void {
  scratch.setBigInt64(0, BigInt(user));
  to.writeUInt32BE((scratch.getUint32(0) ^ SIGN) >>> 0, offset);
  to.writeUInt32BE(scratch.getUint32(4), offset + 4);
}

function takeUser(from: Buffer, offset: number): UserId {
  scratch.setUint32(0, from.readUInt32BE(offset) ^ SIGN);
  scratch.setUint32(4, from.readUInt32BE(offset + 4));
  return userIdFromBigInt(scratch.getBigInt64(0));
}
