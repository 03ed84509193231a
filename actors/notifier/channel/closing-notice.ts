import type { AlertId } from '../../../src/domain/alert.js';
import { toSeconds, unixSeconds, type Instant } from '../../../src/domain/time.js';
import type { AlertMessage, Channel, OpenFailure } from '../../../src/ports/channel.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import { closingNoticeSentence } from './message.js';

/** The last message to the receiver of a removed channel. It leaves nothing open there. See decision 82. */
export function closingNotice(
  channel: string,
  failures: readonly OpenFailure[],
  id: AlertId,
  wall: Instant,
): AlertMessage {
  return {
    id,
    type: 'channel.closed',
    at: unixSeconds(wall),
    at_ms: wall,
    blind_seconds: 0,
    message: closingNoticeSentence(
      channel,
      failures.map(({ name }) => name),
    ),
    nodes: failures.map(({ name, at, labels }) => ({ name, state: 'failed', at, labels })),
  };
}

/**
 * Makes one attempt, since there is no outbox for a channel that is gone. Never rejects.
 *
 * @param channel as it was configured
 */
export async function sendClosingNotice(
  { notifier, policy: { name: channel, attemptTimeout } }: Channel,
  message: AlertMessage,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<void> {
  const controller = new AbortController();
  let cancel = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(attemptTimeout, () => {
      controller.abort();
      reject(new Error(`no answer within ${toSeconds(attemptTimeout)} s`));
    });
  });
  const nodes = message.nodes?.length;
  try {
    await Promise.race([notifier.notify(message, { signal: controller.signal, attempt: 1 }), late]);
    logger.info('closing notice delivered', { channel, nodes });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn('closing notice not delivered: close the open incidents of this channel by hand', {
      channel,
      nodes,
      reason,
    });
  } finally {
    cancel();
  }
}
