import { crc32c, unmasked } from './crc32c.js';

/*
 * LevelDB's logs and manifests: blocks of 32 KiB with records of checksum (4 bytes, over type and contents), length
 * (2), type (1) and contents. A record longer than the rest of its block continues in the next. A rest shorter than a
 * header is filled with zeros.
 */
const BLOCK = 32 * 1024;
const HEADER = 7;
const FULL = 1;
const FIRST = 2;
/** Type 3 is a middle part of a record, type 4 the last. */
const LAST = 4;

/** The contents of a log. */
export interface LogScan {
  /** The records before the first damage. */
  readonly records: readonly Buffer[];
  readonly damage: LogDamage | undefined;
}

interface LogDamage {
  /** Where the unreadable part begins. */
  readonly offset: number;
  /** Bytes from there to the end. */
  readonly bytes: number;
  /** A readable record follows, so it is not the end of the writing. */
  readonly isInside: boolean;
}

/** Reads a log as LevelDB does, but reports damage instead of skipping it. `classic-level` has no call that does. */
export function scanLog(log: Buffer): LogScan {
  const records: Buffer[] = [];
  let parts: Buffer[] = [];
  /** Where the record being assembled begins. */
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

/** The record with a header here, if it is complete. */
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
 * Whether a record begins after this place. If a length is damaged, nothing says where the next record begins, so every
 * place is tried. A middle or last part belongs to the damaged record: the pages of one write may reach the disk in any
 * order.
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
