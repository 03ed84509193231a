import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { request } from 'undici';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { HookServer } from '../support/hook-server.js';
import { RedisProcess } from '../support/redis-process.js';
import { TestResources } from '../support/test-resources.js';

interface Message {
  readonly id: string;
  readonly type: string;
  readonly dropped: number;
  readonly events: readonly { readonly type: string; readonly user: { readonly id: number } }[];
}

/** In short, without repeats: `user.online 7`. */
function told(texts: readonly string[]): readonly string[] {
  const messages = texts.map((text) => JSON.parse(text) as Message);
  const once = new Map(messages.map((message) => [message.id, message]));
  return [...once.values()].flatMap(({ events }) => events.map(({ type, user }) => `${type} ${user.id}`));
}

async function call(daemon: DaemonProcess, method: 'PUT' | 'DELETE', id: number): Promise<void> {
  const { statusCode, body } = await request(`${daemon.url}/heal/${id}`, { method });
  await body.dump();
  expect(statusCode).to.equal(200);
}

describe('a daemon whose channels ask for events of users', () => {
  const resources = new TestResources();
  let hook: HookServer;
  let redis: RedisProcess;

  before(async () => {
    hook = await HookServer.start();
    redis = await RedisProcess.start();
  });

  afterEach(() => resources.clear());

  after(async () => {
    await hook.stop();
    await redis.stop();
  });

  it('sends them to a webhook and to Redis, from a reload on, and what is left before it stops', async () => {
    const directory = resources.directory();
    const file = path.join(directory, 'heartbeat.yaml');
    const channels = `channels:
  hook: { kind: webhook, url: "${hook.url}", events: [user.online, user.offline] }
  bus: { kind: redis, url: "${redis.url}", channel: presence, events: [user.online, user.offline], match: { users: [2, 3] } }
`;
    writeFileSync(file, '');
    const listener = await redis.listen('presence');
    const flags = { config: file, 'shutdown-timeout': 120 };
    const daemon = await resources.daemon(path.join(directory, 'data'), flags);
    await call(daemon, 'PUT', 1);
    writeFileSync(file, channels);
    daemon.signal('SIGHUP');
    await eventually(() => expect(daemon.hasLogged('configuration reloaded')).to.equal(true));
    for (const id of [2, 3]) await call(daemon, 'PUT', id);
    const [hooks, published] = [
      (): readonly string[] => hook.requests.map(({ body }) => body),
      listener.heard,
    ];
    await eventually(() => expect([told(hooks()).length, told(published).length]).to.deep.equal([2, 2]));
    for (const id of [3, 1]) await call(daemon, 'DELETE', id);
    daemon.signal('SIGTERM');
    await daemon.ended;
    const expected = ['user.online 2', 'user.online 3', 'user.offline 3', 'user.offline 1'];
    expect(told(hooks())).to.deep.equal(expected);
    await eventually(() => expect(told(published)).to.deep.equal(expected.slice(0, 3)));
    listener.stop();
  });
});
