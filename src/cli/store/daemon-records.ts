import { BackupReader } from '../../adapters/history/backup/backup-reader.js';
import { reasonOf } from '../../adapters/history/store-errors.js';
import { HeartbeatError } from '../../errors.js';
import type { Place } from './place.js';

/**
 * Asks a daemon for a backup.
 *
 * @throws HeartbeatError with what the daemon said, or what kept it from being asked
 */
export async function backupOfDaemon(
  { url, key }: Extract<Place, { readonly kind: 'daemon' }>,
  signal: AbortSignal,
): Promise<BackupReader> {
  const base = url.endsWith('/') ? url : `${url}/`;
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const answer = await fetch(new URL('store/backup', base), { headers, signal, redirect: 'manual' }).catch(
    (error: unknown) => {
      if (signal.aborted) throw error;
      throw failed(`${url} could not be asked: ${reasonOf(error)}`, error);
    },
  );
  if (answer.status !== 200 || answer.body === null) {
    const text = await answer.text().catch(() => '');
    throw failed(`${url} answered ${String(answer.status)}: ${sentenceIn(text)}`);
  }
  return new BackupReader(bytesOf(answer.body, url, signal), `the backup from ${url}`);
}

async function* bytesOf(
  body: AsyncIterable<Uint8Array>,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    if (signal.aborted) throw error;
    throw failed(`${url} broke the backup off (${reasonOf(error)}): its log says why`, error);
  }
}

/** The sentence of an error answer; what is no JSON is not ours. */
function sentenceIn(text: string): string {
  try {
    const read: unknown = JSON.parse(text);
    const said: unknown = typeof read === 'object' && read !== null ? Reflect.get(read, 'error') : undefined;
    if (typeof said === 'string') return said;
  } catch {
    // Below.
  }
  return 'is it the URL of a Heartbeat daemon?';
}

function failed(message: string, cause?: unknown): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_FAILED', message, { cause });
}
