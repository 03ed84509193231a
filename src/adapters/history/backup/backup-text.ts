import type { Instant } from '../../../domain/time.js';
import type { Entry } from '../../../ports/ordered-store.js';
import { Digest } from '../digest.js';
import { VERSION } from '../format.js';
import { isOfCopy } from '../merge.js';
import { nameOfRecord } from '../record-name.js';

/*
 * A backup, and an export, is text in ASCII: a JSON document a line (NDJSON). `docs/backup.md` describes it.
 *
 * | line      | fields                                                                                  |
 * |-----------|-----------------------------------------------------------------------------------------|
 * | the first | `heartbeat` ("history"), `version` of this form, `format` of the records                |
 * | a record  | `key` in hexadecimal digits, `value` in base64 with its checksum; in an export `record` |
 * | the last  | `records`, `sha256` over all keys and values, `at_ms`                                   |
 *
 * Records are in the order of their keys, so that lines that were swapped show. A file without its last line is torn.
 */
export const BACKUP_VERSION = 1;

/** What the last line says. */
export interface BackupEnd {
  readonly records: number;
  /** The same that `store copy` says of the same records. */
  readonly sha256: string;
  /** When the records were like this. */
  readonly at: Instant;
}

/** Makes the lines of a backup. */
export class BackupText {
  readonly #digest = new Digest();
  readonly #isNamed: boolean;

  /** @param isNamed whether each line says in words which record it is: no reader needs it, but a person may */
  constructor(isNamed = false) {
    this.#isNamed = isNamed;
  }

  get records(): number {
    return this.#digest.records;
  }

  /** Of the records so far. No more may follow. */
  get checksum(): string {
    return this.#digest.end();
  }

  head(): string {
    return `{"heartbeat":"history","version":${String(BACKUP_VERSION)},"format":${String(VERSION)}}\n`;
  }

  /** The records of a chunk, without those that say that it is a history. */
  lines(chunk: readonly Entry[]): string {
    let text = '';
    for (const entry of chunk) {
      const [key, value] = entry;
      if (isOfCopy(key)) continue;
      this.#digest.add(entry);
      const named = this.#isNamed ? `"record":${asciiText(nameOfRecord(key))},` : '';
      text += `{${named}"key":"${key.toString('hex')}","value":"${value.toString('base64')}"}\n`;
    }
    return text;
  }

  end(at: Instant): string {
    return `{"records":${String(this.records)},"sha256":"${this.checksum}","at_ms":${String(at)}}\n`;
  }
}

function asciiText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
