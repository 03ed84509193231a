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
    const { message: sentence, ...fields } = alert;
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
