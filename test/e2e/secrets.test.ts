import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { Agent, request } from 'undici';
import { HEARTBEAT, type DaemonProcess } from '../support/daemon-process.js';
import { makeCertificate } from '../support/certificate.js';
import { eventually } from '../support/eventually.js';
import { TestResources, ready, startFlags } from '../support/test-resources.js';
import { keyLine } from '../support/keys.js';
import { rudeServers, type RudeServers } from '../support/rude-servers.js';

/** Part of every secret, in upper or lower case, and of nothing else. */
const MARK = /hush/i;
const KEY = 'hush-key-2vQ8dJ4xW7';

const ENV = {
  BOT_TOKEN: '123456:hush-telegram-2vQ8dJ4xW7',
  TOPIC_TOKEN: 'hush-ntfy-2vQ8dJ4xW7',
  ROUTING_KEY: 'hushpagerduty00002vQ8dJ4xW700000',
  GOTIFY_TOKEN: 'hush-gotify-2vQ8dJ4xW7',
  PUSHOVER_TOKEN: 'hushpushovertoken02vQ8dJ4xW700',
  PUSHOVER_USER: 'hushpushoveruser002vQ8dJ4xW700',
  MATRIX_TOKEN: 'hush-matrix-2vQ8dJ4xW7',
  ZULIP_KEY: 'hush-zulip-2vQ8dJ4xW7',
  TWILIO_TOKEN: 'hush-twilio-2vQ8dJ4xW7',
  SIGNING: 'hush-signing-2vQ8dJ4xW7 "quoted"',
  USER_TOKENS: 'hush-tokens-of-users-2vQ8dJ4xW7-and-more',
};

/** All places for secrets, with a secret in each. */
function channelsOf({ http, redis, smtp }: RudeServers): Readonly<Record<string, string>> {
  const down = '127.0.0.1:1';
  return {
    slack: `{ kind: slack, url: "http://${http}/services/T0/B0/hush-slack-2vQ8dJ4xW7" }`,
    'slack-down': `{ kind: slack, url: "http://${down}/services/T0/B0/hush-slack-2vQ8dJ4xW7" }`,
    mattermost: `{ kind: mattermost, url: "http://${http}/hooks/hush-mattermost-2vQ8dJ4xW7" }`,
    rocketchat: `{ kind: rocketchat, url: "http://${http}/hooks/1/hush-rocketchat-2vQ8dJ4xW7" }`,
    googlechat: `{ kind: googlechat, url: "http://${http}/v1/spaces/A/messages?key=hush-googlechat-2vQ8dJ4xW7" }`,
    gotify: `{ kind: gotify, token_env: GOTIFY_TOKEN, url: "http://${http}" }`,
    pushover: `{ kind: pushover, token_env: PUSHOVER_TOKEN, user_env: PUSHOVER_USER, url: "http://${http}/1", emergency: {} }`,
    matrix: `{ kind: matrix, room: "!abc:example.org", token_env: MATRIX_TOKEN, url: "http://${http}" }`,
    zulip: `{ kind: zulip, email: bot@example.org, channel: alerts, key_env: ZULIP_KEY, url: "http://${http}" }`,
    twilio: `{ kind: twilio, account: AC00000000000000000000000000000000, from: Beat, to: "+4915100000001", token_env: TWILIO_TOKEN, url: "http://${http}" }`,
    apprise: `{ kind: apprise, key: hush-apprise-2vQ8dJ4xW7, url: "http://${http}" }`,
    mqtt: `{ kind: mqtt, topic: alerts, url: "mqtt://me:hush-mqtt-2vQ8dJ4xW7@${http}" }`,
    discord: `{ kind: discord, url: "http://${http}/api/webhooks/1/hush-discord-2vQ8dJ4xW7" }`,
    teams: `{ kind: teams, url: "http://${http}/workflows/1?sig=hush-teams-2vQ8dJ4xW7" }`,
    telegram: `{ kind: telegram, token_env: BOT_TOKEN, chat_id: 1, url: "http://${http}" }`,
    ntfy: `{ kind: ntfy, topic: hush-topic-2vQ8dJ4xW7, token_env: TOPIC_TOKEN, url: "http://${http}" }`,
    pagerduty: `{ kind: pagerduty, routing_key_env: ROUTING_KEY, url: "http://${http}/v2/enqueue" }`,
    alertmanager: `{ kind: alertmanager, url: "http://am:hush-manager-2vQ8dJ4xW7@${http}" }`,
    webhook: `{ kind: webhook, url: "http://me:hush%2Fhook-2vQ8dJ4xW7@${http}/hush-path-2vQ8dJ4xW7", secret_env: SIGNING, headers: { X-Token: hush-header-2vQ8dJ4xW7 } }`,
    'webhook-down': `{ kind: webhook, url: "http://me:hush%2Fhook-2vQ8dJ4xW7@${down}/hush-path-2vQ8dJ4xW7" }`,
    redis: `{ kind: redis, channel: c, url: "redis://me:hush-redis-2vQ8dJ4xW7@${redis}" }`,
    email: `{ kind: email, url: "smtp://me:hush-smtp-2vQ8dJ4xW7@${smtp}", starttls: never, from: a@example.org, to: b@example.org }`,
    custom: '{ kind: ./custom.mjs, token: hush-custom-2vQ8dJ4xW7 }',
  };
}

const CUSTOM = `import { BaseNotifier } from '@heartbeatd/heartbeat';
export class Custom extends BaseNotifier {
  async notify() {
    console.log('token:', this.settings.token);
    throw new TypeError('not with ' + JSON.stringify(this.settings), { cause: this.settings });
  }
}`;

/** On SIGUSR2 an unexpected error is thrown that contains all secrets. */
const INDISCREET = `import { readFileSync } from 'node:fs';
process.on('SIGUSR2', () => {
  const files = process.env.ALL_FILES.split(':').map((file) => readFileSync(file, 'utf8'));
  const all = [...files, ...process.env.ALL_SECRETS.split(' ').map((name) => process.env[name])];
  throw new TypeError(all.join('; '), { cause: new Error(all[0], { cause: all }) });
});`;

const agent = new Agent({ connect: { rejectUnauthorized: false }, pipelining: 0 });

async function answered(daemon: DaemonProcess, method: string, target: string, key = KEY): Promise<string> {
  const headers = { authorization: `Bearer ${key}` };
  const { body, headers: given } = await request(daemon.url + target, { method, headers, dispatcher: agent });
  return `${JSON.stringify(given)} ${await body.text()}`;
}

describe('secrets, wherever one can be configured', () => {
  const resources = new TestResources();
  let servers: RudeServers;
  let directory: string;
  let file: string;
  let tls: ReturnType<typeof makeCertificate>;

  before(async () => {
    servers = await rudeServers();
    directory = resources.directory();
    tls = makeCertificate(directory, 'server');
    writeFileSync(path.join(directory, 'custom.mjs'), CUSTOM);
    writeFileSync(path.join(directory, 'indiscreet.mjs'), INDISCREET);
    file = path.join(directory, 'heartbeat.yaml');
    const channels = Object.entries(channelsOf(servers)).map(
      ([name, settings]) => `  ${name}: ${settings}\n`,
    );
    writeFileSync(
      file,
      [
        'log: { level: debug }\n',
        `tls: { certificate: "${tls.files.certificate}", key: "${tls.files.key}" }\n`,
        `ping: { url: "http://me:hush-ping-2vQ8dJ4xW7@${servers.http}/hush-uuid-2vQ8dJ4xW7", every: 0.2 }\n`,
        `auth:\n  user_tokens: { secret_env: USER_TOKENS }\n  keys:\n${keyLine(KEY, 'admin', 'ops')}`,
        `channels:\n${channels.join('')}`,
      ].join(''),
    );
  });

  after(async () => {
    await agent.destroy();
    await resources.clear();
    await servers.stop();
  });

  function expectNoSecret(what: string, text: string): void {
    const at = text.search(MARK);
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 100), what).to.equal('');
    for (const pair of [
      'me:hush/hook-2vQ8dJ4xW7',
      'am:hush-manager-2vQ8dJ4xW7',
      '\0me\0hush-smtp-2vQ8dJ4xW7',
      'bot@example.org:hush-zulip-2vQ8dJ4xW7',
      'AC00000000000000000000000000000000:hush-twilio-2vQ8dJ4xW7',
    ]) {
      expect(text, what).to.not.include(Buffer.from(pair).toString('base64'));
    }
    for (const line of tls.key.split('\n').slice(1, 3)) expect(text, what).to.not.include(line);
  }

  it('are in no answer, log line or file of the daemon, also when everything fails', async () => {
    const daemon = await ready(
      resources.run({
        command: [
          process.execPath,
          '--import',
          path.join(directory, 'indiscreet.mjs'),
          HEARTBEAT,
          'start',
          ...startFlags(path.join(directory, 'data'), { config: file }),
        ],
        env: { ...ENV, ALL_FILES: `${file}:${tls.files.key}`, ALL_SECRETS: Object.keys(ENV).join(' ') },
      }),
    );
    await answered(daemon, 'PUT', '/nodes/backup/heartbeat');
    await answered(daemon, 'POST', '/nodes/backup/fail');
    const names = Object.keys(channelsOf(servers));
    for (const name of names) await answered(daemon, 'POST', `/channels/${name}/test`);
    const failures = await eventually(async () => {
      const text = (await answered(daemon, 'GET', '/alerts')).replace(/^.*?\} /, '');
      const { alerts } = JSON.parse(text) as {
        alerts: { type: string; channels: Record<string, { last_error: string | null }> }[];
      };
      const failed = alerts.find(({ type }) => type === 'node.reported_failure')?.channels ?? {};
      expect(Object.values(failed).filter(({ last_error }) => last_error !== null)).to.have.length(
        names.length,
      );
      return failed;
    });
    // The servers did quote what they had received.
    for (const name of ['slack', 'webhook', 'redis', 'email', 'custom'])
      expect(failures[name]?.last_error, name).to.include('(secret)');
    await eventually(() => expect(daemon.hasLogged('ping not delivered')).to.equal(true));
    await eventually(() => expect(daemon.hasLogged('channel says')).to.equal(true));

    const secret = new TextEncoder().encode(ENV.USER_TOKENS);
    const token = await new SignJWT({ sub: '5' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(secret);
    for (const credential of [KEY, token, 'hush-unknown', `${token}x`]) {
      for (const [method, target] of [
        ['PUT', '/heal/5'],
        ['DELETE', '/users/6'],
        ['GET', '/supervision'],
        ['GET', '/alerts'],
        ['GET', '/metrics'],
        ['GET', '/nodes'],
        ['GET', '/openapi.json'],
        ['GET', '/docs'],
        ['PUT', '/nodes/backup'],
        ['GET', '/nowhere'],
      ] as const) {
        const text = await answered(daemon, method, target, credential);
        expectNoSecret(`${method} ${target}`, text);
        expect(text).to.not.include(token);
      }
    }
    expect(daemon.hasLogged('audit')).to.equal(true);

    daemon.signal('SIGHUP');
    await eventually(() => expect(daemon.hasLogged('configuration reloaded')).to.equal(true));
    daemon.signal('SIGUSR2');
    expect((await daemon.ended).code).to.not.equal(0);
    expect(daemon.hasLogged('unexpected error')).to.equal(true);
    expect(JSON.stringify(daemon.logged('unexpected error'))).to.include('(secret)');
    expectNoSecret('the log', daemon.stderr);
    expectNoSecret('standard output', daemon.stdout);
    expect(daemon.stderr).to.not.include(token);
  });

  it('are not in the output of `heartbeat config`', async () => {
    for (const more of [[], ['--json']]) {
      const { stdout, stderr } = await resources.heartbeat(['config', '--config', file, ...more], {
        env: ENV,
      });
      expect(stdout).to.include('alertmanager');
      expectNoSecret('heartbeat config', stdout + stderr);
    }
  });

  it('are in no error about a wrong configuration', async () => {
    const right = readFileSync(file, 'utf8');
    const wrong = path.join(directory, 'wrong.yaml');
    for (const [what, text] of Object.entries({
      'no YAML': right.replaceAll('}', ''),
      'no URLs': right.replaceAll(/"(?:https?|redis|smtp|mqtt):\/\//g, '"'),
      'secrets in the place of where they are': right.replaceAll(/_env: \w+/g, ': hush-written-down'),
      'variables that are none': right.replaceAll(/_env: \w+/g, '_env: NO_SUCH'),
      'a key instead of its hash': right.replace(/hash: "[^"]*"/, 'hash: hush-the-key-itself'),
      'names that are none': right.replaceAll(/(url|topic|headers|token):/g, '$1s:'),
      'lists instead of texts': right.replaceAll(/: "([^"]*)"/g, ': ["$1"]'),
    })) {
      writeFileSync(wrong, text);
      const ended = await resources.heartbeat(['start', '--config', wrong], { env: ENV });
      expect((await ended.ended).code, what).to.equal(78);
      expectNoSecret(what, ended.stdout + ended.stderr);
    }
  });
});
