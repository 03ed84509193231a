import { incomingWebhook } from '../incoming-webhook.js';
import { teamsBody } from './card.js';

/** A Microsoft Teams workflow with a webhook trigger. It accepts adaptive cards, not message cards. */
export const teams = incomingWebhook({ body: teamsBody });
