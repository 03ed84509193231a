import { incomingWebhook } from '../incoming-webhook.js';
import { slackBody } from './blocks.js';

/** Slack, and anything that accepts its incoming webhooks. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack = incomingWebhook({ body: slackBody });
