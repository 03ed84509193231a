import { SystemClock } from '../../adapters/clock/system-clock.js';
import { copyStore, type StoreCopy } from '../../adapters/copy-store.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { HeartbeatError } from '../../errors.js';
import { count, progressOn } from './progress.js';

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
