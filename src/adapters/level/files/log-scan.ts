import { crc32c, unmasked } from './crc32c.js';

/*
 * LevelDB's logs and manifests: blocks of 32 KiB, in each of them records of checksum (4 bytes, over type and contents),
 * length (2), type (1) and contents. A record that is longer than the rest of its block goes on in the next one. What is
 * shorter than a header at the end of a block is filled with zeros.
 */
const BLOCK = 32 * 1024;
const HEADER = 7;
const FULL = 1;
const FIRST = 2;
/** The third is what goes on between the first part of a record and the last. */
const LAST = 4;

/** What a log has in it. */
export interface LogScan {
  /** The contents of the records before the first damage. */
  readonly records: readonly Buffer[];
  readonly damage: LogDamage | undefined;
}

interface LogDamage {
  /** Where what cannot be read begins. */
  readonly offset: number;
  /** Bytes from there to the end. */
  readonly bytes: number;
  /** A record that can be read lies behind it, so the writing did not end here. */
  readonly isInside: boolean;
}

/** Reads a log as LevelDB does, and does not pass over what is damaged in silence as it does. */
export function scanLog(log: Buffer): LogScan {
  const records: Buffer[] = [];
  let parts: Buffer[] = [];
  /** Where the record begins that is being put together. */
  let begun = 0;
  for (let at = 0; at < log.length;) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEADER) {
      if (!isZero(log, at, Math.min(at + left, log.length))) return damaged(parts.length > 0 ? begun : at);
      at += left;
      continue;
    }
    const record = recordAt(log, at);
    const isBeginning = record?.type === FULL || record?.type === FIRST;
    if (record === undefined || isBeginning === parts.length > 0)
      return damaged(parts.length > 0 ? begun : at, at);
    if (isBeginning) begun = at;
    parts.push(log.subarray(at + HEADER, record.end));
    at = record.end;
    if (record.type === FULL || record.type === LAST) {
      records.push(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts));
      parts = [];
    }
  }
  return parts.length > 0 ? damaged(begun, log.length) : { records, damage: undefined };

  function damaged(offset: number, searchFrom = offset): LogScan {
    const isInside = beginsBehind(log, searchFrom);
    return { records, damage: { offset, bytes: log.length - offset, isInside } };
  }
}

/** The record whose header lies here, if it is whole. */
function recordAt(log: Buffer, at: number): { readonly type: number; readonly end: number } | undefined {
  if (at + HEADER > log.length) return undefined;
  const type = log.readUInt8(at + 6);
  const end = at + HEADER + log.readUInt16LE(at + 4);
  if (type < FULL || type > LAST) return undefined;
  if (end > Math.min(log.length, at - (at % BLOCK) + BLOCK)) return undefined;
  if (crc32c(log, at + 6, end) !== unmasked(log.readInt32LE(at))) return undefined;
  return { type, end };
}

/**
 * Whether a record begins behind this place. Where a length is damaged nothing says where the next one begins, so every
 * place is tried. One that only goes on or ends is of the record that is damaged: pages of one write may reach the disk
 * in any order.
 */
function beginsBehind(log: Buffer, offset: number): boolean {
  for (let at = offset + 1; at + HEADER <= log.length; at++) {
    const type = log[at + 6];
    if ((type === FULL || type === FIRST) && recordAt(log, at) !== undefined) return true;
  }
  return false;
}

function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}
