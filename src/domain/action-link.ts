import type { NodeName } from './node-name.js';
import type { Instant, Millis } from './time.js';

export const LINK_ACTIONS = ['acknowledge', 'silence'] as const;

/** What a signed link in a message does: acknowledges the failure, or silences the node for an hour. */
export type LinkAction = (typeof LINK_ACTIONS)[number];

/** How long a signed link is valid. */
export const LINK_LIFE: Millis = 86_400_000;

/** How long a link silences its node. */
export const LINK_SILENCE: Millis = 3_600_000;

/** A signed link: whoever has it may do this one thing, once, while the failure lasts. */
export interface ActionLink {
  readonly action: LinkAction;
  readonly node: NodeName;
  /** The instant of the failure, which no two failures of a node have in common. */
  readonly since: Instant;
  /** The channel whose message carries it. */
  readonly channel: string;
  /** It is void from this instant on. In whole seconds. */
  readonly expires: Instant;
}

/** A link that somebody uses, as it is stored with what it did. */
export interface LinkUse {
  /** A digest, from which nobody can make the link. */
  readonly id: string;
  readonly expires: Instant;
}

/** The beginning of each token, by which it is found in a text. */
export const TOKEN_MARK = 'hbl1_';

const TOKEN = /hbl1_[\w-]*/g;

/** A text without the tokens of signed links, whole or cut. No encoding changes any of their characters. */
export function withoutLinkTokens(text: string): string {
  return text.includes(TOKEN_MARK) ? text.replace(TOKEN, '(redacted)') : text;
}
