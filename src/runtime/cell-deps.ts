import type { DeadLetters } from './dead-letters.js';
import type { NactParent } from './nact.js';
import type { MailboxScheduler } from './mailbox-scheduler.js';

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
