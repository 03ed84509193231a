import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { ChannelKind } from '../../../src/adapters/channels/kind.js';
import { channelKinds } from '../../../src/adapters/channels/registry.js';
import { configTable } from '../../../src/cli/config/config-table.js';
import { makeCertificate } from '../../support/certificate.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { inForce, problems } from './support.js';

const URL = 'https://hooks.example.org/heartbeat?token=hush-hush';
const SECRETS = {
  OPS_SECRET: 'a secret of 24 characters',
  SLACK_URL: 'https://hooks.slack.com/services/T/B/hush-hush',
};

/** Channels of several kinds. */
const FILE = `
channels:
  ops:
    kind: webhook
    url: ${URL}
    secret_env: OPS_SECRET
    headers: { authorization: Bearer hush-hush }
    retry: { min_delay: 1 }
    allow_addresses: [127.0.0.1, 10.0.0.0/8, "::1"]
  chat: { kind: slack, url_env: SLACK_URL, events: [node.failed, node.inactive], concurrency: 1 }
  bus: { kind: redis, url: "redis://me:hush-hush@127.0.0.1:6379", channel: heartbeat }
`;

describe('channels in the configuration', () => {
  let directory: TemporaryDirectory;

  before(async () => {
    directory = await temporaryDirectory();
  });

  after(() => directory.remove());

  it('have their settings, and for the rest the defaults', () => {
    const { channels } = inForce({ file: FILE, env: SECRETS });
    expect(channels.map(({ policy }) => policy)).to.deep.equal([
      {
        name: 'ops',
        kind: 'webhook',
        events: ['node.failed', 'node.reported_failure', 'node.recovered', 'mass_failure'],
        concurrency: 4,
        attemptTimeout: 10_000,
        retry: { minDelay: 1_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
      },
      {
        name: 'chat',
        kind: 'slack',
        events: ['node.failed', 'node.inactive'],
        concurrency: 1,
        attemptTimeout: 10_000,
        retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
      },
      {
        name: 'bus',
        kind: 'redis',
        events: ['node.failed', 'node.reported_failure', 'node.recovered', 'mass_failure'],
        concurrency: 4,
        attemptTimeout: 10_000,
        retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
      },
    ]);
    expect(channels[0]?.allowAddresses).to.deep.equal(['127.0.0.1', '10.0.0.0/8', '::1']);
  });

  it('are the log where none is configured', () => {
    for (const file of ['', 'channels:', 'channels: {}']) {
      const { channels } = inForce({ file });
      expect(channels.map(({ policy }) => policy.kind)).to.deep.equal(['log']);
    }
  });

  for (const json of [false, true]) {
    it(`show no secret, ${json ? 'in JSON' : 'in the table'}`, () => {
      let text = '';
      configTable(inForce({ file: FILE, env: SECRETS }), {
        json,
        stdout: { write: (part) => (text += part) },
      });
      expect(text).to.include('https://hooks.example.org/…').and.include('redis://127.0.0.1:6379/…');
      for (const hidden of ['hush', 'a secret of']) expect(text).to.not.include(hidden);
    });
  }

  it('show no secret when they are inspected, or made into JSON', () => {
    const { channels } = inForce({ file: FILE, env: SECRETS });
    for (const text of [inspect(channels, { depth: 10, showHidden: true }), JSON.stringify(channels)]) {
      for (const hidden of ['hush', 'a secret of']) expect(text).to.not.include(hidden);
    }
  });

  it('may have their secrets in files, beside the configuration or anywhere', () => {
    const file = path.join(directory.path, 'secret');
    writeFileSync(file, 'a secret of 24 characters\n');
    const { channels } = inForce({
      file: `channels: { ops: { kind: webhook, url: "${URL}", secret_file: ${file} } }`,
      readFile: (name) =>
        name === file
          ? 'a secret of 24 characters\n'
          : `channels: { ops: { kind: webhook, url: "${URL}", secret_file: ${file} } }`,
    });
    expect(channels[0]?.shown).to.include({ secret: '(secret)' });
  });

  it('may take secrets from variables that look like options', () => {
    const env = { HEARTBEAT_OPS_URL: URL };
    expect(
      inForce({ file: 'channels: { ops: { kind: webhook, url_env: HEARTBEAT_OPS_URL } }', env }).ok,
    ).to.equal(true);
    expect(problems({ env })).to.have.length(1);
  });

  it('may be modules of one’s own, found beside the file', () => {
    const module = path.join(directory.path, 'mine.js');
    writeFileSync(module, '');
    const { channels } = inForce({ file: `channels: { mine: { kind: ${module}, token: hush-hush } }` });
    expect(channels[0]?.shown).to.include({ kind: module, token: '(hidden)' });
  });

  it('have every problem listed, with its place, and none shows a value', () => {
    const file = `channels:
  ops:
    kind: webhook
    url: htp://hush-hush
    secret: hush-hush
    events: [node.faild]
    concurency: 3
    concurrency: 0
    attempt_timeout: soon
    headers: { webhook-id: hush-hush, ok: 3, "a b": q }
    allow_addresses: [localhost, 10.0.0.0/33]
  chat: { kind: slak }
  "b d": { kind: log }
  bus: { kind: redis, retry: { min_delay: 100, max_delay: 5 } }
  mine: { kind: ./nowhere.js }
  two: { kind: slack, url_env: NOPE, url: "https://hush-hush" }
  none: { kind: slack, url_env: NOPE }
  file: { kind: slack, url_file: /nowhere }
  short: { kind: webhook, url: "https://x.org", secret_env: SHORT }
  three: 3
  log: { kind: log, url: x, retry: 5 }
`;
    const listed = problems({
      file,
      env: { SHORT: 'hush' },
      readFile: (name) => {
        if (name === '/etc/heartbeat.yaml') return file;
        throw Object.assign(new Error('open'), { code: 'ENOENT' });
      },
    });
    const at = (line: number) => `(from /etc/heartbeat.yaml:${line})`;
    expect(listed).to.deep.equal([
      `channels.ops.events.0: must be one of node.failed, node.reported_failure, node.recovered, node.inactive, mass_failure, user.online, user.offline ${at(6)}`,
      `channels.ops.concurrency: must be a whole number between 1 and 1000 ${at(8)}`,
      `channels.ops.attempt_timeout: must be a number of seconds between 0.1 and 3600 ${at(9)}`,
      `channels.ops.allow_addresses.0: must be an address, or a range such as 10.0.0.0/8 ${at(11)}`,
      `channels.ops.allow_addresses.1: must be an address, or a range such as 10.0.0.0/8 ${at(11)}`,
      `channels.ops.headers.webhook-id: must be none that this channel sets itself ${at(10)}`,
      `channels.ops.headers.ok: must be a text ${at(10)}`,
      `channels.ops.headers.a b: must be the name of a header ${at(10)}`,
      `channels.ops.concurency: unknown setting; did you mean concurrency? ${at(7)}`,
      `channels.ops.url: must be an http or https URL ${at(4)}`,
      `channels.ops.secret: must not be in this file: use secret_env or secret_file ${at(5)}`,
      `channels.chat.kind: must be one of webhook, email, slack, mattermost, rocketchat, discord, teams, googlechat, zulip, matrix, telegram, ntfy, gotify, pushover, twilio, pagerduty, alertmanager, apprise, redis, mqtt, log, rota, or the path of a module such as ./my-notifier.js; did you mean slack? ${at(12)}`,
      `channels.b d: its name must be at most 64 letters, digits, "-", "_" and "." ${at(13)}`,
      `channels.bus.retry.max_delay: must not be less than retry.min_delay ${at(14)}`,
      `channels.bus.channel: must be the name of a Redis channel ${at(14)}`,
      `channels.bus.url: is required: set url or url_env or url_file ${at(14)}`,
      `channels.mine.kind: there is no file /etc/nowhere.js ${at(15)}`,
      `channels.two.url: must be set only once, not as url and url_env ${at(16)}`,
      `channels.none.url_env: the variable NOPE is not set ${at(17)}`,
      `channels.file.url_file: the file /nowhere cannot be read: there is no such file ${at(18)}`,
      `channels.short.secret_env: must have at least 16 characters ${at(19)}`,
      `channels.three: must be a map of settings with a kind ${at(20)}`,
      `channels.log.retry: must be a map with min_delay, max_delay or give_up_after ${at(21)}`,
      `channels.log.url: unknown setting; remove it ${at(21)}`,
    ]);
    expect(listed.join('\n')).to.not.include('hush');
  });

  it('may trust certificates of their own, which have to be there, and be some', () => {
    const pem = makeCertificate(directory.path, 'own').certificate;
    const files: Readonly<Record<string, string>> = {
      '/etc/both.pem': `${pem}and words between\n${pem}`,
      '/etc/none.pem': 'nothing',
      '/etc/bad.pem': pem.replace(/\n[^\n]+/, '\nAAAA'),
    };
    const hook = 'kind: webhook, url: "https://hooks.example.org"';
    const read = (yaml: string) => ({
      file: yaml,
      readFile: (name: string): string => {
        const text = name.endsWith('.yaml') ? yaml : files[name];
        if (text === undefined) throw new Error('there is no such file');
        return text;
      },
    });
    const { channels } = inForce(read(`channels: { ops: { ${hook}, ca_file: both.pem } }`));
    expect(channels[0]?.ca?.match(/BEGIN CERTIFICATE/g)).to.have.length(2);
    expect(channels[0]?.shown).to.include({ ca_file: 'both.pem' });
    const said = problems(
      read(`channels:
  gone: { ${hook}, ca_file: gone.pem }
  none: { ${hook}, ca_file: none.pem }
  bad: { ${hook}, ca_file: bad.pem }
  log: { kind: log, ca_file: both.pem }`),
    );
    expect(said.map((problem) => problem.replace(/ \(from .*/, ''))).to.deep.equal([
      'channels.gone.ca_file: the file gone.pem cannot be read: there is no such file',
      'channels.none.ca_file: must have certificates in PEM, but none.pem has none',
      'channels.bad.ca_file: must have certificates in PEM, but one in bad.pem cannot be read',
      'channels.log.ca_file: is not supported by this kind of channel: remove it',
    ]);
  });

  it('of every kind take the options on their page, and show no secret', () => {
    const file = `channels:
  mail: { kind: email, url: "smtps://me:hush-hush@mail.example.org", from: Me <me@example.org>, to: ops@example.org }
  mails: { kind: email, url_env: SMTP, from: me@example.org, to: [a@b.org, c@d.org], starttls: never }
  discord: { kind: discord, url: "https://discord.com/api/webhooks/1/hush-hush" }
  teams: { kind: teams, url: "https://x.logic.azure.com/workflows/1?sig=hush-hush" }
  telegram: { kind: telegram, token_env: BOT, chat_id: -1001, thread_id: 5 }
  public: { kind: telegram, token_env: BOT, chat_id: "@channel", url: "http://bots.example.org" }
  ntfy: { kind: ntfy, topic: hush-hush, token_env: SMTP, url: "https://ntfy.example.org" }
  pager: { kind: pagerduty, routing_key_env: KEY }
  prom: { kind: alertmanager, url: "http://am.example.org/path?token=hush-hush", labels: { team: hush-hush } }
  mattermost: { kind: mattermost, url: "https://chat.example.org/hooks/hush-hush" }
  rocketchat: { kind: rocketchat, url: "https://rocket.example.org/hooks/1/hush-hush" }
  googlechat: { kind: googlechat, url: "https://chat.googleapis.com/v1/spaces/A/messages?key=hush&token=hush" }
  gotify: { kind: gotify, url: "https://push.example.org/gotify", token_env: SMTP }
  pushover: { kind: pushover, token_env: PO, user_env: PO, device: "phone,desk", sound: siren, emergency: { retry: 30 } }
  matrix: { kind: matrix, url: "https://matrix.example.org", token_env: SMTP, room: "!abc:example.org" }
  zulip: { kind: zulip, url: "https://chat.example.org", key_env: SMTP, email: bot@example.org, channel: 7, topic: alerts }
  twilio: { kind: twilio, token_env: SMTP, account: AC00000000000000000000000000000000, from: Heartbeat, to: "+4915100000001" }
  sms: { kind: twilio, token_env: SMTP, account: AC00000000000000000000000000000000, api_key: SK00000000000000000000000000000000, messaging_service: MG00000000000000000000000000000000, to: ["+4915100000001", "+4915100000002"], max_segments: 1 }
  apprise: { kind: apprise, url: "http://apprise.example.org:8000", key: hush-hush-hush-hush, tag: "ops, boss" }
  mqtt: { kind: mqtt, url: "mqtts://me:hush-hush@mqtt.example.org", topic: a/b, retain: true, client_id: beat, version: 5, max_nodes: 10 }
`;
    const env = {
      SMTP: 'smtp://mail.org/hush',
      BOT: `1:${'hush-'.repeat(9)}`,
      KEY: 'hush'.repeat(8),
      PO: `${'hush'.repeat(7)}00`,
    };
    const { channels } = inForce({ file, env });
    expect(channels).to.have.length(20);
    const text = JSON.stringify(channels) + inspect(channels, { depth: 10, showHidden: true });
    expect(text).to.not.include('hush');
    expect(text).to.include('smtps://mail.example.org/…').and.include('http://am.example.org/…');
  });

  it('have one receiver where they send to one place, and different ones elsewhere', () => {
    const url = 'url: "http://push.example.org"';
    const po = 'kind: pushover, token_env: ONE';
    const file = `channels:
  gotify: { kind: gotify, ${url}, token_env: ONE }
  same: { kind: gotify, ${url}, token_env: ONE, concurrency: 1 }
  other: { kind: gotify, ${url}, token_env: TWO }
  room: { kind: matrix, ${url}, token_env: ONE, room: "!a:b" }
  rekeyed: { kind: matrix, ${url}, token_env: TWO, room: "!a:b" }
  next: { kind: matrix, ${url}, token_env: ONE, room: "!c:d" }
  user: { ${po}, user_env: ONE }
  phone: { ${po}, user_env: ONE, device: phone }
  friend: { ${po}, user_env: TWO }
`;
    const { channels } = inForce({ file, env: { ONE: '1'.repeat(30), TWO: '2'.repeat(30) } });
    const [gotify, same, other, room, rekeyed, next, user, phone, friend] = channels.map(
      ({ receiver }) => receiver,
    );
    expect(same).to.equal(gotify);
    expect(rekeyed).to.equal(room);
    const different = [gotify, other, room, next, user, phone, friend];
    expect(new Set(different).size).to.equal(different.length);
    for (const { receiver, settings, secrets } of Object.values<ChannelKind>(channelKinds))
      expect([...Object.keys(settings.shape), ...secrets.map(({ name }) => name)]).to.include.members(
        receiver,
      );
  });

  it('of every kind have their problems listed, and none shows a value', () => {
    const file = `channels:
  mail: { kind: email, url: "http://hush", from: hush, to: [hush], starttls: hush }
  nobody: { kind: email, url: "smtp://hush", from: a@b.org, to: [] }
  telegram: { kind: telegram, token: hush, chat_id: hush }
  bot: { kind: telegram, token_env: HUSH, chat_id: 1.5 }
  ntfy: { kind: ntfy, topic: "hush hush", url: "https://ntfy.sh/hush" }
  pager: { kind: pagerduty, routing_key_env: HUSH, events: [node.failed, node.inactive] }
  prom: { kind: alertmanager, url: "http://hush", labels: { "hush hush": 1 }, resend_every: 0, events: [node.inactive] }
  gotify: { kind: gotify, url: "http://hush", token_env: SPACED }
  pushover: { kind: pushover, token_env: HUSH, device: "hush hush", sound: "hush hush", emergency: { retry: 5, expire: 9 } }
  late: { kind: pushover, token_env: RIGHT, user: hush, emergency: { retry: 100, expire: 99 } }
  matrix: { kind: matrix, url: "http://hush", token_env: SPACED, room: "#hush:hush" }
  zulip: { kind: zulip, url: "http://hush", key_env: HUSH, email: hush, channel: 0, topic: "hush\x01" }
  twilio: { kind: twilio, token_env: HUSH, account: hush, api_key: hush, from: 12, messaging_service: hush, to: [hush], max_segments: 11 }
  both: { kind: twilio, token_env: HUSH, account: AC00000000000000000000000000000000, from: Hush, messaging_service: MG00000000000000000000000000000000, to: ["+4915100000001", "+4915100000001"] }
  neither: { kind: twilio, token_env: HUSH, account: AC00000000000000000000000000000000, to: "+4915100000001" }
  apprise: { kind: apprise, url: "http://hush", key: hush/hush, tag: "hush!" }
  mqtt: { kind: mqtt, url: "http://hush", topic: "hush/#", retain: hush, client_id: "hush hush", version: 4, max_nodes: 0 }
`;
    const listed = problems({
      file,
      env: { HUSH: 'hush', SPACED: 'hush hush', RIGHT: `${'hush'.repeat(7)}00` },
    });
    expect(listed.map((each) => each.replace(/ \(from .*/, ''))).to.deep.equal([
      'channels.mail.from: must be an address, with a name before it if you like: Heartbeat <heartbeat@example.org>',
      'channels.mail.to.0: must be an address',
      'channels.mail.starttls: must be one of required, offered, never',
      'channels.mail.url: must be an smtp or smtps URL',
      'channels.nobody.to: must be an address, or a list of addresses',
      'channels.telegram.chat_id: must be the number of a chat, or the @name of a channel',
      'channels.telegram.token: must not be in this file: use token_env or token_file',
      'channels.bot.chat_id: must be the number of a chat, or the @name of a channel',
      'channels.bot.token_env: must be a token as @BotFather gives it',
      'channels.ntfy.url: must be the URL of the server alone: the topic goes into topic',
      'channels.ntfy.topic: must be 1 to 64 letters, digits, "-" and "_"',
      'channels.pager.events.1: must not be node.inactive here: nobody is told of an inactive node that comes back, so its incident would stay open',
      'channels.pager.routing_key_env: must be an integration key of 32 letters and digits',
      'channels.prom.events.0: must not be node.inactive here: nobody is told of an inactive node that comes back, so its alert would go on',
      'channels.prom.labels.hush hush: must be the name of a label',
      'channels.prom.resend_every: must be a number of seconds between 1 and 86400',
      'channels.gotify.token_env: must be without spaces, and in ASCII',
      'channels.pushover.device: must be a name of 1 to 25 letters, digits, "-" and "_", or several with commas',
      'channels.pushover.sound: must be the name of a sound',
      'channels.pushover.emergency.retry: must be a whole number of seconds between 30 and 10800',
      'channels.pushover.emergency.expire: must be a whole number of seconds between 30 and 10800, and not less than retry',
      'channels.pushover.token_env: must be a key of 30 letters and digits',
      'channels.pushover.user: is required: set user_env or user_file',
      'channels.late.emergency.expire: must be a whole number of seconds between 30 and 10800, and not less than retry',
      'channels.late.user: must not be in this file: use user_env or user_file',
      'channels.matrix.room: must be the id of a room, such as !abc:example.org (not its address, which begins with #)',
      'channels.matrix.token_env: must be without spaces, and in ASCII',
      "channels.zulip.email: must be the bot's email address",
      'channels.zulip.channel: must be the name of a channel, or its number',
      'channels.zulip.topic: must be a text of 1 to 60 characters',
      'channels.twilio.account: must be "AC" and 32 digits in base 16',
      'channels.twilio.api_key: must be "SK" and 32 digits in base 16',
      'channels.twilio.from: must be a number such as +4915112345678, or a name of 1 to 11 letters, digits and spaces',
      'channels.twilio.messaging_service: must be "MG" and 32 digits in base 16',
      'channels.twilio.to.0: must be a number such as +4915112345678, or a list of them, each once',
      'channels.twilio.max_segments: must be a whole number between 1 and 10',
      'channels.both.to: must be a number such as +4915112345678, or a list of them, each once',
      'channels.both.from: must be set, or messaging_service, and not both',
      'channels.neither.from: must be set, or messaging_service, and not both',
      'channels.apprise.tag: must be tags of letters, digits, "-" and "_", with commas or spaces between them',
      'channels.apprise.key: must be 1 to 128 letters, digits, "-" and "_"',
      'channels.mqtt.topic: must be a topic of at most 1000 bytes, without "+", "#" and control characters',
      'channels.mqtt.retain: must be true or false',
      'channels.mqtt.client_id: must be 1 to 128 letters, digits and signs in ASCII',
      'channels.mqtt.version: must be 5 or 3.1.1',
      'channels.mqtt.max_nodes: must be a whole number between 1 and 1000000',
      'channels.mqtt.url: must be an mqtt or mqtts URL',
    ]);
    expect(listed.join('\n').replaceAll('labels.hush hush', '')).to.not.include('hush');
  });

  it('are refused if the name or password in a URL cannot be decoded', () => {
    const file = (password: string): string => `channels:
  bus: { kind: mqtt, topic: alerts, url: "mqtt://me:${password}@broker.example.org" }
  hook: { kind: webhook, url: "https://me:${password}@hooks.example.org" }
`;
    const found = problems({ file: file('50%off') });
    expect(found.map((line) => line.replace(/ \(from .*/, ''))).to.deep.equal([
      'channels.bus.url: must be an mqtt or mqtts URL',
      'channels.hook.url: must be an http or https URL',
    ]);
    expect(inForce({ file: file('50%25off') }).channels).to.have.length(2);
  });

  it('may be for some alerts only, be told late, and have others stand in for them', () => {
    const file = `channels:
  web: { kind: log, match: { labels: { team: web, env: [prod, test] } } }
  boss: { kind: log, after: 900, match: [{ types: [node.failed] }, { labels: { vip: "*" } }], fallback: web }
`;
    const { channels } = inForce({ file });
    expect(channels[0]?.policy.match).to.deep.equal([{ labels: { team: ['web'], env: ['prod', 'test'] } }]);
    expect(channels[1]?.policy).to.deep.include({
      after: 900_000,
      fallback: 'web',
      match: [{ types: ['node.failed'] }, { labels: { vip: ['*'] } }],
    });
  });

  it('have problems of routing listed', () => {
    const file = `channels:
  web: { kind: log, fallback: web, after: -1, match: [] }
  boss: { kind: log, fallback: wbe, match: { team: web } }
  chat: { kind: log, fallback: webb }
  ops: { kind: log, fallback: ops, match: { types: [node.faild], labels: { team: 3 } } }
  own: { kind: log, fallback: own }
`;
    expect(problems({ file }).map((each) => each.replace(/ \(from .*/, ''))).to.deep.equal([
      'channels.web.match: must have at least one rule',
      'channels.web.after: must be a number of seconds between 0 and 86400',
      'channels.boss.match.0.team: unknown setting; remove it',
      'channels.boss.match.0: must have types, labels or users',
      'channels.ops.match.0.types.0: must be one of node.failed, node.reported_failure, node.recovered, node.inactive, mass_failure, user.online, user.offline',
      'channels.ops.match.0.labels.team.0: must be a string, or a list of strings',
      'channels.chat.fallback: must be the name of another channel; did you mean web?',
      'channels.own.fallback: must be the name of another channel',
    ]);
  });

  describe('that ask for events of users', () => {
    const BUS = 'kind: redis, url: "redis://127.0.0.1", channel: presence';

    it('have them beside their alerts, and rules for either', () => {
      const file = `channels:
  all: { ${BUS}, events: [node.failed, user.online, user.offline] }
  some:
    ${BUS.replaceAll(', ', '\n    ')}
    events: [mass_failure, user.online, user.offline]
    match: [{ types: [user.offline] }, { users: [1, 1000] }, { labels: { team: web } }, { types: [mass_failure, user.online] }]
`;
      const [all, some] = inForce({ file }).channels;
      expect(all?.policy).to.deep.include({
        events: ['node.failed'],
        userEvents: { types: ['user.online', 'user.offline'] },
      });
      expect(some?.policy).to.deep.include({
        events: ['mass_failure'],
        match: [{ labels: { team: ['web'] } }, { types: ['mass_failure'] }],
        userEvents: {
          types: ['user.online', 'user.offline'],
          match: [
            { types: ['user.offline'] },
            { users: { from: '1', to: '1000' } },
            { types: ['user.online'] },
          ],
        },
      });
    });

    it('choose users by prefix where ids are texts', () => {
      const file = `user_ids: text
channels: { bus: { ${BUS}, events: [user.online], match: { users: "tenant1:" } }, two: { ${BUS}, events: [user.online], match: { users: ["a:", "b:"] } } }`;
      const [one, two] = inForce({ file }).channels;
      expect(one?.policy.userEvents?.match).to.deep.equal([{ users: { prefixes: ['tenant1:'] } }]);
      expect(two?.policy.userEvents?.match).to.deep.equal([{ users: { prefixes: ['a:', 'b:'] } }]);
    });

    it('leave the alerts to the log if no other channel gets any', () => {
      const file = `channels: { bus: { ${BUS}, events: [user.online] } }`;
      expect(
        inForce({ file }).channels.map(({ policy }) => [policy.kind, policy.events.length]),
      ).to.deep.equal([
        ['redis', 0],
        ['log', 4],
      ]);
    });

    it('have their problems listed', () => {
      const file = `channels:
  log: { kind: log, events: [node.failed, user.online] }
  labels: { ${BUS}, events: [user.online], match: { labels: { team: web } } }
  half: { ${BUS}, events: [user.online, user.offline], match: { types: [user.online] } }
  alerts: { ${BUS}, events: [node.failed, user.online], match: { users: [1, 2] } }
  both: { ${BUS}, events: [user.online], match: { users: [1, 2], labels: { team: web } } }
  types: { ${BUS}, events: [user.online], match: [{ users: [1, 2], types: [node.failed] }, { labels: { a: b }, types: [user.online] }] }
  range: { ${BUS}, events: [user.online], match: [{ users: [2, 1] }, { users: "a:" }, { users: [] }] }
  late: { ${BUS}, events: [user.online], after: 5, fallback: log }
`;
      const range =
        'must be two user ids, the smaller first, such as [1, 1000000]; a prefix of ids needs user_ids: text';
      expect(problems({ file }).map((each) => each.replace(/ \(from .*/, ''))).to.deep.equal([
        'channels.log.events.1: must not be user.online here: only the kinds webhook, redis and mqtt send events of users',
        'channels.labels.match: must have a rule for user.online, which events names: add { types: [user.online] } for all users, or { users: … }',
        'channels.half.match: must have a rule for user.offline, which events names: add { types: [user.offline] } for all users, or { users: … }',
        'channels.alerts.match: must have a rule for alerts, which events names: add one with types or labels',
        'channels.both.match.0: must have labels or users, not both: labels choose alerts, and users their events',
        'channels.types.match.0.types: must be of user.online, user.offline beside users',
        'channels.types.match.1.types: must be types of alerts beside labels, which users do not have',
        `channels.range.match.0.users: ${range}`,
        `channels.range.match.1.users: ${range}`,
        `channels.range.match.2.users: ${range}`,
        'channels.late.after: must not be set here: it is for alerts, and events names none',
        'channels.late.fallback: must not be set here: it is for alerts, and events names none',
      ]);
    });
  });

  it('must not stand in for each other in a circle', () => {
    const file = `channels:
  one: { kind: log, fallback: two }
  two: { kind: log, fallback: three }
  three: { kind: log, fallback: one }
  before: { kind: log, fallback: one }
  pair: { kind: log, fallback: other }
  other: { kind: log, fallback: pair }
`;
    expect(problems({ file }).map((each) => each.replace(/ \(from .*/, ''))).to.deep.equal([
      'channels.one.fallback: must not form a cycle: one -> two -> three -> one',
      'channels.two.fallback: must not form a cycle: two -> three -> one -> two',
      'channels.three.fallback: must not form a cycle: three -> one -> two -> three',
      'channels.pair.fallback: must not form a cycle: pair -> other -> pair',
      'channels.other.fallback: must not form a cycle: other -> pair -> other',
    ]);
  });

  it('must be a map', () => {
    expect(problems({ file: '\nchannels: [ops]' })).to.deep.equal([
      'channels: must be a map of channels by name (from /etc/heartbeat.yaml:2)',
    ]);
  });
});
