import { spawnPlace, startSystem, type NactActor, type NactParent } from './nact.js';
import type { MailboxScheduler } from './mailbox-scheduler.js';

/** Whose messages a nact actor handles. It outlives the nact actor, which any crash ends. */
export interface Occupant {
  /** Where it waits for its turn. */
  readonly turns: MailboxScheduler;
  /** Handles one message; what it throws is a crash. */
  handle(message: unknown): void;
  /** Handling the message threw, and the nact actor is about to stop. Must not throw. */
  crashed(message: unknown, error: Error): void;
  /** nact has let go of its actor, and the name is free. Must not throw. */
  gone(): void;
}

/** Sent through the mailbox, so that what was told before it is handled before it. */
export const STOP: unknown = Symbol('stop');

/** Nobody is told who sent a message. Left out, nact makes a reference and a path of its own for each one. */
const NOBODY = null;

interface Mailbox {
  push(entry: { message: unknown }): unknown;
  shift(): unknown;
  toArray(): { message: unknown }[];
}

/** An actor as nact's constructor makes it, from which is taken what the package does not export. */
const model = spawnPlace(startSystem('model'), 'model') as unknown as {
  readonly constructor: { readonly prototype: object };
  readonly mailbox: { readonly constructor: new () => Mailbox };
  readonly path: { readonly constructor: { isValidName(name: string): boolean } };
};
const Queue = model.mailbox.constructor;
const nactPath = model.path.constructor;

/** nact's actor without its constructor, which gives each one two maps, a queue, a path, a reference, a logger. */
const BareActor = function BareActor() {
  // Its fields are declared below.
} as unknown as new () => NactActor & {
  processNext(): void;
  handleFault(message: unknown, sender: unknown, error: unknown): Promise<void>;
};
BareActor.prototype = model.constructor.prototype;

/**
 * One nact actor, from its spawn to its stop; it is never a parent. nact's own in how it takes messages, queues them
 * and stops, at a fraction of the memory and the time: what is the same for all lies in the prototype, and handling
 * a message makes no promise and no context with a copy of the children. See `docs/decisions/0008`.
 */
export class Incarnation extends BareActor {
  readonly name: string;
  override state: Occupant;
  busy = false;
  stopped = false;
  mailbox = NO_MAIL;
  /** Declared last: nact deletes it from an actor that stops, and only the last field is deleted cheaply. */
  parent: NactParent;

  /** @throws Error when the name is taken, or holds what nact refuses, or the system has stopped */
  constructor(parent: NactParent, name: string, occupant: Occupant) {
    if (!nactPath.isValidName(name)) throw new Error(`'${name}' cannot be the name of an actor`);
    if (parent.children.has(name)) throw new Error(`an actor of the name '${name}' already exists`);
    if (parent.system.stopped) throw new Error(`the system of '${name}' has stopped`);
    super();
    this.name = name;
    this.state = occupant;
    this.parent = parent;
    parent.children.set(name, this);
  }

  /** The only way to tell it something: it gets its queue here, once it needs one. */
  tell(message: unknown): void {
    if (this.busy && this.mailbox === NO_MAIL) this.mailbox = new Queue();
    this.dispatch(message, NOBODY);
  }

  /** Handles a message without waiting for its turn. @returns false when it is not idle, and has not been told */
  handleNow(message: unknown): boolean {
    if (this.busy || this.stopped) return false;
    this.busy = true;
    this.handle(message);
    return true;
  }

  /** What nact would drop when the actor stops. */
  get waiting(): unknown[] {
    const messages = this.mailbox.toArray().map((entry) => entry.message);
    return messages.filter((message) => message !== STOP);
  }

  // What follows is called by nact.

  override get children(): NoChildren {
    return NO_CHILDREN;
  }

  handleMessage(message: unknown): void {
    this.busy = true;
    this.state.turns.take(this, message);
  }

  /** Handles one message, at the actor's turn. */
  handle(message: unknown): void {
    try {
      this.state.handle(message);
      this.processNext();
    } catch (error) {
      void this.handleFault(message, NOBODY, error);
    }
  }

  onCrash(message: unknown, thrown: unknown, { stop }: { readonly stop: unknown }): unknown {
    this.state.crashed(message, errorOf(thrown));
    return stop;
  }

  afterStop(occupant: Occupant): void {
    occupant.gone();
  }

  createContext(): object {
    return NO_CONTEXT;
  }

  createContextWithMailbox(): object {
    return NO_CONTEXT;
  }

  /** Nothing stops an actor for being idle. */
  setTimeout(): void {
    return undefined;
  }

  clearTimeout(): void {
    return undefined;
  }
}

const NO_CONTEXT: object = {};

const NO_MAIL: Mailbox = {
  push: () => {
    throw new TypeError('an actor is told things through `tell`');
  },
  shift: () => undefined,
  toArray: () => [],
};

class NoChildren extends Map<string, NactActor> {
  /** The first that nact asks of a parent. */
  override has(name: string): never {
    throw new TypeError(`'${name}' was to be spawned under a leaf`);
  }
}

const NO_CHILDREN = new NoChildren();

/** Total, since anything can be thrown. */
function errorOf(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } catch {
    return new Error('what was thrown cannot be shown');
  }
}
