import type { Actor, Cell, Crash } from '../../../src/runtime/actor.js';
import { ActorSystem, type Place } from '../../../src/runtime/actor-system.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

/** A message that does something to whoever handles it. */
export interface Task {
  readonly kind: string;
  readonly run?: () => void;
}

export function task(kind: string, run?: () => void): Task {
  return run === undefined ? { kind } : { kind, run };
}

/** A message over which the actor falls as often as told, and then no more. */
export function poison(kind: string, times = Infinity): Task {
  let left = times;
  return task(kind, () => {
    if (left-- > 0) throw new Error(`${kind} is poison`);
  });
}

/** Does what it is told, and remembers it. */
export class Worker implements Actor<Task> {
  /** The kinds of what was handled to its end, in order. */
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

  /** The actors that nact itself has just now, places not counted. */
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

  /** Lets everything that is under way come to its end. */
  settle(): Promise<void> {
    return this.pass(60);
  }
}

/** Stops the cell, and says what it left. */
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
