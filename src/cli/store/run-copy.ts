import { SingleBar } from 'cli-progress';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import { copyStore, type StoreCopy } from '../../adapters/copy-store.js';
import type { CopyProgress } from '../../adapters/history/copy.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { HeartbeatError } from '../../errors.js';

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
    `${String(written)} of ${String(records)} records were written from ${from} to ${to}\n` +
    `verified: both have the same ${String(records)} records, sha256 ${checksum}\n`
  );
}

/** A bar on a terminal; nothing in a pipe. */
function progressOn(stream: NodeJS.WriteStream): { readonly show: CopyProgress; readonly end: () => void } {
  if (!stream.isTTY) return { show: () => undefined, end: () => undefined };
  const bar = new SingleBar({
    stream,
    format: '{phase} [{bar}] {percentage}%  {value} records',
    barsize: 24,
    linewrap: null,
  });
  let shown: string | undefined;
  return {
    show: (phase, records, total = records) => {
      if (phase !== shown) {
        if (shown !== undefined) bar.stop();
        bar.start(total, records, { phase });
      }
      shown = phase;
      bar.setTotal(total);
      bar.update(records, { phase });
    },
    end: () => {
      if (shown !== undefined) bar.stop();
    },
  };
}
