import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { makeChannels } from '../../../src/adapters/channels/make.js';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { instant } from '../../../src/domain/time.js';
import { NotifyError, type Channel, type UserEventsMessage } from '../../../src/ports/channel.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { MosquittoProcess } from '../../support/mosquitto-process.js';
import { ProxyServer } from '../../support/proxy-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { RedisProcess } from '../../support/redis-process.js';
import { inForce } from '../config/support.js';
import { attempt, FAILED } from './support.js';

const EVENT =
  '{"type":"user.online","at_ms":1795318431518,"user":{"id":9007199254740993,"status":"online","since":1795318431,"last_seen":1795318431,"deadline":1795318438,"devices":[]}}';
const MESSAGE: UserEventsMessage = {
  id: '01M8160K8C0000MBCVSRV9YN0E',
  at: instant(1_795_318_431_601),
  events: [EVENT, EVENT.replace('online"', 'offline"')],
  dropped: 3,
  isReset: true,
};
const SECRET = 'a secret of 24 characters';

describe('events of users', () => {
  const made: Channel[] = [];

  afterEach(async () => {
    const all = made.splice(0);
    await Promise.all(
      all.map(({ notifier, userEvents }) => Promise.all([notifier.close(), userEvents?.close()])),
    );
  });

  /** The channel of a configuration. */
  async function make(settings: string, env: Record<string, string> = {}): Promise<Channel> {
    const file = `channels: { bus: { ${settings}, events: [node.failed, user.online, user.offline] } }`;
    const { channels: plans, proxies } = inForce({ file, env });
    const logger = new RecordingLogger();
    const { channels } = await makeChannels(plans, { clock: new SystemClock(), logger, proxies });
    made.push(...channels);
    return channels[0] ?? expect.fail('no channel');
  }

  async function refusal({ userEvents }: Channel): Promise<NotifyError> {
    const outcome = await userEvents?.notifyOfUsers(MESSAGE, attempt()).then(
      () => 'it was delivered',
      (error: unknown) => error,
    );
    return outcome instanceof NotifyError ? outcome : expect.fail(String(outcome));
  }

  describe('by a webhook', () => {
    let server: HookServer;

    beforeEach(async () => {
      server = await HookServer.start();
    });

    afterEach(() => server.stop());

    it('are one message, as JSON, with the headers of Standard Webhooks and a signature', async () => {
      const settings = `kind: webhook, url: "${server.url}", secret_env: HOOK, headers: { x-team: ops }`;
      const { userEvents } = await make(settings, { HOOK: SECRET });
      await userEvents?.notifyOfUsers(MESSAGE, attempt());
      const [{ headers, body } = expect.fail('no request')] = server.requests;
      expect(body).to.equal(
        `{"id":"${MESSAGE.id}","type":"user.events","at":1795318431,"at_ms":1795318431601,"dropped":3,"reset":true,"events":[${MESSAGE.events.join(',')}]}`,
      );
      expect(headers).to.include({
        'webhook-id': MESSAGE.id,
        'x-team': 'ops',
        'content-type': 'application/json',
      });
      const signed = `${MESSAGE.id}.${String(headers['webhook-timestamp'])}.${body}`;
      const expected = createHmac('sha256', SECRET).update(signed).digest('base64');
      expect(headers['webhook-signature']).to.equal(`v1,${expected}`);
    });

    it('have the form that the page shows', async () => {
      const { userEvents } = await make(`kind: webhook, url: "${server.url}"`);
      await userEvents?.notifyOfUsers({ ...MESSAGE, isReset: false }, attempt());
      const page = readFileSync(new URL('../../../docs/channels/webhook.md', import.meta.url), 'utf8');
      const [, shown = ''] = /```json\n(\{[^`]*"type": "user\.events"[^`]*)```/.exec(page) ?? [];
      const sample = JSON.parse(shown) as { events: { user: object }[] };
      const sent = JSON.parse(server.requests[0]?.body ?? '') as typeof sample;
      expect(Object.keys(sample)).to.deep.equal(Object.keys(sent));
      expect(Object.keys(sample.events[0]!)).to.deep.equal(Object.keys(sent.events[0]!));
      expect(Object.keys(sample.events[0]!.user)).to.deep.equal(Object.keys(sent.events[0]!.user));
    });

    it('are known to be too large for the receiver', async () => {
      server.behaviour = behave.status(413);
      expect(await refusal(await make(`kind: webhook, url: "${server.url}"`))).to.include({
        tooLarge: true,
        permanent: true,
      });
    });

    it('are refused without any secret in the reason', async () => {
      server.behaviour = (response, { headers }) =>
        response.writeHead(500).end(`no ${String(headers['authorization'])} at /hush-hush-hush-hush`);
      const url = server.url.replace('/hook', '/hush-hush-hush-hush');
      const channel = await make(`kind: webhook, url: "${url}", headers: { authorization: Bearer-hush }`);
      const { message } = await refusal(channel);
      expect(message).to.include('answered 500').and.not.include('hush');
    });

    it('go through the proxy of the environment', async () => {
      const proxy = await ProxyServer.start({ 'hooks.test': '127.0.0.1' });
      try {
        const file = 'outbound: { proxy: environment }\n';
        const settings = `kind: webhook, url: "http://hooks.test:${server.port}/hook"`;
        const { channels: plans, proxies } = inForce({
          file: `${file}channels: { bus: { ${settings}, events: [user.online] } }`,
          env: { HTTP_PROXY: proxy.url },
        });
        const tools = { clock: new SystemClock(), logger: new RecordingLogger(), proxies };
        const { channels } = await makeChannels(plans, tools);
        made.push(...channels);
        await channels[0]?.userEvents?.notifyOfUsers(MESSAGE, attempt());
        expect(proxy.asked).to.have.length(1);
        expect(server.requests).to.have.length(1);
      } finally {
        await proxy.stop();
      }
    });

    it('do not keep an alert waiting while the receiver does not answer them, even with one connection', async () => {
      server.behaviour = (response, { body }) => {
        if (!body.includes('user.events')) response.writeHead(204).end();
      };
      const { notifier, userEvents } = await make(`kind: webhook, url: "${server.url}", concurrency: 1`);
      const controller = new AbortController();
      const hanging = userEvents?.notifyOfUsers(MESSAGE, attempt(controller.signal)).catch(() => 'aborted');
      await eventually(() => expect(server.requests).to.have.length(1));
      await notifier.notify(FAILED, attempt());
      expect(server.requests).to.have.length(2);
      controller.abort();
      expect(await hanging).to.equal('aborted');
    });
  });

  describe('by MQTT', () => {
    it('are published as the JSON that a webhook posts, beside the alerts, on a connection of their own', async () => {
      const broker = await MosquittoProcess.start();
      try {
        const listener = await broker.listen('presence');
        const settings = `kind: mqtt, url: "${broker.url}", topic: presence, client_id: beat, retain: true`;
        const { notifier, userEvents } = await make(settings);
        await userEvents?.notifyOfUsers(MESSAGE, attempt());
        await notifier.notify(FAILED, attempt());
        await userEvents?.notifyOfUsers(MESSAGE, attempt());
        await eventually(() => expect(listener.heard).to.have.length(3));
        expect(listener.heard[0]?.text)
          .to.include(`{"id":"${MESSAGE.id}","type":"user.events"`)
          .and.include(EVENT);
        await listener.stop();
        const late = await broker.listen('presence');
        await eventually(() => expect(late.heard).to.have.length(1));
        expect(late.heard[0]?.text, 'retained').to.include(FAILED.id);
        await late.stop();
      } finally {
        await broker.stop();
      }
    });
  });

  describe('by Redis', () => {
    let server: RedisProcess;

    before(async () => {
      server = await RedisProcess.start();
    });

    after(() => server.stop());

    it('are published as the JSON that a webhook posts, beside the alerts', async () => {
      const listener = await server.listen('heartbeat');
      const { notifier, userEvents } = await make(`kind: redis, url: "${server.url}", channel: heartbeat`);
      await userEvents?.notifyOfUsers(MESSAGE, attempt());
      await notifier.notify(FAILED, attempt());
      await eventually(() => expect(listener.heard).to.have.length(2));
      expect(listener.heard[0]).to.include(`{"id":"${MESSAGE.id}","type":"user.events"`).and.include(EVENT);
      listener.stop();
    });

    it('are published again once the server is back', async () => {
      const channel = await make(`kind: redis, url: "${server.url}", channel: heartbeat`);
      await channel.userEvents?.notifyOfUsers(MESSAGE, attempt());
      await server.stop();
      expect((await refusal(channel)).message).to.match(/connect|closed|Socket/i);
      await server.run();
      const listener = await server.listen('heartbeat');
      await eventually(() => channel.userEvents?.notifyOfUsers(MESSAGE, attempt()));
      await eventually(() => expect(listener.heard).to.have.length(1));
      listener.stop();
    });
  });
});
