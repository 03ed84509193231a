import type {
  ChildState,
  RestartType,
  Strategy,
  SupervisorPolicy,
} from '../../../actors/supervisor/child-spec.js';
import { decide, initialState } from '../../../actors/supervisor/supervisor.machine.js';
import type {
  SupervisorEffect,
  SupervisorEvent,
  SupervisorState,
} from '../../../actors/supervisor/supervisor.machine.js';

export const POLICY: SupervisorPolicy = {
  strategy: 'one_for_one',
  intensity: 3,
  period: 5,
  backoff: { min: 0, max: 0 },
};

export const STRATEGIES: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];

export const ABC = { a: 'permanent', b: 'permanent', c: 'permanent' } as const;

/**
 * Plays events to a supervisor and answers with its effects, one word or two each: `start a#2`.
 * Events are about the current incarnation unless a test names another.
 */
export class Play {
  state: SupervisorState;
  effects: readonly SupervisorEffect[] = [];
  private now = 0;

  constructor(children: Record<string, RestartType>, policy: Partial<SupervisorPolicy> = {}) {
    const specs = Object.entries(children).map(([id, restart]) => ({ id, restart, shutdown: 2 }));
    this.state = initialState({ ...POLICY, ...policy }, specs);
  }

  /** A supervisor whose children have all started. */
  static running(children: Record<string, RestartType>, policy: Partial<SupervisorPolicy> = {}): Play {
    const play = new Play(children, policy);
    play.start();
    for (const id of Object.keys(children)) play.started(id);
    return play;
  }

  start(): string[] {
    return this.send({ kind: 'start' });
  }

  added(id: string): string[] {
    return this.send({ kind: 'child_added', child: { id, restart: 'permanent', shutdown: 2 } });
  }

  removed(id: string): string[] {
    return this.send({ kind: 'child_removed', id });
  }

  shutdown(): string[] {
    return this.send({ kind: 'shutdown' });
  }

  started(id: string, incarnation = this.incarnation(id)): string[] {
    return this.send({ kind: 'child_started', id, incarnation });
  }

  startFails(id: string, error = 'no start'): string[] {
    return this.send({ kind: 'child_start_failed', id, incarnation: this.incarnation(id), error });
  }

  crashes(id: string, incarnation = this.incarnation(id)): string[] {
    return this.send({ kind: 'child_exited', id, incarnation, reason: 'crash', error: 'boom' });
  }

  ends(id: string, incarnation = this.incarnation(id)): string[] {
    return this.send({ kind: 'child_exited', id, incarnation, reason: 'normal' });
  }

  stopped(id: string, incarnation = this.incarnation(id)): string[] {
    return this.send({ kind: 'child_stopped', id, incarnation });
  }

  due(id: string, incarnation = this.incarnation(id)): string[] {
    return this.send({ kind: 'restart_due', id, incarnation });
  }

  after(milliseconds: number): this {
    this.now += milliseconds;
    return this;
  }

  child(id: string): ChildState {
    const child = this.state.children.find((one) => one.id === id);
    if (child === undefined) throw new Error(`the supervisor has no child "${id}"`);
    return child;
  }

  statuses(): string {
    return this.state.children.map(({ id, status }) => `${id} ${status}`).join(', ');
  }

  private incarnation(id: string): number {
    return this.child(id).incarnation;
  }

  private send(event: SupervisorEvent): string[] {
    const { state, effects } = decide(this.state, event, this.now);
    this.state = state;
    this.effects = effects;
    return effects.flatMap(inWords);
  }
}

function inWords(effect: SupervisorEffect): string[] {
  switch (effect.kind) {
    case 'start_child':
      return [`start ${effect.id}#${effect.incarnation}`];
    case 'stop_child':
      return [`stop ${effect.id}#${effect.incarnation}`];
    case 'restart_later':
      return [`wait ${effect.delayMs} for ${effect.id}`];
    case 'escalate':
      return [`escalate ${effect.reason.kind}`];
    case 'child_restarting':
      return [];
    case 'started':
    case 'stopped':
      return [effect.kind];
  }
}
