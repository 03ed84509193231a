import { expect } from 'chai';
import type { UserReply } from '../../actors/user/user.protocol.js';
import type { UserId } from '../../src/domain/user-id.js';
import { user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';

const TIMEOUT = 7_000;
/** A list of more users is shared by several pages. */
const MANY = 5000;

describe('the list of users who are online', () => {
  let daemon: SimulatedApp;

  beforeEach(async () => {
    daemon = await SimulatedApp.start();
  });

  async function healAll(users: readonly UserId[]): Promise<void> {
    let replies: readonly UserReply[] = [];
    daemon.app.users.askMany('heal', users, (all) => {
      replies = all;
    });
    await daemon.clock.settle();
    expect(replies.every(({ kind }) => kind === 'online')).to.equal(true);
  }

  const range = (from: number, to: number): UserId[] =>
    Array.from({ length: to - from }, (_, at) => user(from + at));

  it('is in the order of the ids, whatever the size of a page', async () => {
    const order = [-30, -4, -3, 0, 1, 2, 11, 100].map(user);
    await healAll([...order].reverse());
    for (const limit of [1, 2, 3, 8, 1000]) expect(await daemon.online(limit)).to.deep.equal(order);
  });

  it('shows each session as the user itself does', async () => {
    await daemon.ask('heal', user(7));
    await daemon.clock.advance(2000);
    await daemon.ask('heal', user(7));
    const described = await daemon.ask('describe', user(7));
    const { users } = await daemon.app.users.online(undefined, 10);
    expect(described).to.deep.equal({ kind: 'described', session: users[0]?.session });
  });

  it('leaves out who is offline, also where that has not been noticed', async () => {
    await healAll([user(1), user(2), user(3)]);
    await daemon.ask('goodbye', user(2));
    expect(await daemon.online()).to.deep.equal([user(1), user(3)]);
    await daemon.clock.advance(TIMEOUT / 2);
    await daemon.ask('heal', user(3));
    await daemon.clock.advance(TIMEOUT / 2);
    expect(await daemon.online()).to.deep.equal([user(3)]);
  });

  it('has everybody of many, once each', async () => {
    await healAll(range(0, MANY));
    expect(await daemon.online(700)).to.deep.equal(range(0, MANY));
  });

  it('has each user once who is online from the first page to the last, while others come and go', async () => {
    await healAll(range(0, MANY));
    const found: UserId[] = [];
    let after: UserId | undefined;
    let comers = MANY;
    do {
      const { users, next } = await daemon.app.users.online(after, 600);
      found.push(...users.map(({ id }) => id));
      after = next;
      // A few leave and come back, a few come, and one who has not been listed yet leaves.
      for (const id of [user(3), user(1234)]) {
        await daemon.ask('goodbye', id);
        await daemon.ask('heal', id);
      }
      await healAll(range(comers, comers + 10));
      comers += 10;
      await daemon.ask('goodbye', user(4999));
    } while (after !== undefined);
    expect(new Set(found).size).to.equal(found.length);
    const steady = range(0, 4999).filter((id) => id !== user(3) && id !== user(1234));
    expect(found).to.include.members(steady);
    expect(found).not.to.include(user(4999));
  });

  it('has at once who comes online while a list is shared', async () => {
    await healAll(range(0, MANY));
    await daemon.app.users.online(undefined, 1);
    await healAll([user(-5), user(MANY + 5)]);
    const { users } = await daemon.app.users.online(undefined, 2);
    expect(users.map(({ id }) => id)).to.deep.equal([user(-5), user(0)]);
    expect((await daemon.online()).at(-1)).to.equal(user(MANY + 5));
    await daemon.ask('goodbye', user(-5));
    await daemon.ask('heal', user(-5));
    expect((await daemon.online()).slice(0, 2)).to.deep.equal([user(-5), user(0)]);
  });

  it('has who opens a session while the list is made', async () => {
    await healAll(range(0, MANY));
    const page = daemon.app.users.online(undefined, 1);
    await daemon.ask('heal', user(-1));
    await page;
    expect((await daemon.online())[0]).to.equal(user(-1));
  });

  it('has nobody twice, and nobody beyond what a caller may see', async () => {
    await healAll(range(0, 100));
    const reach = { from: user(10), to: user(12) };
    const { users, next } = await daemon.app.users.online(undefined, 2, reach);
    expect([users.map(({ id }) => id), next]).to.deep.equal([[user(10), user(11)], user(11)]);
    const rest = await daemon.app.users.online(next, 2, reach);
    expect([rest.users.map(({ id }) => id), rest.next]).to.deep.equal([[user(12)], undefined]);
  });

  it('counts users and their devices', async () => {
    expect(daemon.app.stats()).to.deep.equal({
      users: { online: 0 },
      devices: 0,
      nodes: { registered: 0, active: 0, inactive: 0, failed: 0, paused: 0 },
      sockets: 0,
      eventReaders: 0,
    });
    const heal = async (device?: string): Promise<void> => {
      daemon.app.users.ask('heal', user(7), () => undefined, device === undefined ? undefined : { device });
      await daemon.clock.settle();
    };
    await heal();
    expect(daemon.app.stats()).to.deep.include({ users: { online: 1 }, devices: 1 });
    await heal('phone');
    await heal('laptop');
    await daemon.ask('heal', user(8));
    expect(daemon.app.stats()).to.deep.include({ users: { online: 2 }, devices: 4 });
  });
});
