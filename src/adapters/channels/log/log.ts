import * as z from 'zod';
import { BaseNotifier, type AlertMessage } from '../../../ports/channel.js';
import type { Logger } from '../../../ports/logger.js';
import type { ChannelKind } from '../kind.js';

/** Writes alerts to the daemon's own log. */
class LogNotifier extends BaseNotifier {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    super();
    this.#logger = logger;
  }

  override notify(alert: AlertMessage): Promise<void> {
    const { message: sentence, links, ...others } = alert;
    // Who reads the log may not be who may acknowledge.
    const fields = { ...others, ...(links !== undefined && { links: { node: links.node } }) };
    if (alert.type === 'node.recovered' || alert.type === 'node.deleted' || alert.type === 'test')
      this.#logger.info('alert', { sentence, ...fields });
    else this.#logger.warn('alert', { sentence, ...fields });
    return Promise.resolve();
  }
}

export const log: ChannelKind = {
  settings: z.strictObject({}),
  secrets: [],
  receiver: [],
  create: (_own, _secrets, { logger }) => new LogNotifier(logger),
};
