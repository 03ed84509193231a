import type { ActionLink, LinkUse } from '../domain/action-link.js';

/** Signs links, and knows its own. */
export interface LinkSigner {
  /** @returns the token that is the last part of the link's path */
  sign(link: ActionLink): string;

  /**
   * The link of a token, expired or not, and how its use is stored.
   *
   * @returns undefined if nobody with the secret signed it
   */
  read(token: string): (ActionLink & { readonly use: LinkUse }) | undefined;
}
