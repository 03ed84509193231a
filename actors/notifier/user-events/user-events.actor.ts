import { AlertIds } from '../../../src/domain/alert-id.js';
import { assertNever } from '../../../src/domain/assert-never.js';
import { toSeconds, unixSeconds, type Millis } from '../../../src/domain/time.js';
import type { UserId } from '../../../src/domain/user-id.js';
import type { Channel, ChannelPolicy, UserEventsNotifier } from '../../../src/ports/channel.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import type { ActorSystem, Place } from '../../../src/runtime/actor-system.js';
import type { ExitSignal, RunningChild, SupervisorPolicy } from '../../supervisor/child-spec.js';
import { SupervisedActor, type Behaviour } from '../../supervisor/supervised-actor.js';
import { beginAttempt } from '../channel/attempt.js';
import { receiverIdOf } from '../channel/attempts.js';
import { OneShotTimer } from '../one-shot-timer.js';
import { UserEventsMachine } from './user-events.machine.js';
import type {
  UserEvent,
  UserEventsCommand,
  UserEventsEffect,
  UserEventTotals,
} from './user-events.protocol.js';

export interface UserEventsDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
  /** How long the last messages may take when the channel stops. */
  readonly patience: Millis;
}

/** A channel that asks for events of users. */
export interface UserEventsChannel {
  readonly policy: ChannelPolicy;
  readonly receiver: string;
  readonly notifier: UserEventsNotifier;
}

/** @returns undefined if the channel asks for none */
export function userEventsOf(channel: Channel): UserEventsChannel | undefined {
  const { policy, userEvents: notifier } = channel;
  if (policy.userEvents === undefined || notifier === undefined) return undefined;
  return { policy, receiver: receiverIdOf(channel), notifier };
}

/**
 * Sends the events of users that one channel asks for. It has nothing in common with the actor of its alerts, which
 * never wait for it. The object outlives a crash.
 */
export class UserEventsActor implements Behaviour<UserEventsCommand> {
  readonly #deps: UserEventsDeps;
  #channel: UserEventsChannel;
  readonly #machine: UserEventsMachine;
  readonly #actor: SupervisedActor<UserEventsCommand>;
  readonly #timer: OneShotTimer;
  readonly #totals: UserEventTotals;
  /** Whether a `wake` is in its mailbox. */
  #isWoken = false;
  #attempt: AbortController | undefined;
  /** A replaced notifier with an attempt under way. */
  #replaced: UserEventsNotifier | undefined;
  #atRest: (() => void) | undefined;
  #lastError: { readonly at: number; readonly error: string } | null = null;

  constructor(channel: UserEventsChannel, totals: UserEventTotals, deps: UserEventsDeps) {
    this.#deps = deps;
    this.#channel = channel;
    this.#totals = totals;
    const { random } = deps;
    this.#machine = new UserEventsMachine(channel.policy, { ids: new AlertIds(random), random, totals });
    this.#timer = new OneShotTimer(deps.clock, () => this.#wake());
    this.#actor = new SupervisedActor(this, deps.restarts, deps);
  }

  get name(): string {
    return this.#channel.policy.name;
  }

  /** Events that are still to be sent. */
  get waiting(): number {
    return this.#machine.waiting;
  }

  start(exitSignal: ExitSignal, place: Place): RunningChild {
    this.#machine.start();
    this.#actor.start(exitSignal, place);
    this.#wake();
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  /** A user came online or went offline. Called in the turn of that user's actor. */
  changed(event: UserEvent): void {
    if (this.#machine.add(event)) this.#wake();
  }

  /** A user was erased. @param event says that there is nothing about the user any more */
  erased(user: UserId, event: UserEvent, wasOnline: boolean): void {
    if (this.#machine.erase(user) || wasOnline) this.changed(event);
  }

  /** Nobody knows which events are missing before the next one. */
  reset(): void {
    this.#machine.reset();
  }

  /** Uses other settings from now on. An attempt under way ends with the notifier that it began with. */
  async replace(channel: UserEventsChannel): Promise<void> {
    const { notifier: before, receiver } = this.#channel;
    this.#channel = channel;
    this.#machine.configure(channel.policy, channel.receiver !== receiver);
    this.#wake();
    if (this.#attempt !== undefined) this.#replaced ??= before;
    // One that came after the attempt began is not in use.
    if (this.#replaced !== before) await this.#close(before);
  }

  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    this.#actor.tell({ kind: 'wake' });
  }

  handle(command: UserEventsCommand): void {
    if (command.kind === 'wake') this.#isWoken = false;
    const { clock } = this.#deps;
    for (const effect of this.#machine.decide(command, clock.now(), clock.wall())) this.#run(effect);
  }

  handled(): void {
    const { clock } = this.#deps;
    this.#timer.set(this.#machine.wakeAt(clock.now()));
    if (this.#machine.isAtRest) this.#atRest?.();
  }

  discard(): void {
    this.#isWoken = false;
    this.handled();
  }

  #run(effect: UserEventsEffect): void {
    switch (effect.kind) {
      case 'notify':
        return this.#notify(effect);
      case 'failed':
        return this.#failed(effect);
      default:
        assertNever(effect);
    }
  }

  #notify({ message, attempt }: Extract<UserEventsEffect, { kind: 'notify' }>): void {
    const { notifier, policy } = this.#channel;
    this.#attempt = beginAttempt(
      this.#deps.clock,
      policy.attemptTimeout,
      (signal) => notifier.notifyOfUsers(message, { signal, attempt }),
      (outcome) => {
        this.#attempt = undefined;
        this.#actor.tell({ kind: 'attempted', id: message.id, attempt, outcome });
        void this.#closeReplaced();
      },
    );
  }

  #failed({ error, attempt, retryIn, dropped }: Extract<UserEventsEffect, { kind: 'failed' }>): void {
    const { clock, logger } = this.#deps;
    this.#lastError = { at: unixSeconds(clock.wall()), error };
    const seconds = Math.round(10 * toSeconds(retryIn)) / 10;
    const fields = { channel: this.name, attempt, reason: error, retry_in: seconds };
    if (dropped === 0) logger.warn('attempt to send user events failed', fields);
    else logger.error('user events dropped', { ...fields, events: dropped });
  }

  /** What waits is sent, unless that takes too long or fails. */
  async #stop(): Promise<void> {
    this.#actor.down();
    this.#machine.end();
    this.#wake();
    const { clock, patience } = this.#deps;
    const giveUp = clock.after(patience, () => this.#atRest?.());
    await new Promise<void>((resolve) => {
      this.#atRest = resolve;
    });
    giveUp();
    this.#atRest = undefined;
    this.#timer.set(undefined);
    this.#attempt?.abort();
    await this.#actor.stop();
  }

  /** It has stopped, and is not started again. What is left is dropped. */
  async leave(): Promise<void> {
    const events = this.#machine.dropAll();
    if (events > 0) this.#deps.logger.warn('user events dropped at the stop', { channel: this.name, events });
    await Promise.all([this.#close(this.#channel.notifier), this.#closeReplaced()]);
  }

  async #closeReplaced(): Promise<void> {
    const replaced = this.#replaced;
    this.#replaced = undefined;
    if (replaced !== undefined) await this.#close(replaced);
  }

  async #close(notifier: UserEventsNotifier): Promise<void> {
    await notifier.close().catch((error: unknown) => {
      this.#deps.logger.warn('channel could not be closed', { channel: this.name, error });
    });
  }

  inspect(): object {
    return {
      kind: this.#channel.policy.kind,
      waiting: this.#machine.waiting,
      under_way: this.#machine.isUnderWay,
      sent: this.#totals.sent,
      dropped: this.#totals.dropped,
      failed_attempts: this.#totals.failed,
      last_error: this.#lastError,
      mailbox: this.#actor.waiting,
      ...this.#actor.inspect(),
    };
  }
}
