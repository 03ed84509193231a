import { log } from './log/log.js';
import { redis } from './redis/redis.js';
import { slack } from './slack/slack.js';
import { webhook } from './webhook/webhook.js';

/** Every kind of channel there is, beside modules of one's own. */
export const channelKinds = { webhook, slack, redis, log };
