import type { Flip } from '../../../src/domain/node.js';

/** A flip with its possible moments: the reading of the wall clock may have had several leads. */
export interface Placed {
  readonly flip: Flip;
  readonly moments: readonly number[];
  /** Whether its instant only says that it came after the previous flip. */
  readonly isClamped: boolean;
}

/** @param leads that the wall clock had */
export function place(flip: Flip, before: Flip | undefined, leads: readonly number[]): Placed {
  return {
    flip,
    moments: leads.map((lead) => flip.at - lead),
    // The first flip may come right after the registration.
    isClamped: before === undefined ? leads.length > 1 : flip.at === before.at + 1,
  };
}
