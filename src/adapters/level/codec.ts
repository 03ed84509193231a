import { isBlindCause, type BlindCause } from '../../domain/blindness.js';
import type { EndedSession } from '../../domain/session.js';
import { instant, type Instant } from '../../domain/time.js';
import { userIdFromBigInt, type UserId } from '../../domain/user-id.js';

/**
 * What is on disk, and how: version 1. Keys are ordered binary, so that a user's sessions in a range of time cost
 * one seek and a scan of just those.
 *
 * | key                                | value                          |
 * |------------------------------------|--------------------------------|
 * | META, name                         | see `level-history-store.ts`   |
 * | SESSION, user, online_at           | offline_at, last_seen          |
 * | OPEN, user                         | online_at, generation          |
 * | ENDED, offline_at, user, online_at | nothing: finds what to prune   |
 * | HEALED, generation, sequence       | users                          |
 * | BLIND, from, to                    | cause                          |
 */
export const VERSION = 1;

export const META = 0x01;
export const SESSION = 0x10;
export const OPEN = 0x11;
export const ENDED = 0x12;
export const HEALED = 0x13;
export const BLIND = 0x14;

/** Instants take six bytes, shifted so that those before 1970 sort first. */
const INSTANT = 6;
const INSTANT_SHIFT = 2 ** 47;
/** Users take eight bytes with the sign bit flipped, so that they sort as numbers do. */
const USER = 8;
const SIGN = 0x80000000;
const HALF = 2 ** 32;

export function metaKey(name: 'version' | 'watermark' | 'recovery' | 'facts'): Buffer {
  return Buffer.concat([Buffer.of(META), Buffer.from(name)]);
}

export function sessionKey(user: UserId, onlineAt: Instant): Buffer {
  const key = Buffer.allocUnsafe(1 + USER + INSTANT);
  key[0] = SESSION;
  putUser(key, user, 1);
  putInstant(key, onlineAt, 1 + USER);
  return key;
}

/** All of a user's sessions lie from the first key on and before the second. */
export function sessionsOf(user: UserId): { readonly gte: Buffer; readonly lt: Buffer } {
  const gte = Buffer.allocUnsafe(1 + USER);
  gte[0] = SESSION;
  putUser(gte, user, 1);
  return { gte, lt: Buffer.concat([gte, Buffer.alloc(INSTANT + 1, 0xff)]) };
}

export function onlineAtOf(key: Uint8Array): Instant {
  return takeInstant(key, 1 + USER);
}

export function sessionValue({ offlineAt, lastSeen }: EndedSession): Buffer {
  const value = Buffer.allocUnsafe(2 * INSTANT);
  putInstant(value, offlineAt, 0);
  putInstant(value, lastSeen, INSTANT);
  return value;
}

export function sessionFrom(key: Uint8Array, value: Uint8Array): EndedSession {
  return { onlineAt: onlineAtOf(key), offlineAt: takeInstant(value, 0), lastSeen: takeInstant(value, INSTANT) };
}

export function openKey(user: UserId): Buffer {
  const key = Buffer.allocUnsafe(1 + USER);
  key[0] = OPEN;
  putUser(key, user, 1);
  return key;
}

export function openValue(onlineAt: Instant, generation: number): Buffer {
  const value = Buffer.allocUnsafe(INSTANT + 4);
  putInstant(value, onlineAt, 0);
  value.writeUInt32BE(generation, INSTANT);
  return value;
}

export function openFrom(key: Uint8Array, value: Uint8Array): { user: UserId; onlineAt: Instant; generation: number } {
  return { user: takeUser(key, 1), onlineAt: takeInstant(value, 0), generation: view(value).readUInt32BE(INSTANT) };
}

export function endedKey(offlineAt: Instant, user: UserId, onlineAt: Instant): Buffer {
  const key = Buffer.allocUnsafe(1 + INSTANT + USER + INSTANT);
  key[0] = ENDED;
  putInstant(key, offlineAt, 1);
  putUser(key, user, 1 + INSTANT);
  putInstant(key, onlineAt, 1 + INSTANT + USER);
  return key;
}

/** The session that an entry of the index of ends stands for. */
export function sessionKeyOf(ended: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(SESSION), ended.subarray(1 + INSTANT)]);
}

/** Every end before this instant sorts before it. */
export function endedBefore(at: Instant): Buffer {
  const key = Buffer.allocUnsafe(1 + INSTANT);
  key[0] = ENDED;
  putInstant(key, at, 1);
  return key;
}

export function healedKey(generation: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(1 + 4 + INSTANT);
  key[0] = HEALED;
  key.writeUInt32BE(generation, 1);
  key.writeUIntBE(sequence, 5, INSTANT);
  return key;
}

export function healedValue(users: readonly UserId[]): Buffer {
  const value = Buffer.allocUnsafe(users.length * USER);
  users.forEach((user, index) => {
    putUser(value, user, index * USER);
  });
  return value;
}

export function healedFrom(key: Uint8Array, value: Uint8Array): { generation: number; users: UserId[] } {
  const users = Array.from({ length: value.length / USER }, (_, index) => takeUser(value, index * USER));
  return { generation: view(key).readUInt32BE(1), users };
}

export function blindKey(from: Instant, to: Instant): Buffer {
  const key = Buffer.allocUnsafe(1 + 2 * INSTANT);
  key[0] = BLIND;
  putInstant(key, from, 1);
  putInstant(key, to, 1 + INSTANT);
  return key;
}

export function blindFrom(
  key: Uint8Array,
  value: Uint8Array,
): { from: Instant; to: Instant; cause: BlindCause } | undefined {
  const cause = view(value).toString();
  if (!isBlindCause(cause)) return undefined;
  return { from: takeInstant(key, 1), to: takeInstant(key, 1 + INSTANT), cause };
}

/** All keys of one kind. */
export function rangeOf(kind: number): { readonly gte: Buffer; readonly lt: Buffer } {
  return { gte: Buffer.of(kind), lt: Buffer.of(kind + 1) };
}

function putInstant(to: Buffer, at: Instant, offset: number): void {
  to.writeUIntBE(at + INSTANT_SHIFT, offset, INSTANT);
}

function takeInstant(from: Uint8Array, offset: number): Instant {
  return instant(view(from).readUIntBE(offset, INSTANT) - INSTANT_SHIFT);
}

function putUser(to: Buffer, user: UserId, offset: number): void {
  const small = Number(user);
  if (Number.isSafeInteger(small)) {
    to.writeUInt32BE((Math.floor(small / HALF) ^ SIGN) >>> 0, offset);
    to.writeUInt32BE(small >>> 0, offset + 4);
    return;
  }
  const value = BigInt.asUintN(64, BigInt(user));
  to.writeUInt32BE((Number(value >> 32n) ^ SIGN) >>> 0, offset);
  to.writeUInt32BE(Number(value & 0xffffffffn), offset + 4);
}

function takeUser(from: Uint8Array, offset: number): UserId {
  const high = (view(from).readUInt32BE(offset) ^ SIGN) >>> 0;
  return userIdFromBigInt((BigInt(high) << 32n) | BigInt(view(from).readUInt32BE(offset + 4)));
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
