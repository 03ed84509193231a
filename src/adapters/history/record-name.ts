import type { Instant } from '../../domain/time.js';
import { idOf } from './alert-keys.js';
import { KIND, kindOf } from './format.js';
import { incidentRecords } from './incident-codec.js';
import { nameFrom } from './node-codec.js';
import { flipRecord, keyOfPast } from './node-past-codec.js';
import { nameOfJob, pingKeyOfAge, pingOf } from './ping-codec.js';
import { overrideRecords } from './override-codec.js';
import { silenceRecords } from './silence-codec.js';
import { statusPageRecords } from './status-page-codec.js';
import {
  blindFrom,
  healedFrom,
  openRecord,
  sessionKeyOf,
  sessionRecord,
  textOpenRecord,
  textSessionRecord,
} from './session-codec.js';

const NOTHING = Buffer.alloc(0);

/** A record in a person's words: `session of user 42 from 2026-11-29T19:00:00.000Z`. */
export function nameOfRecord(key: Buffer): string {
  const kind = kindOf(key);
  if (kind === undefined) return 'record of an unknown kind';
  try {
    return named(key, kind);
  } catch {
    // The key is not what was written either.
    return kind;
  }
}

function named(key: Buffer, kind: string): string {
  const [byte = -1] = key;
  switch (byte) {
    case KIND.META:
      return `fact ${quoted(key.toString('utf8', 1))}`;
    case KIND.SESSION: {
      const { user, onlineAt } = sessionRecord.key;
      return `session of user ${user.take(key)} from ${shown(onlineAt.take(key))}`;
    }
    case KIND.TEXT_SESSION: {
      const { user, onlineAt } = textSessionRecord.key;
      return `session of user ${quoted(user.take(key))} from ${shown(onlineAt.take(key))}`;
    }
    case KIND.OPEN:
      return `open session of user ${openRecord.key.user.take(key)}`;
    case KIND.TEXT_OPEN:
      return `open session of user ${quoted(textOpenRecord.key.user.take(key))}`;
    case KIND.ENDED:
    case KIND.TEXT_ENDED:
      return `${kind}, for the ${nameOfRecord(sessionKeyOf(key))}`;
    case KIND.HEALED:
    case KIND.TEXT_HEALED:
      return `heals of recovery ${String(healedFrom(key, NOTHING).generation)}`;
    case KIND.BLIND: {
      const interval = blindFrom(key, Buffer.from('stalled'));
      return interval === undefined ? kind : `${kind} from ${shown(interval.from)} to ${shown(interval.to)}`;
    }
    case KIND.NODE:
      return `node ${quoted(nameFrom(key))}`;
    case KIND.STATUS:
      return `status of the node ${quoted(nameFrom(key))}`;
    case KIND.UNNOTIFIED:
      return `unnotified channels of the node ${quoted(nameFrom(key))}`;
    case KIND.PROBE_RESULTS:
      return `${kind} of the node ${quoted(nameFrom(key))}`;
    case KIND.JOB:
      return `job of the node ${quoted(nameOfJob(key))}`;
    case KIND.PING:
    case KIND.PING_BODY: {
      const { node, n } = pingOf(key);
      return `${kind} ${String(n)} of the node ${quoted(node)}`;
    }
    case KIND.PING_AGE:
      return `${kind}, for the ${nameOfRecord(pingKeyOfAge(key))}`;
    case KIND.FLIP:
    case KIND.PAUSE:
    case KIND.ACKNOWLEDGED:
    case KIND.UPTIME_DAY: {
      const { node, at } = flipRecord.key;
      return `${kind} of the node ${quoted(node.take(key))} at ${shown(at.take(key))}`;
    }
    case KIND.PAST:
      return `${kind}, for the ${nameOfRecord(keyOfPast(key))}`;
    case KIND.ALERT:
      return `alert ${idOf(key)}`;
    case KIND.ALERT_STATE:
    case KIND.ALERT_LATE:
      return `${kind}, for the alert ${idOf(key)}`;
    case KIND.SILENCE:
      return `silence ${silenceRecords.idIn(key)}`;
    case KIND.INCIDENT:
      return `${kind} ${incidentRecords.idIn(key)}`;
    case KIND.STATUS_PAGE:
      return `${kind} ${quoted(statusPageRecords.idIn(key))}`;
    case KIND.OVERRIDE:
      return `${kind} ${overrideRecords.idIn(key)}`;
    default:
      return kind;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function shown(at: Instant): string {
  return new Date(at).toISOString();
}
