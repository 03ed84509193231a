import { spawnPlace, startSystem, type NactActor, type NactParent } from './nact.js';
import type { MailboxScheduler } from './mailbox-scheduler.js';

/** The owner of a nact actor's messages. It outlives the nact actor, which any crash ends. */
export interface Occupant {
  /** The scheduler of its turns. */
  readonly turns: MailboxScheduler;
  /** Handles one message. If it throws, that is a crash. */
  handle(message: unknown): void;
  /** Handling the message threw, and the nact actor is about to stop. Must not throw. */
  crashed(message: unknown, error: Error): void;
  /** nact has let go of its actor, and the name is free. Must not throw. */
  gone(): void;
}

/** Sent through the mailbox, so that earlier messages are handled first. */
export const STOP: unknown = Symbol('stop');

/** The sender of every message. Without it nact makes a reference and a path for each one. */
const NOBODY = null;

interface Mailbox {
  push(entry: { message: unknown }): unknown;
  shift(): unknown;
  toArray(): { message: unknown }[];
}

/** An actor made by nact's own constructor. Supplies what the package does not export. */
const model = spawnPlace(startSystem('model'), 'model') as unknown as {
  readonly constructor: { readonly prototype: object };
  readonly mailbox: { readonly constructor: new () => Mailbox };
  readonly path: { readonly constructor: { isValidName(name: string): boolean } };
};
const Queue = model.mailbox.constructor;
const nactPath = model.path.constructor;

/**
 * nact's actor without its constructor, which makes two maps, a queue, a path, a reference and a logger for each one.
 */
const BareActor = function BareActor() {
  // Its fields are declared below.
} as unknown as new () => NactActor & {
  processNext(): void;
  handleFault(message: unknown, sender: unknown, error: unknown): Promise<void>;
};
BareActor.prototype = model.constructor.prototype;

/**
 * A nact actor from spawn to stop; never a parent. It takes messages, queues them and stops by nact's own code, at a
 * fraction of the memory and time: what all share is in the prototype, and handling a message makes no promise and no
 * copy of the children. See decision 8.
 */
export class Incarnation extends BareActor {
  readonly name: string;
  override state: Occupant;
  busy = false;
  stopped = false;
  mailbox = NO_MAIL;
  /** Declared last: nact deletes it from a stopping actor, and only the last field is deleted cheaply. */
  parent: NactParent;

  /** @throws Error if the name is taken or refused by nact, or the system has stopped */
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

  /** The only way to send to it. The queue is made here, when it is first needed. */
  tell(message: unknown): void {
    if (this.busy && this.mailbox === NO_MAIL) this.mailbox = new Queue();
    this.dispatch(message, NOBODY);
  }

  /**
   * Handles a message without waiting for a turn. @returns false if the actor is not idle; the message is not queued
   * then
   */
  handleNow(message: unknown): boolean {
    if (this.busy || this.stopped) return false;
    this.busy = true;
    this.handle(message);
    return true;
  }

  /** The messages that nact would drop when the actor stops. */
  get waiting(): unknown[] {
    const messages = this.mailbox.toArray().map((entry) => entry.message);
    return messages.filter((message) => message !== STOP);
  }

  // The rest is called by nact.

  override get children(): NoChildren {
    return NO_CHILDREN;
  }

  handleMessage(message: unknown): void {
    this.busy = true;
    this.state.turns.take(this, message);
  }

  /** Handles one message in the actor's turn. */
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

  /** No actor stops for being idle. */
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
  /** The first thing that nact asks of a parent. */
  override has(name: string): never {
    throw new TypeError(`'${name}' was to be spawned under a leaf`);
  }
}

const NO_CHILDREN = new NoChildren();

/** Total, because anything can be thrown. */
function errorOf(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } catch {
    return new Error('what was thrown cannot be shown');
  }
}
