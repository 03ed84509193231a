import { alertKey, idOf, stateBitsOf, stateKeysOf } from './alert-keys.js';
import { KIND } from './format.js';
import { keyOfPast, pastKeyOf } from './node-past-codec.js';
import { endedKeyOf, offlineAtOf, sessionKeyOf } from './session-codec.js';

/* Records have entries in indexes, which are records of their own without a value. */

/** The kinds of records that have any. */
export const INDEXED: readonly number[] = [
  KIND.SESSION,
  KIND.TEXT_SESSION,
  KIND.FLIP,
  KIND.PAUSE,
  KIND.ACKNOWLEDGED,
  KIND.ALERT,
];

/** The kinds of their entries. */
export const INDEX_KINDS: readonly number[] = [KIND.ENDED, KIND.TEXT_ENDED, KIND.PAST, KIND.ALERT_STATE];

/** The keys of its entries. */
export function indexKeysOf(key: Buffer, value: Buffer): readonly Buffer[] {
  const [kind = -1] = key;
  switch (kind) {
    case KIND.SESSION:
    case KIND.TEXT_SESSION:
      return [endedKeyOf(key, offlineAtOf(value))];
    case KIND.FLIP:
    case KIND.PAUSE:
    case KIND.ACKNOWLEDGED:
      return [pastKeyOf(key, value)];
    case KIND.ALERT:
      return stateKeysOf(stateBitsOf(value), idOf(key));
    default:
      return [];
  }
}

/**
 * The record of an index entry that has one for certain: a pause that became longer leaves its old entry, and an alert
 * that was notified late another one.
 */
export function indexedKeyOf(entry: Buffer): Buffer | undefined {
  const [kind = -1] = entry;
  switch (kind) {
    case KIND.ENDED:
    case KIND.TEXT_ENDED:
      return sessionKeyOf(entry);
    case KIND.PAST: {
      const key = keyOfPast(entry);
      return key[0] === KIND.PAUSE ? undefined : key;
    }
    case KIND.ALERT_STATE:
      return alertKey(idOf(entry));
    default:
      return undefined;
  }
}
