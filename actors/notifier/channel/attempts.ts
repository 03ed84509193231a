import type { AlertId } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Millis } from '../../../src/domain/time.js';
import type { AlertMessage, Channel, OpenFailure } from '../../../src/ports/channel.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import { beginAttempt } from './attempt.js';
import type { ChannelEffect, Outcome } from './channel.protocol.js';
import type { ClosingNotices } from './closing-notice.js';

export interface AttemptsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly closingNotices: Pick<ClosingNotices, 'send'>;
  /** The outcome of an attempt. Called once, whatever the notifier does. */
  attempted(id: AlertId, attempt: number, outcome: Outcome): void;
}

/** Identifies the receiver of a channel. A receiver that is not known counts as one of its own. */
export function receiverIdOf({ policy, receiver }: Pick<Channel, 'policy' | 'receiver'>): string {
  return receiver ?? `channel ${policy.name}`;
}

/** The attempts of one channel that are under way, and their notifiers. */
export class Attempts {
  #channel: Channel;
  /** Replaced notifiers that still have attempts under way. */
  #replaced: Channel[] = [];
  readonly #deps: AttemptsDeps;
  readonly #underWay = new Map<AlertId, AbortController>();
  #idle: (() => void) | undefined;

  constructor(channel: Channel, deps: AttemptsDeps) {
    this.#channel = channel;
    this.#deps = deps;
  }

  get name(): string {
    const { policy } = this.#channel;
    return policy.name;
  }

  get kind(): string {
    const { policy } = this.#channel;
    return policy.kind;
  }

  get receiverId(): string {
    return receiverIdOf(this.#channel);
  }

  /** For a provider that forgets. @returns whether it is one, and has been notified */
  resend(failures: readonly OpenFailure[]): boolean {
    const { notifier } = this.#channel;
    return notifier.resend?.(failures) ?? false;
  }

  /** For a provider that forgets: the node has no failure any more. */
  gone(node: NodeName): void {
    const { notifier } = this.#channel;
    notifier.gone?.(node);
  }

  /**
   * Uses another notifier from now on. Attempts under way end with the notifier that they began with.
   *
   * @param closingNotice for the receiver of the replaced one
   */
  replace(channel: Channel, closingNotice?: AlertMessage): void {
    const before = this.#channel;
    if (closingNotice === undefined) this.#replaced.push(before);
    else {
      void this.#deps.closingNotices.send(before, closingNotice).then(() => {
        this.#replaced.push(before);
        if (this.#underWay.size === 0) void this.#closeReplaced();
      });
    }
    channel.notifier.succeed?.(this.#channel.notifier);
    this.#channel = channel;
    if (this.#underWay.size === 0) void this.#closeReplaced();
  }

  /** The first result counts: the notifier's, or the timeout. */
  begin({ id, message, attempt, beginning }: Omit<Extract<ChannelEffect, { kind: 'notify' }>, 'kind'>): void {
    const { notifier, policy } = this.#channel;
    const controller = beginAttempt(
      this.#deps.clock,
      policy.attemptTimeout,
      (signal, notifies) =>
        notifier.notify(message, {
          signal,
          attempt,
          ...(beginning !== undefined && { ...beginning, notifies }),
        }),
      (outcome) => {
        if (this.#underWay.get(id) !== controller) return;
        this.#underWay.delete(id);
        this.#deps.attempted(id, attempt, outcome);
        if (this.#underWay.size > 0) return;
        this.#idle?.();
        void this.#closeReplaced();
      },
    );
    this.#underWay.set(id, controller);
  }

  /** Attempts under way get this long to end; then they are aborted. */
  async end(patience: Millis): Promise<void> {
    if (this.#underWay.size > 0) {
      const giveUp = this.#deps.clock.after(patience, () => this.#idle?.());
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      giveUp();
    }
    for (const controller of this.#underWay.values()) controller.abort();
  }

  /** The channel was removed. @param closingNotice for its receiver */
  async leave(closingNotice: AlertMessage | undefined): Promise<void> {
    if (closingNotice !== undefined) await this.#deps.closingNotices.send(this.#channel, closingNotice);
    await Promise.all([closeChannel(this.#channel, this.#deps.logger), this.#closeReplaced()]);
  }

  /** There are no attempts any more. The notifier stays open, unless it has been replaced. */
  async release(): Promise<void> {
    const { notifier } = this.#channel;
    notifier.stopResending?.();
    await this.#closeReplaced();
  }

  async #closeReplaced(): Promise<void> {
    await Promise.all(this.#replaced.splice(0).map((channel) => closeChannel(channel, this.#deps.logger)));
  }
}

/** Closes its connections. Never rejects. */
export async function closeChannel(
  { notifier, policy: { name: channel } }: Channel,
  logger: Logger,
): Promise<void> {
  try {
    await notifier.close();
  } catch (error) {
    logger.warn('channel could not be closed', { channel, error });
  }
}
