import { PERMIT_ALL } from '../adapters/channels/http/ssrf-guard.js';
import type { Prepared } from '../adapters/channels/kind.js';
import type { ChannelPlan } from '../adapters/channels/make.js';
import { BaseNotifier, type AlertMessage, type Attempt } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { notificationOf } from './notification.js';
import { BuiltInNotifier } from './built-in-notifier.js';
import type { Notifying } from './notifier-list.js';

/** How long a notifier may take to close, in milliseconds. */
const CLOSING = 2_000;

/** A notifier of the program, isolated from the actors. */
class InProcessNotifier extends BaseNotifier implements Prepared {
  readonly #notifier: Notifying;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(notifier: Notifying, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    super();
    this.#notifier = notifier;
    this.#clock = clock;
    this.#logger = logger;
  }

  async prepare(): Promise<void> {
    if (this.#notifier instanceof BuiltInNotifier) await this.#notifier.prepare();
  }

  /** Gets a copy in the program's form. The channel limits how long it may take. */
  override async notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    await this.#notifier.notify(notificationOf(alert), attempt);
  }

  override async close(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#clock.after(CLOSING, () => {
        this.#logger.warn('notifier did not close', { notifier: this.#notifier.constructor.name });
        resolve();
      });
      const closing = async (): Promise<void> => this.#notifier.close?.();
      closing().then(resolve, reject).finally(cancel);
    });
  }
}

/** The plan of a channel for an existing notifier. */
export function planFor(notifier: Notifying, { policy, makeForUsers, ...plan }: ChannelPlan): ChannelPlan {
  return {
    ...plan,
    // As for its alerts.
    makeForUsers: makeForUsers && ((tools) => makeForUsers({ ...tools, guard: PERMIT_ALL })),
    policy: { ...policy, kind: notifier.constructor.name },
    make: (tools) => {
      if (notifier instanceof BuiltInNotifier) notifier.join(tools);
      return new InProcessNotifier(notifier, tools);
    },
  };
}
