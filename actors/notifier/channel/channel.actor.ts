import { assertNever } from '../../../src/domain/assert-never.js';
import type { AlertId } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { toSeconds, unixSeconds, type Millis } from '../../../src/domain/time.js';
import type { AlertMessage, Channel, OpenFailure } from '../../../src/ports/channel.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import type { ActorSystem, Place } from '../../../src/runtime/actor-system.js';
import type { ExitSignal, RunningChild, SupervisorPolicy } from '../../supervisor/child-spec.js';
import { SupervisedActor, type Behaviour } from '../../supervisor/supervised-actor.js';
import { OneShotTimer } from '../one-shot-timer.js';
import { Attempts } from './attempts.js';
import type { ChannelTotals, Totals } from './channel-totals.js';
import type { BreakerState } from './circuit-breaker.js';
import { ChannelMachine } from './channel.machine.js';
import type { ClosingNotices } from './closing-notice.js';
import type {
  Beginning,
  ChannelEffect,
  ChannelEvent,
  Offer,
  Progress,
  AttemptResult,
} from './channel.protocol.js';

export interface ChannelDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
  /** How long attempts under way may take when the channel stops. */
  readonly patience: Millis;
  readonly totals: ChannelTotals;
  readonly closingNotices: ClosingNotices;
  /** Reports the outcomes of attempts, and which attempts are to begin. */
  progress(channel: string, progress: Progress): void;
}

/** A channel's state, for `/supervision` and metrics. */
export interface ChannelFigures {
  /** Alerts that it still has to deliver. */
  readonly waiting: number;
  readonly breaker: BreakerState;
}

/**
 * One channel. It runs the attempts that its machine decides on, whatever a notifier does. The object outlives a crash.
 */
export class ChannelActor implements Behaviour<ChannelEvent> {
  readonly #deps: ChannelDeps;
  readonly #machine: ChannelMachine;
  readonly #attempts: Attempts;
  readonly #actor: SupervisedActor<ChannelEvent>;
  readonly #timer: OneShotTimer;
  readonly #totals: Readonly<Totals>;
  #lastError: { readonly at: number; readonly error: string } | null = null;

  constructor(channel: Channel, deps: ChannelDeps) {
    this.#deps = deps;
    this.#totals = deps.totals.open(channel.policy.name);
    this.#machine = new ChannelMachine(channel.policy, deps.random);
    this.#attempts = new Attempts(channel, {
      ...deps,
      attempted: (id, attempt, outcome) => {
        this.#tell({ kind: 'attempted', id, attempt, outcome });
      },
    });
    this.#timer = new OneShotTimer(deps.clock, () => {
      this.#tell({ kind: 'wake' });
    });
    this.#actor = new SupervisedActor(this, deps.restarts, deps);
  }

  get name(): string {
    return this.#attempts.name;
  }

  start(exitSignal: ExitSignal, place: Place): RunningChild {
    this.#machine.start();
    this.#actor.start(exitSignal, place);
    this.#actor.tell({ kind: 'wake' });
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  get receiverId(): string {
    return this.#attempts.receiverId;
  }

  /** Uses other settings from now on. Attempts under way end with the settings that they began with. */
  replace(channel: Channel, closingNotice?: AlertMessage): void {
    this.#attempts.replace(channel, closingNotice);
    this.#machine.configure(channel.policy);
    this.#tell({ kind: 'wake' });
  }

  offer(offers: readonly Offer[]): void {
    this.#tell({ kind: 'offer', offers });
  }

  granted(id: AlertId, message: AlertMessage, attempt: number, beginning?: Beginning): void {
    this.#tell({ kind: 'granted', id, message, attempt, ...(beginning !== undefined && { beginning }) });
  }

  /** For a provider that forgets. @returns whether it is one, and has been notified */
  resend(failures: readonly OpenFailure[]): boolean {
    return this.#attempts.resend(failures);
  }

  /** For a provider that forgets: the node has no failure any more. */
  gone(node: NodeName): void {
    this.#attempts.gone(node);
  }

  withdrawn(id: AlertId): void {
    this.#tell({ kind: 'withdrawn', id });
  }

  #tell(event: ChannelEvent): void {
    this.#actor.tell(event);
  }

  /** Attempts under way may end for a while. Then they are aborted, and repeated by the next start. */
  async #stop(): Promise<void> {
    this.#actor.down();
    this.#machine.stop();
    this.#timer.set(undefined);
    await this.#attempts.end(this.#deps.patience);
    await this.#actor.stop();
  }

  /** The channel was removed from the configuration. @param closingNotice for its receiver */
  async leave(closingNotice: AlertMessage | undefined): Promise<void> {
    await this.#attempts.leave(closingNotice);
  }

  /** It has stopped, and is not started again. Its notifier stays open. */
  release(): Promise<void> {
    return this.#attempts.release();
  }

  handle(event: ChannelEvent): void {
    this.#run(this.#machine.decide(event, this.#deps.clock.now()));
  }

  handled(): void {
    this.#setAlarm();
  }

  discard(): void {
    // Nobody waits for a reply.
  }

  /** What is only reported comes last: if that throws an error, all else has been done. */
  #run(effects: readonly ChannelEffect[]): void {
    const progress = {
      results: new Array<Progress['results'][0]>(),
      due: new Array<AlertId>(),
      next: new Array<AlertId>(),
    };
    for (const effect of effects) {
      switch (effect.kind) {
        case 'request':
          progress.due.push(effect.id);
          break;
        case 'prepare':
          progress.next.push(effect.id);
          break;
        case 'notify':
          this.#attempts.begin(effect);
          break;
        case 'report':
          progress.results.push(effect);
          break;
        case 'rest':
          break;
        default:
          assertNever(effect);
      }
    }
    if (Object.values(progress).some(({ length }) => length > 0)) this.#deps.progress(this.name, progress);
    for (const effect of effects) this.#report(effect);
  }

  #report(effect: ChannelEffect): void {
    const { clock, logger } = this.#deps;
    if (effect.kind === 'report') this.#count(effect.id, effect.attempts, effect.result);
    if (effect.kind === 'rest')
      logger.warn('circuit breaker opened', {
        channel: this.name,
        failures: effect.failures,
        seconds: Math.round(toSeconds(effect.until - clock.now())),
      });
  }

  #count(alert: AlertId, attempts: number, result: AttemptResult): void {
    const { clock, logger } = this.#deps;
    const { name: channel } = this;
    if (result.kind === 'delivered') {
      logger.info('alert delivered', { alert, channel, attempts });
      return;
    }
    const { error } = result;
    this.#lastError = { at: unixSeconds(clock.wall()), error };
    if (result.kind === 'failed') {
      this.#deps.totals.count(channel, 'failed');
      const seconds = Math.round(10 * toSeconds(result.retryIn)) / 10;
      logger.warn('alert attempt failed', { alert, channel, attempts, reason: error, retry_in: seconds });
    } else {
      logger.error('alert became a dead letter', { alert, channel, attempts, reason: error });
    }
  }

  #setAlarm(): void {
    this.#timer.set(this.#actor.isUp ? this.#machine.wakeAt(this.#deps.clock.now()) : undefined);
  }

  figures(): ChannelFigures {
    return {
      waiting: this.#machine.size,
      breaker: this.#machine.breakerState(this.#deps.clock.now()),
    };
  }

  inspect(): object {
    const { clock } = this.#deps;
    return {
      kind: this.#attempts.kind,
      waiting: this.#machine.size,
      active: this.#machine.active,
      delivered: this.#totals.delivered,
      failed_attempts: this.#totals.failed,
      dead: this.#totals.dead,
      last_error: this.#lastError,
      resting: Math.max(0, Math.round(toSeconds(this.#machine.restLeft(clock.now())))),
      mailbox: this.#actor.waiting,
      ...this.#actor.inspect(),
    };
  }
}
