import type { Dispatcher } from 'undici';
import type { Millis } from '../../../domain/time.js';
import type { Clock } from '../../../ports/clock.js';

type Body = Dispatcher.ResponseData['body'];

/** How long a body may take once its answer has begun. Then the connection is closed, to free its place. */
const PATIENCE: Millis = 1_000;
/** The most bytes of an unread body that keeping its connection is worth. */
const UNREAD_AT_MOST = 16 * 1024;

/** Discards a body. Its connection is reused only if the body ends soon. */
export function discardBody(body: Body, clock: Pick<Clock, 'after'>): void {
  const cancel = clock.after(PATIENCE, () => void body.destroy());
  body
    .dump({ limit: UNREAD_AT_MOST })
    .catch(() => undefined)
    .finally(cancel);
}

/** The beginning of a body: what arrives soon, and not much more than `most` bytes. */
export async function beginningOf(body: Body, most: number, clock: Pick<Clock, 'after'>): Promise<string> {
  const cancel = clock.after(PATIENCE, () => void body.destroy());
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk as Uint8Array);
      chunks.push(bytes);
      length += bytes.length;
      if (length > most) break;
    }
  } catch {
    // What has arrived says enough.
  } finally {
    cancel();
  }
  return Buffer.concat(chunks).toString();
}
