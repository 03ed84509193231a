import type * as z from 'zod';
import type { NodeName } from '../../domain/node-name.js';
import type { Entry } from '../../ports/ordered-store.js';
import { alertFrom, unnotifiedFrom } from './alert-codec.js';
import { CHECKSUM, isSound } from './checksum.js';
import { count, newFacts } from './counted-facts.js';
import { KIND, kindOf, metaKey, VERSION_KEY } from './format.js';
import { incidentRecords } from './incident-codec.js';
import { indexedKeyOf, indexKeysOf } from './indexes.js';
import { factsSchema, metaFrom } from './meta.js';
import { nodeFrom, statusFrom, statusKeyOf } from './node-codec.js';
import { acknowledgedFrom, flipFrom, pauseFrom } from './node-past-codec.js';
import { overrideRecords } from './override-codec.js';
import { jobFrom, nodeOfPingFrom, pingFrom } from './ping-codec.js';
import { probeResultsFrom } from './probe-results-codec.js';
import { nameOfRecord } from './record-name.js';
import { blindFrom, healedFrom, openFrom, sessionFrom } from './session-codec.js';
import { signInRecords } from './sign-in-codec.js';
import { silenceRecords } from './silence-codec.js';
import { statusPageRecords } from './status-page-codec.js';
import { uptimeDayFrom } from './uptime-codec.js';

/** Something wrong with a store. */
export interface Finding {
  /**
   * `torn`: the end of a file, where a write was cut short or damaged. `file`: a damaged file. `record`: a record that is
   * not what was written, or cannot be read. `missing`: a record, or an entry in an index, that another one needs.
   */
  readonly kind: 'torn' | 'file' | 'record' | 'missing';
  /** A file, or a record in a person's words. */
  readonly what: string;
  /** Of the record, in hexadecimal digits. */
  readonly key?: string;
  readonly problem: string;
}

/** Finds values by their keys. */
type LookUp = (keys: Buffer[]) => Promise<readonly (Buffer | undefined)[]>;

/** Checks every record of a store: as it was written, readable, and with what belongs to it. */
export class Verification {
  readonly #found: (finding: Finding) => void;
  readonly #lookUp: LookUp | undefined;
  readonly #counted = newFacts();
  #facts: z.output<typeof factsSchema> | undefined;
  records = 0;

  /** @param lookUp if absent, what belongs together is not compared */
  constructor(found: (finding: Finding) => void, lookUp?: LookUp) {
    this.#found = found;
    this.#lookUp = lookUp;
  }

  /** @returns the records that are as they were written, and readable */
  async add(chunk: readonly Entry[]): Promise<Entry[]> {
    const good = chunk.filter(([key, stored]) => this.#isReadable(key, stored));
    this.records += chunk.length;
    if (this.#lookUp !== undefined) await this.#compare(good, this.#lookUp);
    return good;
  }

  /** All records were added. Fewer than the store once counted are a loss; more are not. */
  end(): void {
    const facts = this.#facts;
    if (facts === undefined) return;
    for (const [counted, what] of [
      ['sessions', 'sessions'],
      ['nodes', 'nodes'],
      ['alerts', 'alerts'],
      ['open', 'open sessions'],
    ] as const) {
      const [stored, found] = [facts[counted] ?? 0, this.#counted[counted] ?? 0];
      if (found >= stored) continue;
      const problem = `${String(found)} are there of ${String(stored)}`;
      this.#found({ kind: 'missing', what, problem });
    }
  }

  #isReadable(key: Buffer, stored: Buffer): boolean {
    if (key.equals(VERSION_KEY)) return true;
    if (kindOf(key) === undefined) return this.#isWrong(key, 'it is no record of Heartbeat');
    if (!isSound(key, stored)) return this.#isWrong(key, 'it is not what was written: its checksum is wrong');
    const value = stored.subarray(0, stored.length - CHECKSUM);
    try {
      readerOf.get(key[0])?.(key, value);
      if (key.equals(FACTS)) this.#facts = factsSchema.parse(JSON.parse(value.toString()));
    } catch (error) {
      return this.#isWrong(
        key,
        `it cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    count(this.#counted, key, stored);
    return true;
  }

  async #compare(good: readonly Entry[], lookUp: LookUp): Promise<void> {
    const needed = good.flatMap(([key, stored]) => neededBy(key, stored).map((other) => ({ key, other })));
    const found = needed.length === 0 ? [] : await lookUp(needed.map(({ other }) => other));
    for (const [index, { key, other }] of needed.entries())
      if (found[index] === undefined)
        this.#found({ kind: 'missing', what: nameOfRecord(other), key: hex(other), problem: withoutIt(key) });
  }

  #isWrong(key: Buffer, problem: string): false {
    this.#found({ kind: 'record', what: nameOfRecord(key), key: hex(key), problem });
    return false;
  }
}

const FACTS = metaKey('facts');

/** The keys of other records without which one is not whole. */
function neededBy(key: Buffer, stored: Buffer): readonly Buffer[] {
  if (key[0] === KIND.NODE) return [statusKeyOf(key)];
  const indexed = indexedKeyOf(key);
  return indexed === undefined ? indexKeysOf(key, stored) : [indexed];
}

function withoutIt(key: Buffer): string {
  if (indexedKeyOf(key) !== undefined) return 'it is not there: only its entry in an index is';
  return `it is not there, and the ${nameOfRecord(key)} is`;
}

function hex(key: Buffer): string {
  return key.toString('hex');
}

type Reader = (key: Buffer, value: Buffer) => unknown;

/** Reads a value as the daemon does, and throws what that would. Undefined where nothing is read from the value. */
const readers: Readonly<Record<keyof typeof KIND, Reader | undefined>> = {
  META: metaFrom,
  SESSION: sessionFrom,
  OPEN: openFrom,
  ENDED: undefined,
  HEALED: healedFrom,
  BLIND: blindFrom,
  TEXT_SESSION: sessionFrom,
  TEXT_OPEN: openFrom,
  TEXT_ENDED: undefined,
  TEXT_HEALED: healedFrom,
  NODE: nodeFrom,
  STATUS: (_key, value) => statusFrom(value),
  FLIP: (key, value) => flipFrom('' as NodeName, key, value),
  PAUSE: pauseFrom,
  PAST: undefined,
  PING_UUID: (_key, value) => nodeOfPingFrom(value),
  JOB: (_key, value) => jobFrom(value),
  PING: pingFrom,
  // Bytes of any kind.
  PING_BODY: undefined,
  PING_AGE: undefined,
  ACKNOWLEDGED: acknowledgedFrom,
  UPTIME_DAY: uptimeDayFrom,
  PROBE_RESULTS: probeResultsFrom,
  ALERT: (_key, value) => alertFrom(value),
  ALERT_STATE: undefined,
  ALERT_LATE: undefined,
  UNNOTIFIED: unnotifiedFrom,
  SILENCE: silenceRecords.from,
  OVERRIDE: overrideRecords.from,
  INCIDENT: incidentRecords.from,
  STATUS_PAGE: statusPageRecords.from,
  SIGN_IN: signInRecords.from,
};

const readerOf = new Map<number | undefined, Reader | undefined>(
  Object.entries(KIND).map(([name, kind]) => [kind, readers[name as keyof typeof KIND]]),
);
