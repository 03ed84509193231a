import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { addAbortSignal, PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import { BackupReader } from '../../adapters/history/backup/backup-reader.js';
import { soundRecords } from '../../adapters/history/backup/restore.js';
import { restoreStore } from '../../adapters/store-backup.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { whyUnreadable } from '../../config/named-files.js';
import { HeartbeatError } from '../../errors.js';
import { Interrupts } from '../interrupts.js';
import { count, progressOn } from './progress.js';
import { exitCodeOf, type Streams } from './store-outcome.js';

const STANDARD_INPUT = '-';
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Restores a backup into an empty store. @returns the exit code */
export async function runRestore(
  from: string,
  location: StoreLocation,
  json: boolean,
  { stdout, stderr }: Streams,
): Promise<number> {
  const clock = new SystemClock();
  const interrupts = new Interrupts(process, () => process.exit(1));
  const signal = interrupts.nextPhase();
  const progress = progressOn(stderr);
  const show: typeof progress.show = (...shown) => {
    signal.throwIfAborted();
    progress.show(...shown);
  };
  try {
    return await exitCodeOf(stderr, { locations: [location], canAsk: false }, async () => {
      let total: number | undefined;
      // A file is read twice, so that nothing is written of a damaged one.
      if (from !== STANDARD_INPUT) {
        const first = await backupIn(from, signal);
        let records = 0;
        for await (const chunk of soundRecords(first.records())) show('checking', (records += chunk.length));
        total = first.end.records;
      }
      const backup = await backupIn(from, signal);
      const restored = await restoreStore(location, backup, {
        clock,
        progress: (phase, records, known = total) => {
          show(phase, records, known);
        },
      });
      progress.end();
      const { to, records, written, checksum } = restored;
      stdout.write(
        json
          ? `${JSON.stringify({ to, records, written, sha256: checksum, verified: true })}\n`
          : `${count(written)} of ${count(records)} records were written to ${to}\n` +
              `verified: it has the ${count(records)} records of the backup, sha256 ${checksum}\n`,
      );
      return 0;
    });
  } finally {
    progress.end();
    interrupts.release();
  }
}

async function backupIn(from: string, signal: AbortSignal): Promise<BackupReader> {
  // Who waits for input that does not come sees no signal.
  if (from === STANDARD_INPUT)
    return new BackupReader(addAbortSignal(signal, process.stdin), 'the standard input');
  const isCompressed = GZIP.equals(await firstBytes(from, GZIP.length));
  const bytes = createReadStream(from);
  return new BackupReader(isCompressed ? decompressed(bytes, from, signal) : bytes, from);
}

async function firstBytes(file: string, count: number): Promise<Buffer> {
  let handle;
  try {
    handle = await open(file, 'r');
    return (await handle.read(Buffer.alloc(count), 0, count, 0)).buffer;
  } catch (error) {
    const message = `${file} cannot be read: ${whyUnreadable(error)}`;
    throw new HeartbeatError('HEARTBEAT_STORE_FAILED', message, { cause: error });
  } finally {
    await handle?.close();
  }
}

async function* decompressed(
  bytes: NodeJS.ReadableStream,
  from: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const plain = new PassThrough();
  const reading = pipeline(bytes, createGunzip(), plain, { signal });
  reading.catch(() => undefined);
  try {
    for await (const chunk of plain) {
      const bytes: unknown = chunk;
      if (bytes instanceof Uint8Array) yield bytes;
    }
    await reading;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    const message = `${from} is damaged: it is torn or changed (${error.message})`;
    throw new HeartbeatError('HEARTBEAT_STORE_CORRUPT', message, { cause: error });
  }
}
