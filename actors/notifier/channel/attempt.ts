import { isWait } from '../../../src/domain/retry-after.js';
import { toMillis, toSeconds, type Millis } from '../../../src/domain/time.js';
import { NotifyError } from '../../../src/ports/channel.js';
import type { Cancel, Clock } from '../../../src/ports/clock.js';
import type { Outcome } from './channel.protocol.js';

/** The most characters of an error that are stored. */
const LONGEST_ERROR = 1_000;

/**
 * Begins an attempt. The first result counts: the notifier's, or the timeout. It throws nothing.
 *
 * @param notify an exception before it returns a promise is treated like a rejection
 * @param settled gets the outcome, once
 * @returns aborts it; its outcome is then that of an abort
 */
export function beginAttempt(
  clock: Clock,
  timeout: Millis,
  notify: (signal: AbortSignal, notifies: (person: string) => void) => Promise<void>,
  settled: (outcome: Outcome) => void,
): AbortController {
  const controller = new AbortController();
  let isSettled = false;
  let cancel: Cancel | undefined;
  let person: string | undefined;
  const settle = (outcome: Outcome): void => {
    if (isSettled) return;
    isSettled = true;
    cancel?.();
    settled(person === undefined ? outcome : { ...outcome, person });
  };
  const begun = async (): Promise<void> => {
    cancel = clock.after(timeout, () => {
      settle(failure(new NotifyError(`no answer within ${toSeconds(timeout)} s`)));
      controller.abort();
    });
    await notify(controller.signal, (name) => {
      person = name;
    });
  };
  begun().then(
    () => settle({ kind: 'delivered' }),
    (error: unknown) => settle(failure(error)),
  );
  return controller;
}

function failure(error: unknown): Outcome {
  if (error instanceof NotifyError) {
    // The notifier may be written without types, or may pass on what a provider says.
    const { permanent, retryAfter, tooLarge, message }: { [Key in keyof NotifyError]: unknown } = error;
    const waits = isWait(retryAfter);
    const text = shown(message);
    return {
      kind: 'failed',
      error:
        waits || retryAfter === undefined || retryAfter === null ? text : `${text} ${ignored(retryAfter)}`,
      permanent: permanent === true,
      retryAfter: waits ? toMillis(retryAfter) : undefined,
      ...(tooLarge === true && { tooLarge }),
    };
  }
  const message = error instanceof Error ? error.message : error;
  return { kind: 'failed', error: shown(message), permanent: false, retryAfter: undefined };
}

/** The message is stored, logged and listed. */
function shown(message: unknown): string {
  const text = String(message);
  return text.length > LONGEST_ERROR ? `${text.slice(0, LONGEST_ERROR)}…` : text;
}

function ignored(retryAfter: unknown): string {
  const shown = typeof retryAfter === 'number' ? String(retryAfter) : typeof retryAfter;
  return `(it asks for a pause of ${shown} seconds, which is no number of seconds up to a year, and is ignored)`;
}
