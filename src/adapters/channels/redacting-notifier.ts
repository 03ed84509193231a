import type {
  AlertMessage,
  Attempt,
  BaseNotifier,
  OpenFailure,
  Resending,
  UserEventsMessage,
  UserEventsNotifier,
} from '../../ports/channel.js';
import type { MessageLinks } from './message-links.js';
import type { MessageTemplate } from './message-template.js';
import type { Redaction } from './redaction.js';
import type { Prepared } from './kind.js';

/** What every notifier has, whatever it sends. */
type Closable = Pick<BaseNotifier, 'close'> & Partial<Prepared>;

/** Wraps what sends for a channel and redacts its secrets from its errors, which are stored and shown. */
class Redacting<Notifier extends Closable> implements Prepared {
  protected readonly notifier: Notifier;
  readonly #redaction: Redaction;

  constructor(notifier: Notifier, redaction: Redaction) {
    this.notifier = notifier;
    this.#redaction = redaction;
  }

  prepare(): Promise<void> {
    return this.redacted(async () => this.notifier.prepare?.());
  }

  close(): Promise<void> {
    return this.notifier.close();
  }

  protected async redacted(call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      throw this.#redaction.concealError(error);
    }
  }
}

/** What is added to a message when it is sent. Absent: nothing. */
interface Additions {
  readonly links?: MessageLinks | undefined;
  readonly template?: MessageTemplate | undefined;
}

/** For alerts, to which it adds links and the sentence of a template. */
export class RedactingNotifier
  extends Redacting<Pick<BaseNotifier, 'notify' | 'close'> & Partial<Resending & Prepared>>
  implements Resending
{
  readonly #additions: Additions;

  constructor(
    notifier: Pick<BaseNotifier, 'notify' | 'close'> & Partial<Resending & Prepared>,
    redaction: Redaction,
    additions: Additions = {},
  ) {
    super(notifier, redaction);
    this.#additions = additions;
  }

  notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    return this.redacted(async () => {
      const { links, template } = this.#additions;
      const worded = template?.inAlert(alert) ?? alert;
      await this.notifier.notify(links?.inAlert(worded) ?? worded, attempt);
    });
  }

  resend(failures: readonly OpenFailure[]): boolean {
    const { links } = this.#additions;
    const linked = links === undefined ? failures : failures.map((each) => links.inFailure(each));
    return this.notifier.resend?.(linked) ?? false;
  }

  gone(node: string): void {
    this.notifier.gone?.(node);
  }

  stopResending(): void {
    this.notifier.stopResending?.();
  }

  succeed(before: object): void {
    if (before instanceof RedactingNotifier) this.notifier.succeed?.(before.notifier);
  }
}

/** For events of users. */
export class RedactingUserEvents
  extends Redacting<UserEventsNotifier & Partial<Prepared>>
  implements UserEventsNotifier
{
  notifyOfUsers(message: UserEventsMessage, attempt: Attempt): Promise<void> {
    return this.redacted(async () => this.notifier.notifyOfUsers(message, attempt));
  }
}
