import type { Actor, Cell, Crash } from '../../../src/runtime/actor.js';
import { ActorSystem, type Place } from '../../../src/runtime/actor-system.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

/** A message with a function that runs on its actor. */
export interface Task {
  readonly kind: string;
  readonly run?: () => void;
}

export function task(kind: string, run?: () => void): Task {
  return run === undefined ? { kind } : { kind, run };
}

/** A message that crashes its actor as often as given. */
export function poison(kind: string, times = Infinity): Task {
  let left = times;
  return task(kind, () => {
    if (left-- > 0) throw new Error(`${kind} is poison`);
  });
}

/** Runs its messages, and records them. */
export class Worker implements Actor<Task> {
  /** The kinds of the completely handled messages, in order. */
  readonly handled: string[] = [];
  readonly crashes: Crash<Task>[] = [];
  whenCrashed: (crash: Crash<Task>) => void = () => undefined;

  receive(message: Task): void {
    message.run?.();
    this.handled.push(message.kind);
  }

  crashed(crash: Crash<Task>): void {
    this.crashes.push(crash);
    this.whenCrashed(crash);
  }
}

/** A system with one place in it. */
export class Workshop {
  readonly logger = new RecordingLogger();
  readonly clock = new SimulatedClock();
  readonly system = new ActorSystem(this.clock, this.logger);
  readonly place: Place = this.system.place(this.system, 'workshop');

  hire(name = 'worker', mailbox = 1000): { worker: Worker; cell: Cell<Task> } {
    const worker = new Worker();
    return { worker, cell: this.system.spawn(this.place, name, worker, { mailbox }) };
  }

  /** The present actors of nact, without places. */
  get alive(): number {
    return this.place.nact.children.size;
  }

  /** Passes of the event loop: an actor handles one message in each. */
  async pass(times = 1): Promise<void> {
    for (let pass = 0; pass < times; pass++) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** Lets everything under way finish. */
  settle(): Promise<void> {
    return this.pass(60);
  }
}

/** Stops the cell. @returns what it left */
export function stopped(cell: Cell<Task>): Promise<string[]> {
  return new Promise((resolve) => {
    cell.stop((left) => {
      resolve(kinds(left));
    });
  });
}

export function kinds(tasks: readonly Task[]): string[] {
  return tasks.map(({ kind }) => kind);
}
