import { BackupReader } from '../../adapters/history/backup/backup-reader.js';
import { storeFailed } from '../../adapters/history/store-errors.js';
import { systemCodeOf } from '../../client/api/request-error.js';
import type { Daemon } from '../api/daemon.js';

/**
 * Asks a daemon for a backup. Its connection ends with the last byte that is read.
 *
 * @throws HeartbeatRequestError if it refuses, or cannot be asked. Reading throws HeartbeatError if it breaks off
 */
export async function backupOfDaemon(daemon: Daemon, signal: AbortSignal): Promise<BackupReader> {
  const { answer, attempt } = await daemon.calls.stream('backup', { signal });
  return new BackupReader(bytesOf({ answer, attempt }, daemon.url, signal), `the backup from ${daemon.url}`);
}

async function* bytesOf(
  { answer, attempt }: Awaited<ReturnType<Daemon['calls']['stream']>>,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = answer.body?.getReader();
  try {
    for (;;) {
      attempt.restart();
      const part = await reader?.read();
      // The time of whoever writes it is not the daemon's.
      attempt.pause();
      if (part?.value === undefined) return;
      yield part.value;
    }
  } catch (error) {
    signal.throwIfAborted();
    const why = attempt.isLate ? 'nothing more came' : systemCodeOf(error);
    throw storeFailed(`${url} broke the backup off (${why}): its log says why`, error);
  } finally {
    attempt.cut();
  }
}
