import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import { BackupText } from '../../adapters/history/backup/backup-text.js';
import { soundRecords } from '../../adapters/history/backup/restore.js';
import type { Records } from '../../adapters/history/merge.js';
import { withRecordsOf } from '../../adapters/store-backup.js';
import { toMillis, type Instant, type Seconds } from '../../domain/time.js';
import { Interrupts } from '../interrupts.js';
import { backupOfDaemon } from './daemon-records.js';
import { isDirectory, nameAt, removeOld, writeWhole } from './backup-file.js';
import type { Place } from './place.js';
import { count, progressOn, type ShowProgress } from './progress.js';
import { exitCodeOf, type Streams } from './store-outcome.js';

export interface BackupOptions {
  readonly place: Place;
  /** A file, a directory in which it is named by time, or `-`. */
  readonly to: string;
  /** An export names each record in words, and goes on where it was broken off. */
  readonly isExport: boolean;
  readonly every: Seconds | undefined;
  /** How many to keep in the directory. */
  readonly keep: number | undefined;
  readonly json: boolean;
}

interface Written {
  readonly file: string;
  readonly from: string;
  readonly records: number;
  readonly checksum: string;
  readonly at: Instant;
  readonly removed: readonly string[];
}

const STANDARD_OUTPUT = '-';

/** Writes a backup, or one after the other. @returns the exit code */
export async function runBackup(options: BackupOptions, streams: Streams): Promise<number> {
  const clock = new SystemClock();
  const interrupts = new Interrupts(process, () => process.exit(1));
  const signal = interrupts.nextPhase();
  const { place } = options;
  const opened = place.kind === 'store' ? { locations: [place.location], canAsk: true } : undefined;
  try {
    for (;;) {
      const begun = clock.now();
      const code = await exitCodeOf(streams.stderr, opened, async () => {
        const written = await backUp(options, { clock, signal, stderr: streams.stderr });
        say(written, options, streams);
        return 0;
      });
      if (options.every === undefined || signal.aborted) return code;
      if (await isEndedWithin(begun + toMillis(options.every) - clock.now(), clock, signal)) return code;
    }
  } finally {
    interrupts.release();
  }
}

interface BackupDeps {
  readonly clock: SystemClock;
  readonly signal: AbortSignal;
  readonly stderr: Streams['stderr'];
}

async function backUp(
  { place, to, isExport, every, keep }: BackupOptions,
  { clock, signal, stderr }: BackupDeps,
): Promise<Written> {
  const begun = clock.wall();
  // One that must be a directory may have been removed since: that is an error, and not a file of its name.
  const isNamedByTime = (every ?? keep) !== undefined || (to !== STANDARD_OUTPUT && (await isDirectory(to)));
  const directory = isNamedByTime ? to : undefined;
  const file = directory === undefined ? to : path.join(directory, nameAt(begun));
  const progress = progressOn(stderr);
  const text = new BackupText(isExport);
  try {
    return await withRecords(place, { clock, signal }, async (records, from, at) => {
      const lines = linesOf(text, records, at, progress.show, signal);
      if (file === STANDARD_OUTPUT)
        await pipeline(Readable.from(lines), process.stdout, { end: false, signal });
      else await writeWhole(file, lines, { signal, goesOn: isExport });
      const removed = directory === undefined || keep === undefined ? [] : await removeOld(directory, keep);
      return { file, from, records: text.records, checksum: text.checksum, at: at(), removed };
    });
  } finally {
    progress.end();
  }
}

/** Gives the records of a daemon or of a store, and when they were like this, which a daemon says at the end. */
async function withRecords<Result>(
  place: Place,
  { clock, signal }: Pick<BackupDeps, 'clock' | 'signal'>,
  use: (records: Records, from: string, at: () => Instant) => Promise<Result>,
): Promise<Result> {
  if (place.kind === 'daemon') {
    const backup = await backupOfDaemon(place.daemon, signal);
    return use(soundRecords(backup.records()), place.daemon.url, () => backup.end.at);
  }
  return withRecordsOf(place.location, { clock }, (records, from) => {
    const at = clock.wall();
    return use(records, from, () => at);
  });
}

async function* linesOf(
  text: BackupText,
  records: Records,
  at: () => Instant,
  show: ShowProgress,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield text.head();
  for await (const chunk of records) {
    signal.throwIfAborted();
    yield text.lines(chunk);
    show('writing', text.records);
  }
  yield text.end(at());
}

function say(written: Written, { json, isExport }: BackupOptions, { stdout, stderr }: Streams): void {
  const { file, from, records, checksum, at, removed } = written;
  const what = isExport ? 'exported' : 'backed up';
  if (file === STANDARD_OUTPUT) {
    // The lines themselves are on the standard output.
    if (!json) stderr.write(`${count(records)} records ${what} from ${from}, sha256 ${checksum}\n`);
  } else if (json)
    stdout.write(`${JSON.stringify({ file, from, records, sha256: checksum, at_ms: at, removed })}\n`);
  else {
    stdout.write(`${count(records)} records ${what} from ${from} to ${file}, sha256 ${checksum}\n`);
    for (const old of removed) stdout.write(`removed ${old}\n`);
  }
}

/** Waits by the clock: up to a year, for which a timer of Node is too short. @returns whether a signal ended that */
function isEndedWithin(millis: number, clock: SystemClock, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(Math.max(0, millis), () => {
      signal.removeEventListener('abort', end);
      resolve(false);
    });
    function end(): void {
      cancel();
      resolve(true);
    }
    signal.addEventListener('abort', end, { once: true });
  });
}
