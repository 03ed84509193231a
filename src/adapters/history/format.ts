import type { KeyRange } from '../../ports/ordered-store.js';

/**
 * The version of what is on disk. The codecs (`session-codec.ts`, `node-codec.ts`, `node-past-codec.ts`,
 * `uptime-codec.ts`, `alert-codec.ts` with `alert-keys.ts`, `silence-codec.ts`, `override-codec.ts`, `ping-codec.ts`, `incident-codec.ts`, `status-page-codec.ts`,
 * `sign-in-codec.ts`) say what each key and value holds; behind each value comes its checksum (`checksum.ts`). Keys are
 * ordered binary, so that a user's sessions in a range of time cost one seek and a scan of just those.
 */
export const VERSION = 5;

/** The kind of a record, by the first byte of its key. Keys of META are names; see `meta.ts` for their values. */
export const KIND = {
  META: 0x01,
  SESSION: 0x10,
  OPEN: 0x11,
  ENDED: 0x12,
  HEALED: 0x13,
  BLIND: 0x14,
  TEXT_SESSION: 0x15,
  TEXT_OPEN: 0x16,
  TEXT_ENDED: 0x17,
  TEXT_HEALED: 0x18,
  NODE: 0x20,
  STATUS: 0x21,
  FLIP: 0x22,
  PAUSE: 0x23,
  PAST: 0x24,
  PING_UUID: 0x25,
  JOB: 0x26,
  PING: 0x27,
  PING_BODY: 0x28,
  PING_AGE: 0x29,
  ACKNOWLEDGED: 0x2a,
  UPTIME_DAY: 0x2b,
  PROBE_RESULTS: 0x2c,
  ALERT: 0x30,
  ALERT_STATE: 0x31,
  ALERT_LATE: 0x32,
  UNNOTIFIED: 0x33,
  SILENCE: 0x34,
  OVERRIDE: 0x35,
  INCIDENT: 0x50,
  STATUS_PAGE: 0x51,
  SIGN_IN: 0x40,
} as const;

const NAMES: ReadonlyMap<number | undefined, string> = new Map([
  [KIND.META, 'fact of the whole'],
  [KIND.SESSION, 'session'],
  [KIND.OPEN, 'open session'],
  [KIND.ENDED, 'index of ends'],
  [KIND.HEALED, 'heals of a recovery'],
  [KIND.BLIND, 'blind interval'],
  [KIND.TEXT_SESSION, 'session'],
  [KIND.TEXT_OPEN, 'open session'],
  [KIND.TEXT_ENDED, 'index of ends'],
  [KIND.TEXT_HEALED, 'heals of a recovery'],
  [KIND.NODE, 'node'],
  [KIND.STATUS, 'status of a node'],
  [KIND.FLIP, 'flip'],
  [KIND.PAUSE, 'pause'],
  [KIND.PAST, 'index of flips, pauses and acknowledgements'],
  [KIND.PING_UUID, 'index of ping UUIDs'],
  [KIND.JOB, 'job of a node'],
  [KIND.PING, 'ping'],
  [KIND.PING_BODY, 'body of a ping'],
  [KIND.PING_AGE, 'index of pings'],
  [KIND.ACKNOWLEDGED, 'acknowledgement'],
  [KIND.UPTIME_DAY, 'uptime of a day'],
  [KIND.PROBE_RESULTS, 'results of probes'],
  [KIND.ALERT, 'alert'],
  [KIND.ALERT_STATE, 'index of states of alerts'],
  [KIND.ALERT_LATE, 'index of late alerts'],
  [KIND.UNNOTIFIED, 'unnotified channels of a node'],
  [KIND.SILENCE, 'silence'],
  [KIND.OVERRIDE, 'override of a rota'],
  [KIND.INCIDENT, 'incident of a status page'],
  [KIND.STATUS_PAGE, 'status page'],
  [KIND.SIGN_IN, 'sign-in'],
]);

/** The kind in a person's words; undefined for a key that is not of a history. */
export function kindOf(key: Buffer): string | undefined {
  return NAMES.get(key[0]);
}

export const EVERYTHING: KeyRange = { gte: Buffer.alloc(0), lt: Buffer.alloc(64, 0xff) };

export function metaKey(
  name:
    | 'version'
    | 'format'
    | 'watermark'
    | 'recovery'
    | 'facts'
    | 'erasing'
    | 'hold'
    | 'vigil'
    | 'membership'
    | 'user_ids'
    | 'ping_secret'
    | 'copying'
    | 'uptime',
): Buffer {
  return Buffer.concat([Buffer.of(KIND.META), Buffer.from(name)]);
}

export const VERSION_KEY = metaKey('version');
export const FORMAT_KEY = metaKey('format');
/** Marks a copy that is not finished: a history is one when it has a version. */
export const COPYING_KEY = metaKey('copying');
/** What the mark says while a backup is restored; else it names the source of a copy. */
export const RESTORING = Buffer.from('backup');
export const MEMBERSHIP_KEY = metaKey('membership');
