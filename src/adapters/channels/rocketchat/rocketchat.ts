import * as z from 'zod';
import type { AlertMessage } from '../../../ports/channel.js';
import { withoutMentions } from '../alert-text.js';
import type { Refusal } from '../http/poster.js';
import { incomingWebhook } from '../incoming-webhook.js';
import { attachmentBody } from '../slack/attachment.js';
import { brokenUp, markdownLink, shown } from '../text-parts.js';

/**
 * A message has at most 5,000 characters unless the server is told otherwise (`Message_MaxAllowedSize`), and older
 * versions count its attachments too. https://docs.rocket.chat/docs/integrations
 */
const LONGEST_TEXT = 1_800;
const LONGEST_ATTACHMENT = 3_000;

/** The sentence, and an attachment with the details. */
export function rocketChatBody(alert: AlertMessage): object {
  return {
    ...attachmentBody(alert, {
      sentence: LONGEST_TEXT,
      rest: LONGEST_ATTACHMENT,
      escaped,
      line: (name, state, url) => `• *${name}* ${state}${shown(url, markdownLink)}`,
      link: markdownLink,
      between: ' · ',
    }),
    // No previews of links that a name may contain.
    parseUrls: false,
  };
}

/** Its Markdown has no escapes. Mentions are a bare `@all`, also in an attachment. */
function escaped(text: string): string {
  return brokenUp(withoutMentions(text), /[*_~`|#[\]()<>&]/g);
}

const refusal = z.object({ error: z.string() });
const TOO_MANY = /too-many-requests/;
const WAIT = /wait (\d{1,6}) seconds/;

/** Some versions answer 400 to too many requests, and say in words how long to wait. */
function refusalIn(body: unknown): Refusal {
  const { error = '' } = refusal.safeParse(body).data ?? {};
  if (!TOO_MANY.test(error)) return {};
  const [, seconds] = WAIT.exec(error) ?? [];
  return { permanent: false, ...(seconds !== undefined && { retryAfter: Number(seconds) }) };
}

export const rocketchat = incomingWebhook({ body: rocketChatBody, understood: refusalIn });
