import { decide, initialState } from '../../../actors/supervisor/supervisor.machine.js';
import type {
  SupervisorEffect,
  SupervisorEvent,
  SupervisorState,
} from '../../../actors/supervisor/supervisor.machine.js';
import type { Happening, Scenario } from './scenario.js';

/** One handled message: the state before it, the decision, and the live children at each effect. */
export interface Step {
  readonly now: number;
  readonly event: SupervisorEvent;
  readonly before: SupervisorState;
  readonly after: SupervisorState;
  readonly effects: readonly { readonly effect: SupervisorEffect; readonly alive: readonly Run[] }[];
  readonly alive: readonly Run[];
}

export interface Run {
  readonly id: string;
  readonly incarnation: number;
  readonly hasStarted: boolean;
  readonly stopAsked: boolean;
}

/** Children that start, run, crash and hang, and a supervisor that gets their signals late. */
export class World {
  readonly steps: Step[] = [];
  readonly scenario: Scenario;
  state: SupervisorState;
  alive: Run[] = [];
  private now = 0;
  private readonly mailbox: SupervisorEvent[] = [{ kind: 'start' }];
  private timers: SupervisorEvent[] = [];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.state = deepFreeze(initialState(scenario.policy, scenario.specs));
    for (const happening of scenario.happenings) this.happen(happening);
  }

  /** From here on everything succeeds, until nothing is left to do. */
  settle(): void {
    for (let left = 1_000; left > 0; left--) {
      const kind = this.nextGood();
      if (kind === undefined) return;
      this.happen({ kind, pick: 0 });
    }
    throw new Error('the supervisor never comes to rest');
  }

  shutdown(): void {
    this.happen({ kind: 'shutdown', pick: 0 });
  }

  private nextGood(): Happening['kind'] | undefined {
    if (this.mailbox.length > 0) return 'deliver';
    if (this.alive.some((run) => run.stopAsked)) return 'stop_confirmed';
    if (this.alive.some((run) => !run.hasStarted)) return 'start_succeeds';
    return this.timers.length > 0 ? 'timer_fires' : undefined;
  }

  private happen({ kind, pick }: Happening): void {
    switch (kind) {
      case 'deliver':
        return this.deliver();
      case 'start_succeeds':
        return this.startSucceeds(pick);
      case 'start_fails':
      case 'crash':
      case 'end':
      case 'stop_confirmed':
        return this.die(pick, ENDS[kind]);
      case 'timer_fires':
        return this.fire(pick);
      case 'repeat':
        return this.repeat(pick);
      case 'time_passes':
        this.now += pick % Math.round(this.scenario.policy.period * 700);
        return;
      case 'shutdown':
        this.mailbox.push({ kind: 'shutdown' });
        return;
    }
  }

  private deliver(): void {
    const event = this.mailbox.shift();
    if (event === undefined) return;
    const before = this.state;
    const decision = decide(before, event, this.now);
    this.state = deepFreeze(decision.state);
    const effects = decision.effects.map((effect) => {
      const { alive } = this;
      this.run(effect);
      return { effect, alive };
    });
    this.steps.push({ now: this.now, event, before, after: this.state, effects, alive: this.alive });
  }

  private run(effect: SupervisorEffect): void {
    if (effect.kind === 'start_child')
      this.alive = [...this.alive, { ...ref(effect), hasStarted: false, stopAsked: false }];
    if (effect.kind === 'restart_later') this.timers.push({ kind: 'restart_due', ...ref(effect) });
    if (effect.kind === 'stop_child') {
      const known = this.alive.some((run) => isSame(run, effect));
      this.alive = this.alive.map((run) => (isSame(run, effect) ? { ...run, stopAsked: true } : run));
      if (!known) this.mailbox.push({ kind: 'child_stopped', ...ref(effect) });
    }
  }

  private startSucceeds(pick: number): void {
    const run = oneOf(this.alive, (one) => !one.hasStarted, pick);
    if (run === undefined) return;
    this.alive = this.alive.map((other) => (other === run ? { ...run, hasStarted: true } : other));
    this.mailbox.push({ kind: 'child_started', ...ref(run) });
  }

  private die(pick: number, end: End): void {
    const run = oneOf(this.alive, end.of, pick);
    if (run === undefined) return;
    this.alive = this.alive.filter((other) => other !== run);
    this.mailbox.push(end.event(ref(run)));
  }

  private fire(pick: number): void {
    const timer = oneOf(this.timers, () => true, pick);
    if (timer === undefined) return;
    this.timers = this.timers.filter((other) => other !== timer);
    this.mailbox.push(timer);
  }

  private repeat(pick: number): void {
    const event = oneOf(this.steps, () => true, pick)?.event;
    if (event !== undefined && this.isPast(event)) this.mailbox.push(event);
  }

  /** No signal reports a live child dead; after its end, any signal may still arrive. */
  private isPast(event: SupervisorEvent): boolean {
    return 'incarnation' in event ? !this.alive.some((run) => isSame(run, event)) : event.kind === 'start';
  }
}

type ChildRef = Pick<Run, 'id' | 'incarnation'>;

/** A way to end: which children can, and the signal that the supervisor gets. */
interface End {
  readonly of: (run: Run) => boolean;
  readonly event: (child: ChildRef) => SupervisorEvent;
}

const ENDS = {
  start_fails: {
    of: (run) => !run.hasStarted,
    event: (child) => ({ kind: 'child_start_failed', ...child, error: 'no start' }),
  },
  crash: {
    of: (run) => run.hasStarted,
    event: (child) => ({ kind: 'child_exited', ...child, reason: 'crash', error: 'boom' }),
  },
  end: {
    of: (run) => run.hasStarted,
    event: (child) => ({ kind: 'child_exited', ...child, reason: 'normal' }),
  },
  stop_confirmed: {
    of: (run) => run.stopAsked,
    event: (child) => ({ kind: 'child_stopped', ...child }),
  },
} satisfies Record<string, End>;

function oneOf<T>(all: readonly T[], may: (one: T) => boolean, pick: number): T | undefined {
  const able = all.filter(may);
  return able[pick % able.length];
}

function ref({ id, incarnation }: ChildRef): ChildRef {
  return { id, incarnation };
}

function isSame(one: ChildRef, other: ChildRef): boolean {
  return one.id === other.id && one.incarnation === other.incarnation;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
