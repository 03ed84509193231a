import { expect } from 'chai';
import type { Declaration } from '../../src/domain/declaration.js';
import { changed, NOTHING_CHOSEN } from '../../src/domain/node.js';
import { moment, toMillis } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import { HeartbeatError } from '../../src/errors.js';
import type { SharedOwnership } from '../../src/ports/ownership.js';
import { ClusterWorld, type ClusterDaemon } from '../support/cluster/cluster-daemon.js';
import { holding, ONLINE, PARTITION_IDS, REFUSED, times, USERS } from '../support/four-partitions.js';
import { node } from '../support/ids.js';
import { recordingChannel } from '../support/recording-channel.js';

const TIMEOUT = toMillis(7);
const MOVED = 'users-2';
const OURS = USERS.filter((each) => holding(each) === MOVED);
const ACTIVE = { kind: 'active' };

const DECLARED: Declaration = {
  nodes: [{ name: node('web'), settings: changed(NOTHING_CHOSEN, { timeout: 600_000 }), line: 1 }],
  path: 'nodes.yaml',
  prune: true,
};

/** Of a daemon that is told by the test what it owns. */
const TOLD: SharedOwnership = {
  validUntil: moment(Infinity),
  directory: { revision: 0, members: new Map(), owners: new Map() },
  join: () => Promise.resolve(),
  leave: () => Promise.resolve(),
  giveUp: () => undefined,
};

function isHere(id: string): (daemon: ClusterDaemon) => boolean {
  return ({ name, ownership }) => ownership.directory.owners.get(id)?.member === name;
}

describe('partitions that come and go between two daemons of a cluster', () => {
  let world: ClusterWorld;
  let a: ClusterDaemon;
  let b: ClusterDaemon;
  let ops: ReturnType<typeof recordingChannel>;

  beforeEach(async () => {
    ops = recordingChannel('ops');
    world = new ClusterWorld();
    const options = { channels: [ops.channel], declaration: DECLARED };
    a = world.daemon('a', options);
    b = world.daemon('b', options);
    await world.done(Promise.all([a.app.start(), b.app.start()]));
    await world.eventually(() => expectShared());
  });

  afterEach(async () => {
    world.stores.release();
    for (const daemon of [a, b]) {
      daemon.process.resume();
      daemon.cut(false);
    }
    await world.done(Promise.all([a.app.stop(), b.app.stop()]));
  });

  /** Each partition is taken over by one of them. */
  function expectShared(): void {
    const taken = [a, b].map(({ logger }) =>
      logger.lines.filter(({ event }) => event === 'partition taken over'),
    );
    for (const lines of taken) expect(lines.length).to.be.at.least(2);
    expect(taken.flat().map(({ fields }) => fields['partition'])).to.include.members(PARTITION_IDS);
    expect(a.ownership.directory.owners.size).to.equal(PARTITION_IDS.length);
  }

  /** Who answers for a user. */
  function ownersOf(user: UserId): readonly ClusterDaemon[] {
    return [a, b].filter(isHere(holding(user)));
  }

  /** Asks for each user where it is, and expects the other daemon to refuse. */
  async function askWhereTheyAre(kind: 'heal' | 'checkup', users = USERS): Promise<void> {
    const replies = { a: await a.ask(kind, users), b: await b.ask(kind, users) };
    users.forEach((user, index) => {
      const [owner, ...others] = ownersOf(user);
      expect(others).to.deep.equal([]);
      const [here, there] = owner === a ? [replies.a, replies.b] : [replies.b, replies.a];
      expect(here[index], `${kind} of ${user} where it is`).to.deep.equal(ONLINE);
      expect(there[index], `${kind} of ${user} where it is not`).to.deep.equal(REFUSED);
    });
  }

  async function sessionsOf(daemon: ClusterDaemon, user: UserId): Promise<number> {
    let sessions = 0;
    for await (const chunk of daemon.app.users.history(user, { order: 'asc' })) sessions += chunk.length;
    return sessions;
  }

  /** Everybody is online where they are, in the session that they had. */
  async function expectNobodyLost(): Promise<void> {
    await askWhereTheyAre('checkup');
    for (const user of USERS)
      for (const owner of ownersOf(user)) expect(await sessionsOf(owner, user)).to.equal(1);
  }

  it('are shared, and each user is answered by the one that owns them and refused by the other', async () => {
    await askWhereTheyAre('heal');
    await askWhereTheyAre('checkup');
    for (const { app } of [a, b]) {
      expect(app.unready()).to.deep.equal([]);
      expect(() => app.stats())
        .to.throw(HeartbeatError)
        .with.property('code', 'HEARTBEAT_NOT_READY');
    }
  });

  it('go to the other when one stops in order, with everybody online', async () => {
    await askWhereTheyAre('heal');
    await world.done(a.app.stop());
    expect(await b.ask('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
    for (const user of USERS) expect(await sessionsOf(b, user)).to.equal(1);
    expect(a.logger.events()).to.not.include('partition lost');
    expect(world.stores.refused).to.deep.equal([]);
  });

  it('are lost by one whose lease ends, taken over with everybody online, and shared again later', async () => {
    await askWhereTheyAre('heal');
    a.cut(true);
    await world.eventually(() => expect(a.app.serving).to.equal(false));
    expect(await a.ask('checkup', USERS)).to.deep.equal(times(USERS, REFUSED));
    await world.eventually(() => expect(PARTITION_IDS.every((id) => isHere(id)(b))).to.equal(true));
    await world.clock.advance(1_000);
    expect(await b.ask('heal', USERS)).to.deep.equal(times(USERS, ONLINE));
    a.cut(false);
    await world.eventually(() => {
      expect(a.logger.events()).to.include('partition lost');
      expect(PARTITION_IDS.filter((id) => isHere(id)(a))).to.have.length(2);
    });
    await world.clock.advance(1_000);
    await expectNobodyLost();
  });

  it('are answered for in nothing by a zombie that comes back, and it stores nothing', async () => {
    await askWhereTheyAre('heal');
    const ofA = USERS.filter((user) => ownersOf(user).includes(a));
    a.process.standStill();
    await world.eventually(() => expect(PARTITION_IDS.every((id) => isHere(id)(b))).to.equal(true));
    await world.clock.advance(1_000);
    expect(await b.ask('goodbye', ofA)).to.deep.equal(times(ofA, { kind: 'offline' }));
    // What waited in its sockets comes before anything else.
    const replies = { checkup: a.askNow('checkup', ofA), heal: a.askNow('heal', ofA) };
    a.process.resume();
    const later = a.askNow('checkup', ofA);
    await world.clock.advance(TIMEOUT);
    expect([...replies.checkup, ...replies.heal, ...later]).to.deep.equal(
      times([...ofA, ...ofA, ...ofA], REFUSED),
    );
    await world.eventually(() => expect(a.logger.events()).to.include('partition lost'));
    await world.eventually(() => expectShared());
    await world.clock.advance(3_000);
    for (const user of ofA)
      for (const owner of ownersOf(user)) expect(await sessionsOf(owner, user)).to.equal(1);
    expect(a.logger.events()).to.not.include('store refuses writes');
  });

  it('take with them what waits for the disk: it is refused at once, and nothing is written or tried again', async () => {
    await askWhereTheyAre('heal', USERS.slice(0, 20));
    const newcomers = USERS.slice(20).filter((user) => ownersOf(user).includes(a));
    const running = (await a.app.facts()).actors.running;
    world.stores.hold();
    const replies = a.askNow('heal', newcomers);
    await world.clock.advance(100);
    expect(replies).to.deep.equal(newcomers.map(() => undefined));
    world.endLease(a);
    await world.eventually(() => expect(replies).to.deep.equal(times(newcomers, REFUSED)));
    await world.clock.advance(500);
    expect((await a.app.facts()).actors.running, 'without those that it has lost').to.be.lessThan(running);
    world.stores.release();
    await world.eventually(() => expectShared());
    await world.clock.advance(3_000);
    const events = a.logger.events();
    expect(events).to.include('partition lost');
    expect(events).to.not.include('store refuses writes');
    expect(events).to.not.include('stopping with entries the store refused: they are lost');
  });

  it('with the nodes take what is declared: it is applied where they are, and missing nowhere', async () => {
    const [owner, other] = isHere('watch')(a) ? [a, b] : [b, a];
    for (const { app } of [a, b]) expect(app.notStoring()).to.deep.equal([]);
    const declaredAt = async ({ app }: ClusterDaemon): Promise<unknown> =>
      (await app.nodes.list({}, undefined, 10)).nodes.map(({ name, declared }) => [name, declared]);
    expect(await declaredAt(owner)).to.deep.equal([['web', 'created']]);
    owner.cut(true);
    await world.eventually(() => expect(isHere('watch')(other)).to.equal(true));
    await world.clock.advance(1_000);
    expect(await declaredAt(other)).to.deep.equal([['web', 'created']]);
    expect(other.app.notStoring()).to.deep.equal([]);
  });

  it('are away for as long as nobody was heard, and no longer, when somebody ends a lease', async () => {
    await world.clock.advance(60_000);
    world.endLease(a);
    await world.eventually(() => expect(a.logger.events()).to.include('partition lost'));
    await world.eventually(() => expect(PARTITION_IDS.filter((id) => isHere(id)(a))).to.not.deep.equal([]));
    await world.clock.advance(1_000);
    const shown = (await a.app.supervision()) as { blind_intervals: { seconds: number }[] };
    const seconds = shown.blind_intervals.reduce((sum, interval) => sum + interval.seconds, 0);
    expect(seconds).to.be.below(20);
  });

  it('with the nodes take their alerts: the one that has lost them sends none', async () => {
    const [owner, other] = isHere('watch')(a) ? [a, b] : [b, a];
    const heard: unknown[] = [];
    for (const request of [
      { kind: 'put', change: { timeout: TIMEOUT, maxRetries: 0 } },
      { kind: 'heartbeat' },
    ] as const) {
      owner.app.nodes.ask(node('db'), request, (reply) => heard.push(reply));
      await world.clock.settle();
    }
    expect(heard.at(-1)).to.deep.equal(ACTIVE);
    owner.cut(true);
    await world.eventually(() => expect(isHere('watch')(other)).to.equal(true));
    await world.clock.advance(5_000);
    expect(ops.told, 'it has its time again').to.deep.equal([]);
    await world.clock.advance(2 * TIMEOUT);
    expect(ops.told.map(({ type }) => type)).to.deep.equal(['node.failed']);
    expect(owner.app.serving).to.equal(false);
  });
});

describe('a daemon of a cluster that is told what it owns', () => {
  let world: ClusterWorld;
  let daemon: ClusterDaemon;

  beforeEach(async () => {
    world = new ClusterWorld();
    daemon = world.daemon('a', { ownership: TOLD });
    await world.done(daemon.app.start());
  });

  afterEach(async () => {
    world.stores.release();
    await world.done(daemon.app.stop());
  });

  const ask = (): Promise<readonly unknown[]> => daemon.ask('heal', OURS);
  const takeOver = (): Promise<void> => world.done(daemon.app.takeOver(MOVED));

  it('starts without partitions', async () => {
    expect(daemon.app.unready()).to.deep.equal([]);
    expect(await ask()).to.deep.equal(times(OURS, REFUSED));
    expect(daemon.app.alive).to.equal(0);
  });

  it('answers nothing from the moment on at which it loses one', async () => {
    await takeOver();
    expect(await ask()).to.deep.equal(times(OURS, ONLINE));
    // They are answered in a later turn.
    const asked = daemon.askNow('goodbye', OURS);
    daemon.app.lost(MOVED);
    expect(asked).to.deep.equal(times(OURS, REFUSED));
    expect(daemon.askNow('checkup', OURS)).to.deep.equal(times(OURS, REFUSED));
    await world.clock.advance(1_000);
    expect(daemon.app.alive).to.equal(0);
  });

  it('takes it over again at once, also if it was lost while it was taken over', async () => {
    for (const passed of [0, 1, 2, 3]) {
      const first = daemon.app.takeOver(MOVED).catch((error: unknown) => error);
      for (let turn = 0; turn < passed; turn++) await Promise.resolve();
      daemon.app.lost(MOVED);
      const second = daemon.app.takeOver(MOVED).catch((error: unknown) => error);
      daemon.app.lost(MOVED);
      await takeOver();
      for (const given of [first, second])
        expect(await given)
          .to.be.instanceOf(HeartbeatError)
          .with.property('code', 'HEARTBEAT_NOT_READY');
      expect(await ask()).to.deep.equal(times(OURS, ONLINE));
      daemon.app.lost(MOVED);
    }
    await takeOver();
    for (const user of OURS) {
      let sessions = 0;
      for await (const chunk of daemon.app.users.history(user, { order: 'asc' })) sessions += chunk.length;
      expect(sessions).to.equal(1);
    }
  });

  it('loses one that it hands over, which then ends at once', async () => {
    await takeOver();
    await ask();
    world.stores.hold();
    const goodbyes = daemon.askNow('goodbye', OURS);
    const handedOver = daemon.app.handOver(MOVED);
    await world.clock.advance(100);
    expect(goodbyes).to.deep.equal(OURS.map(() => undefined));
    daemon.app.lost(MOVED);
    expect(goodbyes).to.deep.equal(times(OURS, REFUSED));
    await world.done(handedOver);
  });

  it('refuses the partition of another set, and stores nothing in it', async () => {
    await takeOver();
    await ask();
    const stranger = world.daemon('b', { ownership: TOLD, set: 'e7f5e6f2-24f7-4c0c-b1c8-9f8f7f1ab001' });
    await world.done(stranger.app.start());
    const refused: unknown = await world.done(stranger.app.takeOver(MOVED).catch((error: unknown) => error));
    expect(refused).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_WRONG_PARTITIONS');
    await world.done(stranger.app.stop());
    daemon.app.lost(MOVED);
    await takeOver();
    expect(await daemon.ask('checkup', OURS)).to.deep.equal(times(OURS, ONLINE));
  });
});
