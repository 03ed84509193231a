import type { DeadLetters } from './dead-letters.js';

/** What can be told to stop, and gives back what it will not handle. */
export interface Stoppable {
  stop(stopped: (left: readonly unknown[]) => void): void;
}

/** Messages that wait, counted as they come and go: to count them would take a look at every actor. */
export interface Load {
  waiting: number;
}

/** What a cell needs of the system that it lives in. */
export interface Surroundings {
  readonly deadLetters: DeadLetters;
  /** A nact actor has begun. */
  entered(): void;
  /** A nact actor will handle nothing more. */
  left(): void;
  overflowed(): void;
  /** The cell has no nact actor, and so no place in nact's tree, until it says that it rose again. */
  fell(cell: Stoppable): void;
  rose(cell: Stoppable): void;
  /** Somebody's callback threw, and there is nobody left to tell. */
  failed(callback: string, path: string, error: unknown): void;
}
