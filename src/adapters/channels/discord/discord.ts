import * as z from 'zod';
import type { Refusal } from '../http/poster.js';
import { incomingWebhook } from '../incoming-webhook.js';
import { discordBody } from './embed.js';

const limited = z.object({ retry_after: z.number().nonnegative() });

function refusalIn(body: unknown): Refusal {
  const { data } = limited.safeParse(body);
  return { retryAfter: data?.retry_after };
}

/** Discord's webhooks. https://discord.com/developers/docs/resources/webhook#execute-webhook */
export const discord = incomingWebhook({
  body: discordBody,
  // Without `wait`, Discord does not report a message that it could not save.
  target: () => ({ query: { wait: 'true' } }),
  understood: refusalIn,
});
