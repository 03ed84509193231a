import {
  BaseNotifier,
  type AlertMessage,
  type Attempt,
  type Resending,
  type OpenFailure,
  type UserEventsMessage,
  type UserEventsNotifier,
} from '../../ports/channel.js';
import type { Redaction } from './redaction.js';
import type { Prepared } from './kind.js';

/** Wraps a notifier and redacts its secrets from its errors, which are stored and shown. */
export class RedactingNotifier extends BaseNotifier implements Resending, Prepared {
  readonly #notifier: BaseNotifier & Partial<Resending & Prepared>;
  readonly #redaction: Redaction;

  constructor(notifier: BaseNotifier & Partial<Resending & Prepared>, redaction: Redaction) {
    super();
    this.#notifier = notifier;
    this.#redaction = redaction;
  }

  async prepare(): Promise<void> {
    try {
      await this.#notifier.prepare?.();
    } catch (error) {
      throw this.#redaction.concealError(error);
    }
  }

  override async notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    try {
      await this.#notifier.notify(alert, attempt);
    } catch (error) {
      throw this.#redaction.concealError(error);
    }
  }

  resend(failures: readonly OpenFailure[]): boolean {
    return this.#notifier.resend?.(failures) ?? false;
  }

  gone(node: string): void {
    this.#notifier.gone?.(node);
  }

  stopResending(): void {
    this.#notifier.stopResending?.();
  }

  succeed(before: object): void {
    if (before instanceof RedactingNotifier) this.#notifier.succeed?.(before.#notifier);
  }

  override async close(): Promise<void> {
    await this.#notifier.close();
  }
}

/** The same for what sends events of users. */
export class RedactingUserEvents implements UserEventsNotifier, Prepared {
  readonly #notifier: UserEventsNotifier & Partial<Prepared>;
  readonly #redaction: Redaction;

  constructor(notifier: UserEventsNotifier & Partial<Prepared>, redaction: Redaction) {
    this.#notifier = notifier;
    this.#redaction = redaction;
  }

  async prepare(): Promise<void> {
    try {
      await this.#notifier.prepare?.();
    } catch (error) {
      throw this.#redaction.concealError(error);
    }
  }

  async notifyOfUsers(message: UserEventsMessage, attempt: Attempt): Promise<void> {
    try {
      await this.#notifier.notifyOfUsers(message, attempt);
    } catch (error) {
      throw this.#redaction.concealError(error);
    }
  }

  async close(): Promise<void> {
    await this.#notifier.close();
  }
}
