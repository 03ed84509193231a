import { expect } from 'chai';
import { alertsIn } from '../../../src/adapters/channels/alertmanager/alerts.js';
import { appriseMessage } from '../../../src/adapters/channels/apprise/apprise.js';
import { discordBody } from '../../../src/adapters/channels/discord/embed.js';
import { letterOf } from '../../../src/adapters/channels/email/letter.js';
import { googleChatBody } from '../../../src/adapters/channels/googlechat/googlechat.js';
import { gotifyMessage } from '../../../src/adapters/channels/gotify/gotify.js';
import { mattermostBody } from '../../../src/adapters/channels/mattermost/mattermost.js';
import { matrixMessage } from '../../../src/adapters/channels/matrix/message.js';
import { noteOf } from '../../../src/adapters/channels/ntfy/ntfy.js';
import { eventsOf } from '../../../src/adapters/channels/pagerduty/events.js';
import { pushoverMessage } from '../../../src/adapters/channels/pushover/message.js';
import type { channelKinds } from '../../../src/adapters/channels/registry.js';
import { rocketChatBody } from '../../../src/adapters/channels/rocketchat/rocketchat.js';
import { slackBody } from '../../../src/adapters/channels/slack/blocks.js';
import { teamsBody } from '../../../src/adapters/channels/teams/card.js';
import { telegramText } from '../../../src/adapters/channels/telegram/text.js';
import { smsText } from '../../../src/adapters/channels/twilio/text.js';
import { zulipMessage } from '../../../src/adapters/channels/zulip/message.js';
import type { AlertMessage } from '../../../src/ports/channel.js';

interface Contract {
  /** The texts for people in a request. Throws if it is larger than the provider accepts. */
  readonly texts: (alert: AlertMessage) => readonly string[];
  /** A mention, for the provider. */
  readonly mention?: RegExp;
  /** The prefix of the lines of a list; at most 40 lines by default. */
  readonly bullet: RegExp;
  readonly most?: number;
}

const bytes = (text: string): number => Buffer.byteLength(text);

interface WithAttachments {
  readonly text: string;
  readonly attachments: readonly { readonly text: string }[];
}

const AT = /@(?=[\w.-])/;

/** Kinds with texts for people, with the limits in their providers' documentation. */
export const TEXTS: Partial<Record<keyof typeof channelKinds, Contract>> = {
  slack: {
    // Mattermost and Rocket.Chat accept the same, and mention with a bare @.
    mention: new RegExp(`${AT.source}|<(?!!date\\^|https://heartbeat\\.example\\.org/)`),
    bullet: /^• \*/gm,
    texts: (alert) => {
      const body = slackBody(alert) as {
        text: string;
        blocks: { text?: { text: string }; elements?: { text: string }[] }[];
      };
      const texts = body.blocks.flatMap(({ text, elements = [] }) => [
        ...(text === undefined ? [] : [text.text]),
        ...elements.map((each) => each.text),
      ]);
      for (const text of texts) expect(text.length).to.be.within(1, 3000);
      expect(texts.join('').length).to.be.below(13_000);
      expect(body.blocks.length).to.be.at.most(50);
      expect(body.text.length).to.be.at.most(40_000);
      return [body.text, ...texts];
    },
  },
  mattermost: {
    // It takes Slack's mentions and links too.
    mention: new RegExp(`${AT.source}|<`),
    bullet: /^• \*\*/gm,
    texts: (alert) => {
      const { text, attachments } = mattermostBody(alert) as WithAttachments;
      // Limits of servers from before version 5.0.
      expect(Array.from(text).length).to.be.within(1, 4000);
      expect(JSON.stringify({ attachments }).length).to.be.at.most(8000);
      return [text, ...attachments.map((each) => each.text)];
    },
  },
  rocketchat: {
    mention: new RegExp(`${AT.source}|<(?!\u200B)`),
    bullet: /^• \*/gm,
    texts: (alert) => {
      const { text, attachments } = rocketChatBody(alert) as WithAttachments;
      const texts = [text, ...attachments.map((each) => each.text)];
      expect(texts.join('').length).to.be.within(1, 5000);
      return texts;
    },
  },
  googlechat: {
    mention: /<(?!\u200B|https:\/\/heartbeat\.example\.org\/)/,
    bullet: /^• \*/gm,
    texts: (alert) => {
      const body = googleChatBody(alert);
      expect(bytes(JSON.stringify(body))).to.be.at.most(32_000);
      return [body.text];
    },
  },
  zulip: {
    mention: /@(?!\u200B)/,
    bullet: /^• \*\*/gm,
    texts: (alert) => {
      const { topic, content } = zulipMessage(alert);
      expect(Array.from(topic).length).to.be.within(1, 60);
      expect(Array.from(content).length).to.be.within(1, 10_000);
      return [content];
    },
  },
  matrix: {
    mention: AT,
    bullet: /^• /gm,
    texts: (alert) => {
      const message = matrixMessage(alert) as { body: string; formatted_body: string };
      expect(bytes(JSON.stringify(message))).to.be.below(60_000);
      const { body, formatted_body: html } = message;
      const markup = /<\/?strong>|<br>|<a href="https:\/\/heartbeat\.example\.org\/[\w%.~/#-]*">|<\/a>/g;
      expect(html.replaceAll(markup, '')).to.not.match(/[<>]|&(?!amp;|lt;|gt;)/);
      // Its lines are those of the other.
      expect(html).to.not.match(AT);
      return [body];
    },
  },
  discord: {
    mention: /@(?=everyone|here|[\w])|<[@#]/,
    bullet: /^• \*\*/gm,
    texts: (alert) => {
      const body = discordBody(alert) as {
        content: string;
        embeds: { description: string; footer: { text: string } }[];
        allowed_mentions: unknown;
      };
      const [embed] = body.embeds;
      expect(body.content.length).to.be.within(1, 2000);
      expect(embed?.description.length).to.be.within(1, 4096);
      expect((embed?.description.length ?? 0) + (embed?.footer.text.length ?? 0)).to.be.at.most(6000);
      expect(body.allowed_mentions).to.deep.equal({ parse: [] });
      return [body.content, embed?.description ?? ''];
    },
  },
  teams: {
    mention: /<\/?at\b|@(?=\w)/i,
    bullet: /^- \*\*/gm,
    texts: (alert) => {
      const body = teamsBody(alert) as {
        attachments: { content: { fallbackText: string; body: { text?: string; facts?: object[] }[] } }[];
      };
      expect(bytes(JSON.stringify(body))).to.be.below(21_000);
      const { content } = body.attachments[0]!;
      const facts = content.body.flatMap(({ facts: each = [] }) =>
        each.flatMap((fact) => Object.values(fact) as string[]),
      );
      return [content.fallbackText, ...content.body.flatMap(({ text }) => text ?? []), ...facts];
    },
  },
  telegram: {
    mention: AT,
    bullet: /^• <b>/gm,
    texts: (alert) => {
      const text = telegramText(alert);
      const markup = /<\/?b>|<a href="https:\/\/heartbeat\.example\.org\/[\w%.~/#-]*">|<\/a>/g;
      const read = text.replaceAll(markup, '').replaceAll(/&(?:amp|lt|gt);/g, '&');
      expect(read.length).to.be.within(1, 4096);
      // Beyond a hundred entities, Telegram drops the others.
      expect(text.match(/<[ab]\b/g)?.length).to.be.at.most(100);
      expect(text.replaceAll(markup, '')).to.not.match(/[<>]|&(?!amp;|lt;|gt;)/);
      return [text];
    },
  },
  ntfy: {
    bullet: /^• /gm,
    texts: (alert) => {
      const note = noteOf(alert) as { title: string; message: string };
      expect(bytes(note.message)).to.be.within(1, 4096);
      expect(bytes(JSON.stringify({ topic: 't'.repeat(64), ...note }))).to.be.at.most(2 * 4096);
      return [note.title, note.message];
    },
  },
  gotify: {
    bullet: /^• /gm,
    texts: (alert) => {
      const { title, message } = gotifyMessage(alert) as { title: string; message: string };
      expect(bytes(title)).to.be.within(1, 1000);
      expect(bytes(message)).to.be.within(1, 8000);
      return [title, message];
    },
  },
  pushover: {
    bullet: /^• /gm,
    texts: (alert) => {
      const { title, message } = pushoverMessage(alert, { retry: 60, expire: 3600 });
      expect(Array.from(String(title)).length).to.be.within(1, 250);
      expect(Array.from(String(message)).length).to.be.within(1, 1024);
      return [String(title), String(message)];
    },
  },
  apprise: {
    mention: new RegExp(`${AT.source}|<(?!\u200B)`),
    bullet: /^• /gm,
    texts: (alert) => {
      const { title, body } = appriseMessage(alert);
      expect(title.length).to.be.within(1, 250);
      expect(body.length).to.be.within(1, 2000);
      return [title, body];
    },
  },
  twilio: {
    bullet: /^- (?!… and)/gm,
    texts: (alert) => {
      const text = smsText(alert, 3);
      expect(text.length).to.be.within(1, 459);
      // In the alphabet of GSM, or with less room.
      if (!/^[\n\r -~£¥èéùìòÇØøÅåÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€]*$/.test(text)) expect(text.length).to.be.at.most(201);
      return [text.replaceAll('... and', '… and')];
    },
  },
  email: {
    bullet: /^- (?!… and)/gm,
    most: 1000,
    texts: (alert) => {
      const { subject, text } = letterOf(alert);
      expect(subject.length).to.be.at.most(200);
      expect(subject).to.not.match(/[\r\n]/);
      return [subject, text];
    },
  },
};

/** Kinds with data for machines send names unchanged. */
export const DATA: Partial<Record<keyof typeof channelKinds, (alert: AlertMessage) => readonly string[]>> = {
  pagerduty: (alert) =>
    eventsOf(alert).map((event) => {
      expect(bytes(JSON.stringify(event))).to.be.below(512 * 1024);
      expect(event.dedup_key.length).to.be.at.most(255);
      const { summary = '', source = '' } = (event.payload ?? {}) as { summary?: string; source?: string };
      expect(summary.length).to.be.at.most(1024);
      return source;
    }),
  alertmanager: (alert) => alertsIn(alert, {}, 0).map(({ node = '' }) => node),
};

export const VERBATIM: readonly (keyof typeof channelKinds)[] = ['webhook', 'redis', 'mqtt', 'log'];
