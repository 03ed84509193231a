interface Proof {
  readonly file: string;
  readonly title: string;
}

export const PAGE: string;

/** The proofs that the page names. */
export function proofsIn(page: string): Proof[];

/**
 * The problems of the proofs, a sentence each.
 *
 * @param ran all tests of a run by their full titles, with their outcomes
 */
export function unproven(
  proofs: readonly Proof[],
  ran: readonly (Proof & { readonly state: string })[],
): string[];
