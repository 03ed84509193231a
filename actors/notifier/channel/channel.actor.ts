import { assertNever } from '../../../src/domain/assert-never.js';
import type { AlertId } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { unixSeconds, type Millis } from '../../../src/domain/time.js';
import type { AlertMessage, Channel, StandingFailure } from '../../../src/ports/channel.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import type { Actor, Cell, Crash } from '../../../src/runtime/actor.js';
import type { ActorSystem, Place } from '../../../src/runtime/actor-system.js';
import type { ExitSignal, RunningChild } from '../../supervisor/child.js';
import type { SupervisorPolicy } from '../../supervisor/child-spec.js';
import { RestartBudget } from '../../supervisor/restart-budget.js';
import { OneShotTimer } from '../one-shot-timer.js';
import { Attempts } from './attempts.js';
import type { ChannelTotals, Totals } from './channel-totals.js';
import { stateOf, type BreakerState } from './breaker.js';
import { ChannelMachine } from './channel.machine.js';
import type { ChannelEffect, ChannelEvent, Offer, Progress, Verdict } from './channel.protocol.js';

const MAILBOX = 1_000_000;

export interface ChannelDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
  /** How long attempts under way may take when the channel stops. */
  readonly patience: Millis;
  readonly totals: ChannelTotals;
  /** Says what came of attempts, and which are to begin. */
  progress(channel: string, progress: Progress): void;
}

/** How a channel stands. */
export interface ChannelFigures {
  /** Alerts that it has taken over and not settled. */
  readonly waiting: number;
  readonly breaker: BreakerState;
}

/**
 * One way to tell people. It runs the attempts that its machine decides on; whatever a notifier does, this goes on.
 * The object outlives a crash: it is what its supervisor kept.
 */
export class ChannelActor implements Actor<ChannelEvent> {
  readonly #deps: ChannelDeps;
  readonly #machine: ChannelMachine;
  readonly #attempts: Attempts;
  readonly #budget: RestartBudget;
  #cell: Cell<ChannelEvent> | undefined;
  #exitSignal: ExitSignal | undefined;
  #left: ChannelEvent[] = [];
  #retried: ChannelEvent | undefined;
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
    this.#budget = new RestartBudget(deps.restarts);
  }

  get name(): string {
    return this.#attempts.policy.name;
  }

  start(exitSignal: ExitSignal, place: Place): RunningChild {
    this.#exitSignal = exitSignal;
    this.#budget.reset();
    this.#machine.start();
    this.#cell = this.#deps.system.spawn(place, this.name, this, { mailbox: MAILBOX });
    for (const message of this.#left.splice(0)) this.#cell.tellUnbounded(message);
    this.#cell.tellUnbounded({ kind: 'wake' });
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  get receiver(): string | undefined {
    return this.#attempts.receiver;
  }

  /** Goes on by other settings; what is under way comes to its end by those it began with. */
  replace(channel: Channel, closingNotice?: AlertMessage): void {
    this.#attempts.replace(channel, closingNotice);
    this.#machine.configure(channel.policy);
    this.#tell({ kind: 'wake' });
  }

  offer(offers: readonly Offer[]): void {
    this.#tell({ kind: 'offer', offers });
  }

  granted(id: AlertId, message: AlertMessage, attempt: number): void {
    this.#tell({ kind: 'granted', id, message, attempt });
  }

  /** For a provider that forgets. */
  stands(failures: readonly StandingFailure[]): void {
    this.#attempts.notifier.stands?.(failures);
  }

  gone(node: NodeName): void {
    this.#attempts.notifier.gone?.(node);
  }

  withdrawn(id: AlertId): void {
    this.#tell({ kind: 'withdrawn', id });
  }

  #tell(event: ChannelEvent): void {
    if (this.#cell === undefined) this.#left.push(event);
    else this.#cell.tellUnbounded(event);
  }

  /** What is under way may come to its end, for a while; then it is broken off, and tried again by the next start. */
  async #stop(): Promise<void> {
    this.#exitSignal = undefined;
    this.#machine.stop();
    this.#timer.set(undefined);
    await this.#attempts.end(this.#deps.patience);
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell === undefined) return;
    await new Promise<void>((resolve) => {
      cell.stop((left) => {
        this.#left = [...left, ...this.#left];
        resolve();
      });
    });
  }

  /** It is not configured any more. @param farewell what its receiver is told last */
  async leave(closingNotice: AlertMessage | undefined): Promise<void> {
    await this.#attempts.leave(closingNotice);
  }

  /** Lets go of connections: the daemon ends. */
  close(): Promise<void> {
    return this.#attempts.close();
  }

  receive(event: ChannelEvent): void {
    const { clock } = this.#deps;
    this.#run(this.#machine.decide(event, clock.now()));
    if (this.#retried === event) {
      this.#retried = undefined;
      if (this.#budget.survived(clock.now()))
        this.#exitSignal?.crashed(new Error('restart intensity exceeded'));
    }
    this.#setAlarm();
  }

  crashed({ message, error }: Crash<ChannelEvent>): void {
    const { clock, logger, system } = this.#deps;
    const verdict = this.#budget.crashed(this.#retried === message, error, unixSeconds(clock.wall()));
    const path = this.#cell?.path ?? this.name;
    logger.error('actor crashed', { path, message: message.kind, error, verdict });
    this.#retried = verdict === 'retry' ? message : undefined;
    if (verdict === 'dead_letter')
      system.deadLetters.add(path, message, `it crashed its actor twice: ${error.message}`);
    this.#cell?.restart(this.#retried);
  }

  #run(effects: readonly ChannelEffect[]): void {
    const { clock, logger } = this.#deps;
    const progress = {
      verdicts: new Array<Progress['verdicts'][0]>(),
      due: new Array<AlertId>(),
      next: new Array<AlertId>(),
    };
    for (const effect of effects) {
      switch (effect.kind) {
        case 'ask':
          progress.due.push(effect.id);
          break;
        case 'prepare':
          progress.next.push(effect.id);
          break;
        case 'notify':
          this.#attempts.begin(effect.id, effect.message, effect.attempt);
          break;
        case 'report':
          this.#count(effect.id, effect.attempts, effect.verdict);
          progress.verdicts.push(effect);
          break;
        case 'rest':
          logger.warn('channel rests', {
            channel: this.name,
            failures: effect.failures,
            seconds: Math.round((effect.until - clock.now()) / 1000),
          });
          break;
        default:
          assertNever(effect);
      }
    }
    if (Object.values(progress).some(({ length }) => length > 0)) this.#deps.progress(this.name, progress);
  }

  #count(alert: AlertId, attempts: number, verdict: Verdict): void {
    const { clock, logger } = this.#deps;
    const { name: channel } = this;
    if (verdict.kind === 'delivered') {
      logger.info('alert delivered', { alert, channel, attempts });
      return;
    }
    const { error } = verdict;
    this.#lastError = { at: unixSeconds(clock.wall()), error };
    if (verdict.kind === 'failed') {
      this.#deps.totals.count(channel, 'failed');
      const seconds = Math.round(verdict.retryIn / 100) / 10;
      logger.warn('alert not delivered yet', { alert, channel, attempts, reason: error, retry_in: seconds });
    } else {
      logger.error('alert is a dead letter', { alert, channel, attempts, reason: error });
    }
  }

  #setAlarm(): void {
    const isUp = this.#exitSignal !== undefined;
    this.#timer.set(isUp ? this.#machine.wakeAt(this.#deps.clock.now()) : undefined);
  }

  figures(): ChannelFigures {
    return {
      waiting: this.#machine.size,
      breaker: stateOf(this.#machine.breaker, this.#deps.clock.now()),
    };
  }

  inspect(): object {
    const { clock } = this.#deps;
    const { restUntil } = this.#machine.breaker;
    return {
      kind: this.#attempts.policy.kind,
      waiting: this.#machine.size,
      active: this.#machine.active,
      delivered: this.#totals.delivered,
      failed_attempts: this.#totals.failed,
      dead: this.#totals.dead,
      last_error: this.#lastError,
      resting: Math.max(0, Math.round((restUntil - clock.now()) / 1000)),
      mailbox: this.#cell?.waiting ?? 0,
      ...this.#budget.inspect(),
    };
  }
}
