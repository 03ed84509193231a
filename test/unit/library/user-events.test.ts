import { expect } from 'chai';
import { BaseNotifier, createHeartbeat, RedisNotifier, type UserEvent } from '../../../src/index.js';
import { eventually } from '../../support/eventually.js';
import { HookServer } from '../../support/hook-server.js';
import { RedisProcess } from '../../support/redis-process.js';
import { Instances } from './support.js';

const instances = new Instances();
afterEach(() => instances.clear());

async function take(events: AsyncGenerator<UserEvent>, count: number): Promise<UserEvent[]> {
  const taken: UserEvent[] = [];
  while (taken.length < count) {
    const step = await events.next();
    if (step.done === true) break;
    taken.push(step.value);
  }
  return taken;
}

describe('the events of users in the library', () => {
  it('begin with the state of those who are named, and go on with each change', async () => {
    const { users } = await instances.make();
    await users.heal(7, { device: 'phone', meta: { away: true } });
    const events = users.events({ users: [7, '8'] });
    const [state] = await take(events, 1);
    expect(state).to.deep.equal({ type: 'state', users: [await users.get(7), await users.get(8)] });
    await users.heal(8);
    const online = await users.get(8);
    await users.goodbye(7);
    expect(await take(events, 2)).to.deep.equal([
      { type: 'user.online', at: online.since, user: online },
      { type: 'user.offline', at: (await users.get(7)).since, user: await users.get(7) },
    ]);
    await events.return(undefined);
  });

  it('are of all users and all types by default, and end when the instance closes', async () => {
    const instance = await instances.make();
    const events = instance.users.events({ types: ['user.online'] });
    expect(await take(events, 1)).to.deep.equal([{ type: 'state', users: [] }]);
    for (const id of [1, 2]) await instance.users.heal(id);
    await instance.users.goodbye(1);
    expect((await take(events, 2)).map(({ type }) => type)).to.deep.equal(['user.online', 'user.online']);
    const last = events.next();
    await instance.close();
    expect(await last).to.deep.equal({ value: undefined, done: true });
  });

  it('wait for a program that pulls slowly', async () => {
    const { users } = await instances.make();
    const events = users.events();
    await take(events, 1);
    const ids = Array.from({ length: 2500 }, (_, id) => id);
    await users.healMany(ids);
    const taken = await take(events, ids.length);
    const seen = taken.map((event) => (event.type === 'state' ? -1 : Number(event.user.id)));
    expect(seen.sort((one, other) => one - other)).to.deep.equal(ids);
  });

  it('are sent by a RedisNotifier and a webhook whose events name them, and by no other notifier', async () => {
    const redis = await RedisProcess.start();
    const hook = await HookServer.start();
    try {
      const listener = await redis.listen('presence');
      const events = ['user.online', 'user.offline'] as const;
      const notifier = new RedisNotifier(redis.url.replace('127.0.0.1', 'localhost'), 'presence');
      const instance = await instances.make({
        notifiers: [{ notifier, events: [...events], match: { users: [1, 7] } }],
        settings: { channels: { hook: { kind: 'webhook', url: hook.url, events } } },
      });
      await instance.users.heal(8);
      await instance.users.heal(7);
      const told = (texts: readonly string[]): unknown[] =>
        texts.flatMap((text) =>
          (JSON.parse(text) as { events: { user: { id: number } }[] }).events.map(({ user }) => user.id),
        );
      await eventually(() => expect(told(listener.heard)).to.deep.equal([7]));
      await eventually(() => expect(told(hook.requests.map(({ body }) => body))).to.deep.equal([8, 7]));
      listener.stop();
    } finally {
      await redis.stop();
      await hook.stop();
    }
    class Own extends BaseNotifier {
      override notify(): Promise<void> {
        return Promise.resolve();
      }
    }
    const refused: unknown = await createHeartbeat({
      notifiers: [{ notifier: new Own(), events: ['user.online'] }],
      logger: instances.logger,
    }).catch((error: unknown) => error);
    expect(refused)
      .to.be.instanceOf(TypeError)
      .with.property('message')
      .that.includes('only the kinds webhook, redis and mqtt send events of users');
  });
});
