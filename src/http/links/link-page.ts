import type { ActionLink, LinkAction } from '../../domain/action-link.js';
import type { Instant } from '../../domain/time.js';
import type { ErrorCode } from '../../errors.js';
import { html } from '../pages/html.js';
import { page, type Page } from '../pages/short-page.js';

/** The words for each action: on its button, in the question, and once it is done. */
const WORDS: Readonly<
  Record<
    LinkAction,
    {
      readonly button: string;
      readonly question: (node: string) => string;
      readonly effect: string;
      readonly done: (node: string) => string;
      readonly result: string;
    }
  >
> = {
  acknowledge: {
    button: 'Acknowledge',
    question: (node) => `Acknowledge the failure of ‘${node}’?`,
    effect: 'Reminders stop, and nobody else is called, until the node recovers.',
    done: (node) => `The failure of ‘${node}’ is acknowledged`,
    result: 'Reminders stop, and nobody else is called, until the node recovers.',
  },
  silence: {
    button: 'Silence for 1 hour',
    question: (node) => `Silence ‘${node}’ for an hour?`,
    effect:
      'For an hour nobody is notified of its failures. If it is still failed then, its channels are notified.',
    done: (node) => `‘${node}’ is silenced for an hour`,
    result: 'If it is still failed then, its channels are notified.',
  },
};

interface Words {
  readonly title: string;
  readonly text: string;
}

/** Why a link does nothing. */
const REFUSALS: Partial<Record<ErrorCode, Words>> = {
  HEARTBEAT_NO_SUCH_LINK: {
    title: 'This link is not valid',
    text: 'Perhaps it was cut when it was copied, or the secret that links are signed with has changed. Nothing was done.',
  },
  HEARTBEAT_LINK_EXPIRED: {
    title: 'This link has expired',
    text: 'A link is valid for 24 hours. Nothing was done. Use a link in a newer message.',
  },
  HEARTBEAT_LINK_USED: {
    title: 'This link has been used',
    text: 'Each link works once. What it does was done when it was used first, and nothing was done now.',
  },
  HEARTBEAT_LINK_VOID: {
    title: 'This failure is over',
    text: 'The node has recovered or was deleted since the message was sent. Nothing was done.',
  },
  HEARTBEAT_RATE_LIMITED: {
    title: 'Too many requests',
    text: 'Nothing was done. Wait a second, and open the link again.',
  },
};

const LATER: Words = {
  title: 'This cannot be done just now',
  text: 'Nothing was done. Open the link again in a moment: it still works.',
};

/** Asks, since programs that preview links fetch them. The form goes to the address of the page itself. */
export function askingPage({ action, node, channel, since, expires }: ActionLink): Page {
  const { button, question, effect } = WORDS[action];
  return page(
    question(node),
    html`<p>It failed on ${utc(since)}. ${effect}</p>
      <form method="post"><button>${button}</button></form>
      <p class="dim">From a message of channel ${channel}. This link works once, until ${utc(expires)}.</p>`,
  );
}

export function donePage({ action, node, channel }: ActionLink): Page {
  const { done, result } = WORDS[action];
  return page(
    done(node),
    html`<p>${result}</p>
      <p class="dim">It is recorded as done by channel ${channel}.</p>`,
  );
}

export function refusalPage(code: ErrorCode): Page {
  const { title, text } = REFUSALS[code] ?? LATER;
  return page(title, html`<p>${text}</p>`);
}

/** `2026-11-30 at 10:12 UTC` */
function utc(at: Instant): string {
  const text = new Date(at).toISOString();
  return `${text.slice(0, 10)} at ${text.slice(11, 16)} UTC`;
}
