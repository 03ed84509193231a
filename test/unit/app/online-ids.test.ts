import { expect } from 'chai';
import { OnlineIds } from '../../../src/app/online-ids.js';
import { instant } from '../../../src/domain/time.js';
import { parseUserId, userIdsOf, type UserId, type UserIdKind } from '../../../src/domain/user-id.js';
import { HeartbeatError } from '../../../src/errors.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const id = (value: number): UserId => parseUserId(String(value)) ?? expect.fail();
const MANY = 10_000;

/** Users of a partition, who are looked at one by one. */
class Shards {
  users: UserId[];
  looked = 0;
  whenLooked: () => void = () => undefined;

  constructor(count: number) {
    this.users = Array.from({ length: count }, (_, at) => id(count - at));
  }

  get size(): number {
    return this.users.length;
  }

  *sessions(): Generator<UserId> {
    for (const user of this.users) {
      this.looked++;
      this.whenLooked();
      yield user;
    }
  }
}

describe('the ids of online users', () => {
  let clock: SimulatedClock;
  let answering: { users: Shards };
  let online: OnlineIds;

  function make(count: number, kind: UserIdKind = 'integer'): Shards {
    clock = new SimulatedClock();
    answering = { users: new Shards(count) };
    online = new OnlineIds(kind, () => [{ answering }], clock);
    return answering.users;
  }

  const all = async (after?: UserId): Promise<UserId[]> => [...(await online.from(after, undefined))];

  const open = (user: UserId): void =>
    online.settled([{ shard: 0, user, stored: true, onlineAt: instant(1) }]);

  it('are looked at once for many pages, if they are many, and again after a while', async () => {
    const users = make(MANY);
    await Promise.all([all(), all(id(5000)), all()]);
    await all(id(9000));
    expect(users.looked).to.equal(MANY);
    await clock.advance(MANY / 100 - 1);
    await all();
    expect(users.looked).to.equal(MANY);
    await clock.advance(1);
    await all();
    expect(users.looked).to.equal(2 * MANY);
  });

  it('are looked at anew for each page, if they are few', async () => {
    const users = make(2048);
    await all();
    await all();
    expect(users.looked).to.equal(2 * 2048);
  });

  it('let the event loop have its turn after each two thousand', async () => {
    const users = make(MANY);
    let longest = 0;
    let inTurn = 0;
    users.whenLooked = () => {
      longest = Math.max(longest, ++inTurn);
    };
    const nextTurn = (): void => {
      inTurn = 0;
      if (users.looked < MANY) setImmediate(nextTurn);
    };
    setImmediate(nextTurn);
    await all();
    expect(longest).to.be.within(2048, 2 * 2048);
  });

  it('have each comer of the meantime, once, however many come', async () => {
    make(MANY);
    await all();
    const comers = Array.from({ length: 5000 }, (_, at) => id(-at));
    for (const comer of comers) {
      open(comer);
      if (comer === id(-1000)) expect(await all(id(MANY - 1))).to.deep.equal([id(MANY)]);
    }
    open(id(7));
    const found = await all();
    expect(found).to.have.length(MANY + 5000);
    expect(found.slice(0, 2)).to.deep.equal([id(-4999), id(-4998)]);
    expect(new Set(found).size).to.equal(found.length);
  });

  it('are in the order of their bytes, also where few of many texts have high characters', async () => {
    const users = make(0, 'text');
    const high = ['\u{1f49a}', '\ue000', 'a\u{1f49a}', 'a\uffee', 'a\ue000'];
    const texts = Array.from({ length: 5000 }, (_, at) => `a${String(at)}`);
    const ids = [...texts, ...high].flatMap((text) => userIdsOf('text').parse(text) ?? []);
    users.users = ids;
    const sorted = [...ids].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    expect(await all()).to.deep.equal(sorted);
    open(userIdsOf('text').parse('b\u{1f49a}') ?? expect.fail());
    open(userIdsOf('text').parse('b\ue000') ?? expect.fail());
    expect((await all()).filter((id) => id.startsWith('b'))).to.deep.equal(['b\ue000', 'b\u{1f49a}']);
  });

  it('are not promised while a partition comes and goes', async () => {
    make(MANY);
    const listing = all().catch((error: unknown) => error);
    answering = { users: new Shards(3) };
    expect(await listing)
      .to.be.instanceOf(HeartbeatError)
      .with.property('code', 'HEARTBEAT_NOT_READY');
    expect(await all()).to.deep.equal([id(1), id(2), id(3)]);
  });

  it('are listed anew when a partition was taken over', async () => {
    make(MANY);
    await all();
    answering = { users: new Shards(3) };
    expect(await all()).to.deep.equal([id(1), id(2), id(3)]);
  });
});
