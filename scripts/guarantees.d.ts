interface Proof {
  readonly file: string;
  readonly title: string;
}

export const PAGE: string;

/** The proofs that the page names. */
export function proofsIn(page: string): Proof[];

/**
 * What is wrong with the proofs, a sentence each.
 *
 * @param ran every test of a run, by its full title, and what became of it
 */
export function unproven(
  proofs: readonly Proof[],
  ran: readonly (Proof & { readonly state: string })[],
): string[];
