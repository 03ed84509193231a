import * as z from 'zod';
import { isRecord } from '../../../domain/is-record.js';
import { instant } from '../../../domain/time.js';
import { HeartbeatError } from '../../../errors.js';
import type { Entry } from '../../../ports/ordered-store.js';
import { Digest } from '../digest.js';
import { VERSION } from '../format.js';
import { isOfCopy } from '../merge.js';
import { BACKUP_VERSION, type BackupEnd } from './backup-text.js';

/** No record takes so many bytes: what is no backup may have no end of line. */
const LONGEST_LINE = 64 * 1024 * 1024;
const END_OF_LINE = 0x0a;

const headSchema = z.object({
  heartbeat: z.literal('history'),
  version: z.int().positive(),
  // Records of older formats have no checksums, and were never written to a backup.
  format: z.int().min(5),
});
const endSchema = z.object({
  records: z.int().nonnegative(),
  sha256: z.string(),
  at_ms: z.number().transform(instant),
});

/** Reads a backup or an export, and proves that it is whole. */
export class BackupReader {
  readonly #lines: AsyncGenerator<readonly Buffer[]>;
  readonly #name: string;
  readonly #digest = new Digest();
  #line = 0;
  #last: Buffer | undefined;
  #end: BackupEnd | undefined;
  #format: number = VERSION;

  /** @param name of the file, for messages */
  constructor(bytes: AsyncIterable<Uint8Array>, name: string) {
    this.#name = name;
    this.#lines = linesOf(bytes, () => this.#damaged('a line is too long'));
  }

  /** What its last line says, once all records were read. */
  get end(): BackupEnd {
    if (this.#end === undefined) throw new TypeError('the backup has not been read');
    return this.#end;
  }

  /** Of its records, once the first was read. */
  get format(): number {
    return this.#format;
  }

  /**
   * The records in the order of their keys. Whether a value fits its own checksum is not looked at.
   *
   * @throws HeartbeatError at the first line that is not as it was written, or at the end if that is missing
   */
  async *records(): AsyncGenerator<Entry[]> {
    for await (const lines of this.#lines) {
      const chunk: Entry[] = [];
      for (const line of lines) {
        const entry = this.#read(line);
        if (entry !== undefined) chunk.push(entry);
      }
      if (chunk.length > 0) yield chunk;
    }
    if (this.#line === 0) throw this.#foreign();
    if (this.#end === undefined)
      throw this.#damaged(`it is torn: it ends after ${String(this.#digest.records)} records`);
  }

  #read(line: Buffer): Entry | undefined {
    this.#line++;
    if (this.#end !== undefined) throw this.#damaged(`${this.#place} is behind its last one`);
    const read = parsed(line);
    if (this.#line === 1) {
      this.#begin(read);
      return undefined;
    }
    if (read === undefined || !Object.hasOwn(read, 'key')) {
      this.#finish(read);
      return undefined;
    }
    const { key: hex, value } = read;
    if (typeof hex !== 'string' || typeof value !== 'string' || !/^(?:[0-9a-f]{2})+$/.test(hex))
      throw this.#damaged(`${this.#place} is no record`);
    const key = Buffer.from(hex, 'hex');
    if (this.#last !== undefined && Buffer.compare(this.#last, key) >= 0)
      throw this.#damaged(`${this.#place} is out of order`);
    if (isOfCopy(key)) throw this.#damaged(`${this.#place} is no record`);
    this.#last = key;
    const entry: Entry = [key, Buffer.from(value, 'base64')];
    this.#digest.add(entry);
    return entry;
  }

  #begin(read: Line | undefined): void {
    const head = headSchema.safeParse(read);
    if (!head.success) throw this.#foreign();
    const { version, format } = head.data;
    this.#format = format;
    if (version <= BACKUP_VERSION && format <= VERSION) return;
    throw new HeartbeatError(
      'HEARTBEAT_STORE_TOO_NEW',
      `${this.#name} has version ${String(version)} with records of format ${String(format)}, and this Heartbeat knows ` +
        `${String(BACKUP_VERSION)} and ${String(VERSION)}: use the newer one that wrote it`,
    );
  }

  #finish(read: Line | undefined): void {
    const end = endSchema.safeParse(read);
    if (!end.success) throw this.#damaged(`${this.#place} is no record`);
    const { records, sha256, at_ms: at } = end.data;
    const found = this.#digest.records;
    if (records !== found)
      throw this.#damaged(`it has ${String(found)} records, and its last line says ${String(records)}`);
    if (sha256 !== this.#digest.end())
      throw this.#damaged('its records do not have the checksum of its last line');
    this.#end = { records, sha256, at };
  }

  get #place(): string {
    return `line ${String(this.#line)}`;
  }

  #damaged(problem: string): HeartbeatError {
    return new HeartbeatError('HEARTBEAT_STORE_CORRUPT', `${this.#name} is damaged: ${problem}`);
  }

  #foreign(): HeartbeatError {
    return new HeartbeatError('HEARTBEAT_STORE_CORRUPT', `${this.#name} is no backup of Heartbeat`);
  }
}

type Line = Readonly<Record<string, unknown>>;

function parsed(line: Buffer): Line | undefined {
  try {
    const read: unknown = JSON.parse(line.toString());
    return isRecord(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Whole lines as they arrive. What is behind the last end of line is one as well. */
async function* linesOf(
  bytes: AsyncIterable<Uint8Array>,
  tooLong: () => HeartbeatError,
): AsyncGenerator<readonly Buffer[]> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const each of bytes) {
    const chunk = Buffer.from(each.buffer, each.byteOffset, each.byteLength);
    const lines: Buffer[] = [];
    let from = 0;
    for (let at = chunk.indexOf(END_OF_LINE); at !== -1; at = chunk.indexOf(END_OF_LINE, from)) {
      lines.push(Buffer.concat([...parts, chunk.subarray(from, at)]));
      parts = [];
      length = 0;
      from = at + 1;
    }
    if (from < chunk.length) {
      // A copy: the source may use its memory again.
      parts.push(Buffer.from(chunk.subarray(from)));
      length += chunk.length - from;
    }
    if (length > LONGEST_LINE) throw tooLong();
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [Buffer.concat(parts)];
}
