import { assertNever } from '../../src/domain/assert-never.js';
import { toMillis, type Seconds } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { Actor, Cell, Crash } from '../../src/runtime/actor.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { ChildSpec, ExitSignal, SupervisorPolicy } from './child-spec.js';
import { ChildRun } from './child-run.js';
import {
  decide,
  initialState,
  type EscalationReason,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorState,
} from './supervisor.machine.js';

/** Shared by every supervisor of the tree. */
export interface SupervisionContext {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAILBOX = 10_000;

type Ref = { readonly id: string; readonly incarnation: number };

/**
 * Carries out the decisions of the policy: starts children, stops them, waits between restarts, gives up. A child that
 * does not stop in time is abandoned, because it cannot be ended from outside.
 */
export class Supervisor implements Actor<SupervisorEvent> {
  readonly path: string;
  readonly #context: SupervisionContext;
  readonly #place: Place;
  readonly #specs: Map<string, ChildSpec>;
  readonly #exitSignal: ExitSignal;
  readonly #cell: Cell<SupervisorEvent>;
  readonly #running = new Map<string, ChildRun>();
  readonly #pauses = new Set<Cancel>();
  #state: SupervisorState;
  #retried: SupervisorEvent | undefined;
  #failure: Error | undefined;
  #started: ((outcome: Error | undefined) => void) | undefined;
  #stopped: (() => void) | undefined;
  /** Callers that wait for a child to be removed. */
  readonly #removals = new Map<string, () => void>();

  constructor(
    context: SupervisionContext,
    place: Place,
    policy: SupervisorPolicy,
    specs: readonly ChildSpec[],
    exitSignal: ExitSignal,
  ) {
    this.#context = context;
    this.#specs = new Map(specs.map((spec) => [spec.id, spec]));
    this.#exitSignal = exitSignal;
    this.#state = initialState(policy, specs);
    this.#place = place;
    this.path = place.path;
    this.#cell = context.system.spawn(place, 'supervisor', this, { mailbox: MAILBOX });
  }

  /** Resolves once every child has started; rejects if one could not. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#started = (failure) => {
        if (failure === undefined) resolve();
        else reject(failure);
      };
      this.#cell.tellUnbounded({ kind: 'start' });
    });
  }

  /** Stops the children in reverse order, each within its own time. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stopped = () => {
        this.#cell.stop(() => {
          resolve();
        });
      };
      this.#cell.tellUnbounded({ kind: 'shutdown' });
    });
  }

  /**
   * Starts one more child and supervises it like the others.
   *
   * @param before the child that stops before it; if absent, it stops first
   */
  add(spec: ChildSpec, before?: string): void {
    this.#specs.set(spec.id, spec);
    const { id, restart, shutdown } = spec;
    this.#cell.tellUnbounded({ kind: 'child_added', child: { id, restart, shutdown }, before });
  }

  /** Resolves once the child has stopped and is forgotten. All have stopped once the supervisor has. */
  remove(id: string): Promise<void> {
    if (this.#state.phase === 'stopped') return Promise.resolve();
    const spec = this.#specs.get(id);
    return new Promise((resolve) => {
      this.#removals.set(id, () => {
        // Another child of that name may have been added meanwhile.
        if (this.#specs.get(id) === spec) this.#specs.delete(id);
        resolve();
      });
      this.#cell.tellUnbounded({ kind: 'child_removed', id });
    });
  }

  receive(event: SupervisorEvent): void {
    const { state, effects } = decide(this.#state, event, this.#context.clock.now());
    this.#state = state;
    for (const effect of effects) this.#run(effect);
    this.#retried = undefined;
    if (this.#removals.size > 0) this.#tellOfRemovals();
  }

  /** A fault of the supervisor itself is not its children's, and it keeps its state. */
  crashed({ message, error }: Crash<SupervisorEvent>): void {
    const { system, logger } = this.#context;
    const twice = this.#retried === message;
    this.#retried = message;
    logger.error('actor crashed', { path: this.path, message: message.kind, error });
    if (twice) {
      system.deadLetters.add(this.path, message, `it crashed its actor twice: ${error.message}`);
      // Whoever waits for the start would wait for ever, and stops nothing that has not started.
      if (this.#started === undefined) this.#exitSignal.crashed(error);
      else this.#settleStart(error);
    }
    this.#cell.restart(twice ? undefined : message);
  }

  inspect(): object {
    const { policy, children } = this.#state;
    const { strategy, intensity, period } = policy;
    return {
      kind: 'supervisor',
      strategy,
      intensity,
      period,
      mailbox: this.#cell.waiting,
      children: children.map(({ id, status, restart, restarts, incarnation, lastCrash }) => ({
        name: id,
        status,
        restart,
        restarts,
        incarnation,
        last_crash:
          lastCrash === null ? null : { at: this.#unixSecondsOf(lastCrash.at), error: lastCrash.error },
        ...this.#running.get(id)?.inspect(),
      })),
    };
  }

  #tellOfRemovals(): void {
    const { phase, children } = this.#state;
    const left = new Set(phase === 'stopped' ? [] : children.map(({ id }) => id));
    for (const [id, tell] of this.#removals) {
      if (left.has(id)) continue;
      this.#removals.delete(id);
      this.#running.delete(id);
      tell();
    }
  }

  #unixSecondsOf(at: number): number {
    const { clock } = this.#context;
    return Math.floor((clock.wall() - (clock.now() - at)) / 1000);
  }

  #run(effect: SupervisorEffect): void {
    switch (effect.kind) {
      case 'start_child':
        this.#startChild(effect);
        return;
      case 'stop_child':
        this.#stopChild(effect, effect.timeout);
        return;
      case 'restart_later':
        this.#restartLater(effect, effect.delayMs);
        return;
      case 'child_restarting':
        this.#place.load.restarts++;
        this.#context.logger.warn('restarting', {
          path: `${this.path}/${effect.id}`,
          restart: effect.restarts,
          delay_ms: effect.delayMs,
        });
        return;
      case 'started':
        this.#settleStart(undefined);
        return;
      case 'escalate':
        this.#escalate(effect.reason);
        return;
      case 'stopped':
        for (const cancel of this.#pauses) cancel();
        this.#stopped?.();
        return;
      default:
        assertNever(effect);
    }
  }

  #startChild({ id, incarnation }: Ref): void {
    const spec = this.#specs.get(id);
    if (spec === undefined) throw new TypeError(`${this.path} has no child '${id}'`);
    const run = new ChildRun(spec, this.#place, (error) => {
      this.#context.logger.error('child crashed', { path: `${this.path}/${id}`, error });
      this.#cell.tellUnbounded({
        kind: 'child_exited',
        id,
        incarnation,
        reason: 'crash',
        error: error.message,
      });
    });
    this.#running.set(id, run);
    void run.start().then((failure) => {
      if (failure === undefined) {
        this.#cell.tellUnbounded({ kind: 'child_started', id, incarnation });
        return;
      }
      this.#failure = failure;
      // During its own start, the caller of that start reports the failure. While it stops, the child need not start.
      if (this.#started === undefined && this.#stopped === undefined)
        this.#context.logger.error('child crashed', { path: `${this.path}/${id}`, error: failure });
      this.#cell.tellUnbounded({ kind: 'child_start_failed', id, incarnation, error: failure.message });
    });
  }

  #stopChild({ id, incarnation }: Ref, timeout: Seconds): void {
    const { clock, logger } = this.#context;
    let settled = false;
    const settle = (): void => {
      if (settled) return;
      settled = true;
      giveUp();
      this.#cell.tellUnbounded({ kind: 'child_stopped', id, incarnation });
    };
    const giveUp = clock.after(toMillis(timeout), () => {
      if (!settled) logger.warn('child did not stop in time', { path: `${this.path}/${id}`, timeout });
      settle();
    });
    void this.#running.get(id)?.stop().then(settle);
  }

  #restartLater({ id, incarnation }: Ref, delay: number): void {
    const cancel = this.#context.clock.after(delay, () => {
      this.#pauses.delete(cancel);
      this.#cell.tellUnbounded({ kind: 'restart_due', id, incarnation });
    });
    this.#pauses.add(cancel);
  }

  #escalate(reason: EscalationReason): void {
    const cause = reason.error ?? 'it ended';
    const why =
      reason.kind === 'failed_to_start_child'
        ? `could not start ${reason.id}: ${cause}`
        : `${reason.id} was restarted too often, last after: ${cause}`;
    for (const cancel of this.#pauses) cancel();
    if (this.#started !== undefined) {
      // The first failure is passed on as it is, and the caller of the start reports it: readers need the cause, not the
      // tree.
      this.#settleStart(this.#failure ?? new Error(why));
      return;
    }
    this.#context.logger.error('supervisor exceeded its restart intensity', { path: this.path, reason: why });
    this.#exitSignal.crashed(new Error(why));
  }

  #settleStart(failure: Error | undefined): void {
    this.#started?.(failure);
    this.#started = undefined;
  }
}
