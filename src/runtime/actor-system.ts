import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { Cell, type Actor } from './actor.js';
import { DeadLetters } from './dead-letters.js';
import { spawnNact, startSystem, type NactParent } from './nact.js';

/** Where actors are spawned. It handles no messages itself. */
export interface Place {
  readonly path: string;
  /** @internal */
  readonly nact: NactParent;
}

let systems = 0;

/** One tree of actors; several may live in one process. */
export class ActorSystem implements Place {
  readonly deadLetters: DeadLetters;
  readonly path: string;
  readonly nact: NactParent & { stop(): void };
  readonly #logger: Logger;
  #running = 0;
  #overflows = 0;

  constructor(clock: Clock, logger: Logger) {
    const name = `heartbeat-${String(++systems)}`;
    this.nact = startSystem(name);
    this.path = name;
    this.deadLetters = new DeadLetters(clock);
    this.#logger = logger;
  }

  /** nact actors that are alive just now, places not counted. */
  get running(): number {
    return this.#running;
  }

  /** Messages that were refused because a mailbox was full. */
  get overflows(): number {
    return this.#overflows;
  }

  /** A named place under which actors are spawned: an nact actor that is never told anything. */
  place(parent: Place, name: string): Place {
    const actor = spawnNact(parent.nact, name, undefined, emptyPlace);
    return { path: parent === this ? name : `${parent.path}/${name}`, nact: actor };
  }

  /**
   * @param name unique under its parent; letters, digits and `-_.` (nact refuses most others)
   * @param options.mailbox how many messages may wait; past it `tell` answers `full`
   */
  spawn<Message>(
    parent: Place,
    name: string,
    actor: Actor<Message>,
    options: { readonly mailbox: number },
  ): Cell<Message> {
    return new Cell(this, parent.nact, name, actor, options);
  }

  stop(): void {
    this.nact.stop();
  }

  /** @internal */
  entered(): void {
    this.#running++;
  }

  /** @internal */
  left(): void {
    this.#running--;
  }

  /** @internal */
  overflowed(): void {
    this.#overflows++;
  }

  /** @internal A fault in the handling of a fault: there is nobody left to tell. */
  uncaught(path: string, error: unknown): void {
    this.#logger.error('crash handler failed', { path, error });
  }
}

const emptyPlace = {
  receive: (state: undefined): undefined => state,
  crashed: (): void => undefined,
  stopped: (): void => undefined,
};
