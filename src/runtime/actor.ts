import { Incarnation, STOP, type Occupant } from './incarnation.js';
import type { MailboxScheduler } from './mailbox-scheduler.js';
import type { DeadLetters } from './dead-letters.js';
import type { NactParent } from './nact.js';

/** A message that made an actor throw. The receiver of the crash decides what to do with it. */
export interface Crash<Message> {
  readonly error: Error;
  readonly message: Message;
}

/** What an actor does. Handling is synchronous: what takes time comes back as another message. */
export interface Actor<Message> {
  receive(message: Message): void;
  /** The actor threw and its nact actor is gone. Nothing is handled until the cell is restarted. */
  crashed(crash: Crash<Message>): void;
}

/** The result of a `tell`. A message that was not queued still belongs to its sender. */
export type Delivery = 'queued' | 'full' | 'stopped';

/** The address of an actor. It stays valid while the actor is restarted, and never reaches another one. */
export interface ActorRef<in Message> {
  readonly path: string;
  /** Messages that are not handled yet. */
  readonly waiting: number;
  /** A property, not a method: with a method, a ref would accept messages of any type. */
  readonly tell: (message: Message) => Delivery;
}

/** Something that can be stopped, and returns what it will not handle. */
export interface Stoppable {
  stop(stopped: (left: readonly unknown[]) => void): void;
}

/** The load of all actors of a place. Counted as it changes, since counting on demand would visit every actor. */
export interface Load {
  /** Messages in their mailboxes. */
  waiting: number;
  /** Actors restarted after a crash. */
  restarts: number;
}

/** The place of cells; shared by all of its cells. */
export interface Home {
  readonly nact: NactParent;
  readonly load: Load;
  readonly system: CellDeps;
}

/** What a cell needs from its actor system. */
export interface CellDeps {
  readonly deadLetters: DeadLetters;
  readonly turns: MailboxScheduler;
  /** A nact actor has started. */
  entered(): void;
  /** A nact actor will handle nothing more. */
  left(): void;
  overflowed(): void;
  /** The cell has no nact actor, and so no place in nact's tree, until it reports that it was restarted. */
  crashed(cell: Stoppable): void;
  restarted(cell: Stoppable): void;
  /** A callback threw, and nobody is left to tell. */
  failed(callback: string, path: string, error: unknown): void;
}

type Status = 'running' | 'crashed' | 'stopping' | 'stopped';

/** State that only a crashed or stopping actor has. */
interface Crashed<Message> {
  /** Messages that came while it was crashed, or were left by the crash. */
  parked: Message[] | undefined;
  /** A crash that has not been reported yet: its nact actor is still stopping. */
  crash: Crash<Message> | undefined;
  whenStopped: ((left: readonly Message[]) => void) | undefined;
}

/**
 * An actor's place in the tree: its name, the bound of its mailbox, and the nact actor that runs it at present. nact
 * drops the mailbox of an actor that stops, so a crash moves its messages here until the next incarnation.
 *
 * Every message is handled, reported with a crash, returned by a stop, or becomes a dead letter.
 */
export class Cell<Message> implements ActorRef<Message>, Occupant {
  // There is one for each online user, so each field costs eight bytes a user.
  readonly #home: Home;
  readonly #actor: Actor<Message>;
  readonly #limit: number;
  #status: Status = 'running';
  #waiting = 0;
  #incarnation: Incarnation;
  #crashed: Crashed<Message> | undefined;

  /** @throws Error if the name is taken or refused, or the system has stopped */
  constructor(home: Home, name: string, actor: Actor<Message>, options: { readonly mailbox: number }) {
    this.#home = home;
    this.#actor = actor;
    this.#limit = options.mailbox;
    this.#incarnation = new Incarnation(home.nact, name, this);
    home.system.entered();
  }

  /** @internal */
  get turns(): MailboxScheduler {
    return this.#home.system.turns;
  }

  get name(): string {
    return this.#incarnation.name;
  }

  get path(): string {
    return [...this.#home.nact.path.parts, this.name].join('/');
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
      this.overflowed();
      return 'full';
    }
    this.#enqueue(message);
    return 'queued';
  }

  /** Counts a message that was refused because too many wait, in the mailbox or in the actor's stash. */
  overflowed(): void {
    this.#home.system.overflowed();
  }

  /**
   * Like `tell`, but an idle actor handles the message at once. In a later turn, what it needs of the memory would have
   * left the processor's caches. Not for an actor that sends to itself. See decision 52.
   */
  tellNow(message: Message): Delivery {
    if (this.#status !== 'running' || this.#waiting > 0) return this.tell(message);
    this.#count(1);
    if (!this.#incarnation.handleNow(message)) this.#incarnation.tell(message);
    return 'queued';
  }

  /**
   * Queues past the mailbox's bound (an unbounded tell). Only for messages that are bounded otherwise and must not be
   * refused.
   */
  tellUnbounded(message: Message): void {
    if (this.#status === 'running' || this.#status === 'crashed') this.#enqueue(message);
    else this.#addDeadLetters([message], 'its actor has stopped');
  }

  #enqueue(message: Message): void {
    this.#count(1);
    if (this.#status === 'crashed') (this.#enterCrashed().parked ??= []).push(message);
    else this.#incarnation.tell(message);
  }

  /**
   * Runs the actor again after a crash: first on `retry`, if given, then on the waiting messages.
   *
   * @throws Error if the name was taken meanwhile
   */
  restart(retry?: Message): void {
    if (this.#status !== 'crashed' || this.#crashed?.crash !== undefined) {
      if (retry !== undefined) this.tellUnbounded(retry);
      return;
    }
    this.#incarnation = new Incarnation(this.#home.nact, this.name, this);
    this.#home.system.entered();
    this.#home.system.restarted(this);
    this.#status = 'running';
    this.#home.load.restarts++;
    this.#count(-this.#waiting);
    const waiting = this.#crashed?.parked ?? [];
    this.#crashed = undefined;
    if (retry !== undefined) this.#enqueue(retry);
    for (const message of waiting) this.#enqueue(message);
  }

  /**
   * Stops once all messages sent before have been handled.
   *
   * @param stopped gets the messages that nobody will handle now: those of an actor that crashed meanwhile
   * @throws TypeError if it is stopping or has stopped
   */
  stop(stopped: (left: readonly Message[]) => void): void {
    const status = this.#status;
    if (status !== 'running' && status !== 'crashed')
      throw new TypeError(`${this.path} is ${status} already`);
    this.#status = 'stopping';
    this.#enterCrashed().whenStopped = stopped;
    if (status === 'running') return this.#incarnation.tell(STOP);
    this.#home.system.restarted(this);
    // nact has already let go of its actor, and will not report it again.
    if (this.#crashed?.crash === undefined) setImmediate(() => this.gone());
  }

  /** Stops at once, called from the actor's own handler, unless messages wait. */
  stopIfIdle(): boolean {
    if (this.#waiting > 0 || this.#status !== 'running') return false;
    this.#status = 'stopped';
    this.#leave();
    return true;
  }

  #leave(): void {
    this.#incarnation.stop();
    this.#home.system.left();
  }

  /** @internal */
  handle(message: unknown): void {
    if (message === STOP) return this.#leave();
    this.#count(-1);
    this.#actor.receive(message as Message);
  }

  /** @internal */
  crashed(message: unknown, error: Error): void {
    if (this.#status === 'stopped') {
      this.#home.system.failed('handler', this.path, error);
      return this.#addDeadLetters([message], 'it crashed its actor, which had retired');
    }
    this.#home.system.left();
    const crashed = this.#enterCrashed();
    crashed.crash = { error, message: message as Message };
    crashed.parked = this.#incarnation.waiting as Message[];
    if (this.#status !== 'running') return;
    this.#status = 'crashed';
    this.#home.system.crashed(this);
  }

  /** @internal */
  gone(): void {
    const crash = this.#crashed?.crash;
    if (this.#crashed !== undefined) this.#crashed.crash = undefined;
    if (this.#status === 'stopping') this.#finish(crash);
    else if (crash !== undefined) this.#handOver(crash);
  }

  #handOver(crash: Crash<Message>): void {
    if (this.#attempt('crash handler', () => this.#actor.crashed(crash))) return;
    // The supervisor has restarted the actor, and so decided about the message.
    if (this.#status === 'running') return;
    this.#addDeadLetters([crash.message], 'its crash could not be handled');
    // Nobody restarted it: the waiting messages must not wait for ever.
    if (this.#status !== 'crashed' || this.#attempt('restart', () => this.restart())) return;
    this.stop((left) => this.#addDeadLetters(left, 'its actor could not restart'));
  }

  #finish(crash: Crash<Message> | undefined): void {
    const { parked = [], whenStopped } = this.#enterCrashed();
    const left = [...(crash === undefined ? [] : [crash.message]), ...parked];
    this.#crashed = undefined;
    this.#count(-this.#waiting);
    this.#status = 'stopped';
    this.#attempt('stop handler', () => whenStopped?.(left));
  }

  #count(change: number): void {
    this.#waiting += change;
    this.#home.load.waiting += change;
  }

  #enterCrashed(): Crashed<Message> {
    return (this.#crashed ??= { parked: undefined, crash: undefined, whenStopped: undefined });
  }

  #attempt(what: string, run: () => void): boolean {
    try {
      run();
      return true;
    } catch (error) {
      this.#home.system.failed(what, this.path, error);
      return false;
    }
  }

  #addDeadLetters(messages: readonly unknown[], reason: string): void {
    for (const message of messages) this.#home.system.deadLetters.add(this.path, message, reason);
  }
}
