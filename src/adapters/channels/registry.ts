import { alertmanager } from './alertmanager/alertmanager.js';
import { apprise } from './apprise/apprise.js';
import { discord } from './discord/discord.js';
import { email } from './email/email.js';
import { googlechat } from './googlechat/googlechat.js';
import { gotify } from './gotify/gotify.js';
import { log } from './log/log.js';
import { matrix } from './matrix/matrix.js';
import { mattermost } from './mattermost/mattermost.js';
import { mqtt } from './mqtt/mqtt.js';
import { ntfy } from './ntfy/ntfy.js';
import { pagerduty } from './pagerduty/pagerduty.js';
import { pushover } from './pushover/pushover.js';
import { redis } from './redis/redis.js';
import { rocketchat } from './rocketchat/rocketchat.js';
import { slack } from './slack/slack.js';
import { teams } from './teams/teams.js';
import { telegram } from './telegram/telegram.js';
import { twilio } from './twilio/twilio.js';
import { webhook } from './webhook/webhook.js';
import { zulip } from './zulip/zulip.js';

/** Every kind of channel, except custom modules. */
export const channelKinds = {
  webhook,
  email,
  slack,
  mattermost,
  rocketchat,
  discord,
  teams,
  googlechat,
  zulip,
  matrix,
  telegram,
  ntfy,
  gotify,
  pushover,
  twilio,
  pagerduty,
  alertmanager,
  apprise,
  redis,
  mqtt,
  log,
};
