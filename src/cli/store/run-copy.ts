import { SingleBar } from 'cli-progress';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import { copyStore, type StoreCopy } from '../../adapters/copy-store.js';
import type { CopyPhase, CopyProgress } from '../../adapters/history/copy.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { HeartbeatError } from '../../errors.js';

/** Characters. */
const BAR = 24;
const LONGEST_PHASE = 'verifying'.length;

export interface CopyContext {
  /** Whether the result is one JSON document. */
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WriteStream;
}

/** Copies a history, and shows the progress and the result. @returns the exit code */
export async function runCopy(
  source: StoreLocation,
  target: StoreLocation,
  { json, stdout, stderr }: CopyContext,
): Promise<number> {
  const progress = progressOn(stderr);
  try {
    const copied = await copyStore(source, target, { clock: new SystemClock(), progress: progress.show });
    progress.end();
    stdout.write(json ? `${JSON.stringify({ ...copied, verified: true })}\n` : shown(copied));
    return 0;
  } catch (error) {
    progress.end();
    if (!(error instanceof HeartbeatError)) throw error;
    stderr.write(`heartbeat: ${error.message}\n`);
    return 1;
  }
}

function shown({ from, to, records, written, checksum }: StoreCopy): string {
  return (
    `${count(written)} of ${count(records)} records were written from ${from} to ${to}\n` +
    `verified: both have the same ${count(records)} records, sha256 ${checksum}\n`
  );
}

/** A line for each phase on a terminal; nothing in a pipe. */
function progressOn(stream: NodeJS.WriteStream): { readonly show: CopyProgress; readonly end: () => void } {
  if (!stream.isTTY) return { show: () => undefined, end: () => undefined };
  let line = '';
  const bar = new SingleBar({
    stream,
    format: () => line,
    // A signal ends the command, as anywhere else.
    gracefulExit: false,
    hideCursor: null,
    linewrap: null,
  });
  let shown: string | undefined;
  return {
    show: (phase, records, total) => {
      if (phase !== shown && shown !== undefined) bar.stop();
      line = lineOf(phase, records, total);
      if (phase !== shown) bar.start(1, 0);
      shown = phase;
      bar.update(0);
    },
    end: () => {
      if (shown !== undefined) bar.stop();
    },
  };
}

function lineOf(phase: CopyPhase, records: number, total: number | undefined): string {
  const name = phase.padEnd(LONGEST_PHASE);
  if (total === undefined) return `${name}  ${count(records)} records`;
  const share = total === 0 ? 1 : records / total;
  const done = Math.floor(share * BAR);
  const bar = `${'='.repeat(done)}${'-'.repeat(BAR - done)}`;
  return `${name}  [${bar}] ${String(Math.floor(share * 100))} %  ${count(records)} of ${count(total)} records`;
}

function count(records: number): string {
  return records.toLocaleString('en');
}
