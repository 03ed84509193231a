import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { Cell, type Actor, type CellDeps, type Home, type Load, type Stoppable } from './actor.js';
import { DeadLetters } from './dead-letters.js';
import { spawnPlace, startSystem, type NactActor, type NactParent } from './nact.js';
import { MailboxScheduler } from './mailbox-scheduler.js';

/** Where actors are spawned. It handles no messages itself. */
export interface Place extends Home {
  readonly path: string;
  /** The load of all actors spawned here. */
  readonly load: Load;
  /** @internal */
  readonly nact: NactParent;
  /** @internal */
  readonly system: CellDeps;
}

let systems = 0;

/** One tree of actors; several may live in one process. */
export class ActorSystem implements Place {
  readonly deadLetters: DeadLetters;
  readonly path: string;
  readonly load = { waiting: 0, restarts: 0 };
  readonly nact: NactParent & { stop(): void };
  readonly system: CellDeps;
  /** Crashed cells that were not restarted. nact does not know them. */
  readonly #fallen = new Set<Stoppable>();
  readonly #places = new Map<string, Place>();
  #running = 0;
  #overflows = 0;

  constructor(clock: Clock, logger: Logger) {
    const name = `heartbeat-${String(++systems)}`;
    this.nact = startSystem(name);
    this.path = name;
    this.deadLetters = new DeadLetters(clock);
    this.system = {
      deadLetters: this.deadLetters,
      turns: new MailboxScheduler(clock),
      entered: () => {
        this.#running++;
      },
      left: () => {
        this.#running--;
      },
      overflowed: () => {
        this.#overflows++;
      },
      crashed: (cell) => {
        this.#fallen.add(cell);
      },
      restarted: (cell) => {
        this.#fallen.delete(cell);
      },
      failed: (callback, path, error) => {
        logger.error(`${callback} failed`, { path, error });
      },
    };
  }

  /** Live nact actors, without places. */
  get running(): number {
    return this.#running;
  }

  /** Messages refused because a mailbox was full. */
  get overflows(): number {
    return this.#overflows;
  }

  /** Every place. They are as fixed as the supervision tree. */
  get places(): Iterable<Pick<Place, 'path' | 'load'>> {
    return this.#places.values();
  }

  /**
   * A named place under which actors are spawned: a nact actor that never gets a message. A supervisor that is started
   * again finds the same one.
   */
  place(parent: Place, name: string): Place {
    const path = parent === this ? name : `${parent.path}/${name}`;
    const known = this.#places.get(path);
    if (known !== undefined) return known;
    const nact = spawnPlace(parent.nact, name);
    const place = { path, nact, load: { waiting: 0, restarts: 0 }, system: this.system };
    this.#places.set(path, place);
    return place;
  }

  /**
   * @param name unique under its parent; letters, digits and `-_.` (nact refuses most others)
   * @param options.mailbox how many messages may wait; past that `tell` returns `full`
   * @throws Error if the name is taken or refused, or the system has stopped
   */
  spawn<Message>(
    parent: Place,
    name: string,
    actor: Actor<Message>,
    options: { readonly mailbox: number },
  ): Cell<Message> {
    return new Cell(parent, name, actor, options);
  }

  /**
   * Accepts nothing new, and stops every remaining actor once it has handled its messages. Unhandled messages become
   * dead letters.
   */
  stop(): void {
    for (const cell of [...cellsUnder(this.nact), ...this.#fallen]) {
      cell.stop((left) => {
        for (const message of left) this.deadLetters.add(this.path, message, 'its system has stopped');
      });
    }
    this.nact.stop();
  }
}

/** nact's own tree is the registry: a second table of all actors would cost as much as they do. */
function* cellsUnder({ children }: Pick<NactActor, 'children'>): Iterable<Stoppable> {
  for (const child of children.values()) {
    if (!(child.state instanceof Cell)) yield* cellsUnder(child);
    else if (child.state.status === 'running') yield child.state;
  }
}
