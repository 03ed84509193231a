import { spawnLeaf, type NactActor, type NactBehaviour, type NactParent } from './nact.js';

/** Whose messages a nact actor handles. It outlives the nact actor, which any crash ends. */
export interface Occupant {
  /** Handles one message; what it throws is a crash. */
  handle(message: unknown): void;
  /** Handling the message threw, and the nact actor is about to stop. Must not throw. */
  fell(message: unknown, error: Error): void;
  /** nact has let go of its actor, and the name is free. Must not throw. */
  gone(): void;
}

/** One nact actor, from its spawn to its stop. */
export type Incarnation = NactActor<Occupant>;

/** Sent through the mailbox, so that what was told before it is handled before it. */
export const STOP: unknown = Symbol('stop');

/** @throws Error when the name is taken, or holds what nact refuses, or the system has stopped */
export function incarnate(parent: NactParent, name: string, occupant: Occupant): Incarnation {
  return spawnLeaf(parent, name, occupant, behaviour);
}

/** What nact would drop when the actor stops. */
export function waitingIn(incarnation: Incarnation): unknown[] {
  const messages = incarnation.mailbox.toArray().map((entry) => entry.message);
  return messages.filter((message) => message !== STOP);
}

const behaviour: NactBehaviour<Occupant> = {
  receive: (occupant, message) => {
    occupant.handle(message);
    return occupant;
  },
  crashed: (occupant, message, thrown) => {
    occupant.fell(message, errorOf(thrown));
  },
  stopped: (occupant) => {
    occupant.gone();
  },
};

/** Total, since anything can be thrown. */
function errorOf(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } catch {
    return new Error('what was thrown cannot be shown');
  }
}
