import { BackupReader } from '../../adapters/history/backup/backup-reader.js';
import { reasonOf } from '../../adapters/history/store-errors.js';
import type { FetchAnswer } from '../../client/api/fetch.js';
import { HeartbeatError } from '../../errors.js';
import { reaching } from '../daemon/reaching.js';
import type { Place } from './place.js';

/**
 * Asks a daemon for a backup. Its connection ends with the last byte that is read.
 *
 * @throws HeartbeatError with what the daemon said, or what kept it from being asked
 */
export async function backupOfDaemon(
  { url, key }: Extract<Place, { readonly kind: 'daemon' }>,
  signal: AbortSignal,
): Promise<BackupReader> {
  const { url: reached, fetch: carry = fetch } = reaching(url);
  const base = reached.endsWith('/') ? reached : `${reached}/`;
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const ended = new AbortController();
  const asked = carry(String(new URL('store/backup', base)), {
    method: 'GET',
    headers,
    signal: AbortSignal.any([signal, ended.signal]),
    redirect: 'manual',
  });
  const answer = await asked.catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw failed(`${url} could not be asked: ${reasonOf(error)}`, error);
  });
  if (answer.status !== 200 || answer.body === null) {
    const text = await answer.text().catch(() => '');
    throw failed(`${url} answered ${String(answer.status)}: ${sentenceIn(text)}`);
  }
  return new BackupReader(bytesOf(answer.body, url, signal, ended), `the backup from ${url}`);
}

async function* bytesOf(
  body: NonNullable<FetchAnswer['body']>,
  url: string,
  signal: AbortSignal,
  ended: AbortController,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value !== undefined) yield value;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw failed(`${url} broke the backup off (${reasonOf(error)}): its log says why`, error);
  } finally {
    // Whoever reads no further leaves the connection.
    ended.abort();
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
