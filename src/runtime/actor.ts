import type { ActorSystem } from './actor-system.js';
import { nobody, spawnNact, type NactActor, type NactBehaviour, type NactParent } from './nact.js';

/** What a `tell` came to. A message that was not queued is still its sender's. */
export type Delivery = 'queued' | 'full' | 'stopped';

/** Where an actor is told things. It stays good while the actor is restarted. */
export interface ActorRef<in Message> {
  readonly path: string;
  /** Messages told and not yet handled. */
  readonly waiting: number;
  tell(message: Message): Delivery;
}

/** A message that an actor threw over. */
export interface Crash<Message> {
  readonly error: Error;
  readonly message: Message;
}

/** What an actor does. Handling is synchronous: what takes time comes back as another message. */
export interface Actor<Message> {
  receive(message: Message): void;
  /** The actor threw and its nact actor is gone; nothing is handled until somebody restarts the cell. */
  crashed(crash: Crash<Message>): void;
}

type Status = 'running' | 'crashed' | 'stopping' | 'stopped';

/** Sent through the mailbox, so that what was told before it is handled before it. */
const STOP = Symbol('stop');

/**
 * An actor's place in the tree: its name, its mailbox's bound, and the nact actor that runs it just now. nact drops
 * what waits in the mailbox of an actor that stops, so a crash moves it here until the next incarnation.
 */
export class Cell<Message> implements ActorRef<Message> {
  readonly #system: ActorSystem;
  readonly #parent: NactParent;
  readonly #actor: Actor<Message>;
  readonly #limit: number;
  readonly name: string;
  #status: Status = 'running';
  #waiting = 0;
  #nact: NactActor<Cell<Message>>;
  /** Told while crashed, or left over by the crash. */
  #parked: Message[] | undefined;
  #crash: Crash<Message> | undefined;
  #whenStopped: ((left: readonly Message[]) => void) | undefined;

  constructor(
    system: ActorSystem,
    parent: NactParent,
    name: string,
    actor: Actor<Message>,
    options: { readonly mailbox: number },
  ) {
    this.#system = system;
    this.#parent = parent;
    this.#actor = actor;
    this.#limit = options.mailbox;
    this.name = name;
    this.#nact = spawnNact<Cell<Message>>(parent, name, this, behaviour as NactBehaviour<Cell<Message>>);
    system.entered();
  }

  get path(): string {
    return pathOf(this.#nact);
  }

  get waiting(): number {
    return this.#waiting;
  }

  get status(): Status {
    return this.#status;
  }

  tell(message: Message): Delivery {
    if (this.#status === 'stopped' || this.#status === 'stopping') return 'stopped';
    if (this.#waiting >= this.#limit) {
      this.#system.overflowed();
      return 'full';
    }
    this.#enqueue(message);
    return 'queued';
  }

  /** Queues past the mailbox's bound. Only for what is bounded otherwise, and must not be refused. */
  insist(message: Message): void {
    if (this.#status === 'running' || this.#status === 'crashed') this.#enqueue(message);
    else this.#system.deadLetters.add(this.path, message, 'its actor has stopped');
  }

  #enqueue(message: Message): void {
    this.#waiting++;
    if (this.#status === 'crashed') (this.#parked ??= []).push(message);
    else this.#nact.dispatch(message, nobody);
  }

  /** Runs the actor again after a crash: first on `retry`, if given, then on all that waited. */
  restart(retry?: Message): void {
    if (this.#status !== 'crashed') return;
    const waiting = this.#parked ?? [];
    this.#parked = undefined;
    this.#status = 'running';
    this.#waiting -= waiting.length;
    this.#nact = spawnNact<Cell<Message>>(
      this.#parent,
      this.name,
      this,
      behaviour as NactBehaviour<Cell<Message>>,
    );
    this.#system.entered();
    if (retry !== undefined) this.#enqueue(retry);
    for (const message of waiting) this.#enqueue(message);
  }

  /**
   * Stops once all that was told before has been handled.
   *
   * @param stopped gets the messages that no one will handle now: those of an actor that crashed meanwhile
   */
  stop(stopped: (left: readonly Message[]) => void): void {
    if (this.#status !== 'running' && this.#status !== 'crashed') {
      throw new TypeError(`${this.path} is ${this.#status} already`);
    }
    this.#whenStopped = stopped;
    if (this.#status === 'running') this.#nact.dispatch(STOP, nobody);
    this.#status = 'stopping';
  }

  /** Stops at once, from within the actor's own handler, unless messages wait. */
  retire(): boolean {
    if (this.#waiting > 0 || this.#status !== 'running') return false;
    this.#status = 'stopped';
    this.#nact.stop();
    return true;
  }

  /** @internal */
  handle(message: unknown): void {
    if (isStop(message)) {
      this.#nact.stop();
      return;
    }
    this.#waiting--;
    this.#actor.receive(message as Message);
  }

  /** @internal Called by nact, before its actor stops. */
  fell(message: unknown, thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#crash = { error, message: message as Message };
    this.#parked = this.#nact.mailbox.toArray().flatMap((entry) => (isStop(entry.message) ? [] : [entry.message as Message]));
    if (this.#status === 'running') this.#status = 'crashed';
  }

  /** @internal Called by nact, once its actor is gone. */
  gone(): void {
    this.#system.left();
    if (this.#status === 'stopping') {
      this.#stopped();
      return;
    }
    const crash = this.#crash;
    this.#crash = undefined;
    if (crash === undefined) return;
    try {
      this.#actor.crashed(crash);
    } catch (error) {
      this.#system.uncaught(this.path, error);
    }
  }

  #stopped(): void {
    const crashed = this.#crash === undefined ? [] : [this.#crash.message];
    const left = [...crashed, ...(this.#parked ?? [])];
    this.#crash = undefined;
    this.#parked = undefined;
    this.#waiting = 0;
    this.#status = 'stopped';
    this.#whenStopped?.(left);
  }
}

const behaviour: NactBehaviour<Cell<unknown>> = {
  receive: (cell, message) => {
    cell.handle(message);
    return cell;
  },
  crashed: (cell, message, error) => {
    cell.fell(message, error);
  },
  stopped: (cell) => {
    cell.gone();
  },
};

function isStop(message: unknown): boolean {
  return message === STOP;
}

function pathOf(actor: NactActor<unknown>): string {
  const { path } = actor.reference as { path?: { parts: readonly string[] } };
  return path === undefined ? '' : path.parts.join('/');
}
