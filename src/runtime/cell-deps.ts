import type { DeadLetters } from './dead-letters.js';
import type { NactParent } from './nact.js';
import type { MailboxScheduler } from './mailbox-scheduler.js';

/** What can be told to stop, and gives back what it will not handle. */
export interface Stoppable {
  stop(stopped: (left: readonly unknown[]) => void): void;
}

/** What all the actors of a place come to, counted as it happens: to count it would take a look at every one. */
export interface Load {
  /** Messages in their mailboxes. */
  waiting: number;
  /** Those that were brought back after a crash. */
  restarts: number;
}

/** Where cells live, shared by all that live there. */
export interface Home {
  readonly nact: NactParent;
  readonly load: Load;
  readonly system: CellDeps;
}

/** What a cell needs of the system that it lives in. */
export interface CellDeps {
  readonly deadLetters: DeadLetters;
  readonly turns: MailboxScheduler;
  /** A nact actor has begun. */
  entered(): void;
  /** A nact actor will handle nothing more. */
  left(): void;
  overflowed(): void;
  /** The cell has no nact actor, and so no place in nact's tree, until it says that it rose again. */
  crashed(cell: Stoppable): void;
  restarted(cell: Stoppable): void;
  /** Somebody's callback threw, and there is nobody left to tell. */
  failed(callback: string, path: string, error: unknown): void;
}
