import { alertmanager } from './alertmanager/alertmanager.js';
import { discord } from './discord/discord.js';
import { email } from './email/email.js';
import { log } from './log/log.js';
import { ntfy } from './ntfy/ntfy.js';
import { pagerduty } from './pagerduty/pagerduty.js';
import { redis } from './redis/redis.js';
import { slack } from './slack/slack.js';
import { teams } from './teams/teams.js';
import { telegram } from './telegram/telegram.js';
import { webhook } from './webhook/webhook.js';

/** Every kind of channel, except custom modules. */
export const channelKinds = {
  webhook,
  email,
  slack,
  discord,
  teams,
  telegram,
  ntfy,
  pagerduty,
  alertmanager,
  redis,
  log,
};
