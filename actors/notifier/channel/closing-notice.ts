import type { AlertId } from '../../../src/domain/alert.js';
import { toSeconds, unixSeconds, type Instant, type Millis } from '../../../src/domain/time.js';
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

interface ClosingNoticesDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Closing notices under way. There is one attempt at each, since there is no outbox for a channel that is gone. */
export class ClosingNotices {
  readonly #deps: ClosingNoticesDeps;
  /** How each is given up. */
  readonly #underWay = new Map<Promise<void>, (reason: string) => void>();

  constructor(deps: ClosingNoticesDeps) {
    this.#deps = deps;
  }

  /**
   * Never rejects.
   *
   * @param channel as it was configured
   */
  async send(channel: Channel, message: AlertMessage): Promise<void> {
    const { clock } = this.#deps;
    const { attemptTimeout } = channel.policy;
    const controller = new AbortController();
    let giveUp = (_reason: string): void => undefined;
    const givenUp = new Promise<never>((_resolve, reject) => {
      giveUp = (reason) => {
        controller.abort();
        reject(new Error(reason));
      };
    });
    const cancel = clock.after(attemptTimeout, () => {
      giveUp(`no answer within ${toSeconds(attemptTimeout)} s`);
    });
    const sent = this.#send(channel, message, controller.signal, givenUp);
    this.#underWay.set(sent, giveUp);
    await sent;
    this.#underWay.delete(sent);
    cancel();
  }

  async #send(
    { notifier, policy: { name: channel } }: Channel,
    message: AlertMessage,
    signal: AbortSignal,
    givenUp: Promise<never>,
  ): Promise<void> {
    const { logger } = this.#deps;
    const nodes = message.nodes?.length;
    try {
      await Promise.race([notifier.notify(message, { signal, attempt: 1 }), givenUp]);
      logger.info('closing notice delivered', { channel, nodes });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn('closing notice not delivered: close the open incidents of this channel by hand', {
        channel,
        nodes,
        reason,
      });
    }
  }

  /** The daemon is ending: notices under way get this long to be delivered; then they are given up. */
  async end(patience: Millis): Promise<void> {
    const cancel = this.#deps.clock.after(patience, () => {
      for (const giveUp of this.#underWay.values()) giveUp('the daemon was stopped before an answer came');
    });
    await Promise.all(this.#underWay.keys());
    cancel();
  }
}
