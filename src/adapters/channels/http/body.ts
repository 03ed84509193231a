import type { Dispatcher } from 'undici';
import type { Millis } from '../../../domain/time.js';
import type { Clock } from '../../../ports/clock.js';

type Body = Dispatcher.ResponseData['body'];

/** How long a body may take once its answer has begun. After that its connection goes, for others to have another. */
const PATIENCE: Millis = 1_000;
/** What nobody reads is not worth more of a connection than this, in bytes. */
const UNREAD_AT_MOST = 16 * 1024;

/** Lets go of a body that says nothing of interest. Its connection is used again only if it comes to its end soon. */
export function letGo(body: Body, clock: Pick<Clock, 'after'>): void {
  const cancel = clock.after(PATIENCE, () => void body.destroy());
  body
    .dump({ limit: UNREAD_AT_MOST })
    .catch(() => undefined)
    .finally(cancel);
}

/** The beginning of a body: what there is of it soon, and not much more than so many bytes. */
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
    // What there is of it says enough.
  } finally {
    cancel();
  }
  return Buffer.concat(chunks).toString();
}
