import { expect } from 'chai';
import { NotifyError, type Channel } from '../../../src/ports/channel.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { shownUser } from '../../support/event-picture.js';
import { FourPartitions, holding, USERS } from '../../support/four-partitions.js';
import { node, user } from '../../support/ids.js';
import { configOf, type SimulatedApp } from '../../support/simulated-app.js';
import { UserEventsRecorder } from '../../support/user-events-channel.js';
import { withDaemon } from '../../support/with-daemon.js';

const [ANN, BEN, CAT] = [user(1), user(2), user(3)];
const TIMEOUT = 7000;

const down = (): Promise<void> => Promise.reject(new NotifyError('answered 503'));
const never = (signal: AbortSignal): Promise<void> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

interface Child {
  readonly name: string;
  readonly restarts: number;
  readonly waiting?: number;
  readonly crashes?: number;
  readonly children?: readonly Child[];
}

describe('a channel that asks for events of users', () => {
  const daemon = withDaemon();
  let bus: UserEventsRecorder;

  async function start(options: Parameters<typeof SimulatedApp.start>[0] = {}): Promise<void> {
    bus = new UserEventsRecorder('bus');
    await daemon.start({ channels: [bus.channel], ...options });
  }

  async function heal(id: UserId, device?: string): Promise<void> {
    daemon.app.users.ask('heal', id, () => undefined, { device });
    await daemon.clock.settle();
  }

  async function child(): Promise<Child | undefined> {
    const { tree } = (await daemon.app.supervision()) as { tree: Child };
    const channels = tree.children?.find(({ name }) => name === 'user-events')?.children;
    return channels?.find(({ name }) => name === 'bus');
  }

  async function facts() {
    const { userEvents } = await daemon.app.facts();
    return userEvents;
  }

  it('gets each change of a status as GET shows the user after it, and nothing else', async () => {
    await start();
    await heal(ANN);
    expect(bus.events.at(-1)?.user).to.deep.equal(await shownUser(daemon, ANN));
    await heal(ANN, 'phone');
    await heal(ANN);
    await daemon.clock.advance(TIMEOUT + 1000);
    expect(bus.told).to.deep.equal(['user.online 1', 'user.offline 1']);
    expect(bus.events.at(-1)?.user).to.deep.equal(await shownUser(daemon, ANN));
    expect(bus.alerts).to.deep.equal([]);
  });

  it('gets the first change at once, and those of the next second in one message', async () => {
    await start();
    await heal(ANN);
    expect(bus.delivered).to.have.length(1);
    await daemon.clock.advance(300);
    await heal(BEN);
    await heal(CAT);
    expect(bus.delivered).to.have.length(1);
    await daemon.clock.advance(700);
    expect(bus.delivered.map(({ events }) => events.length)).to.deep.equal([1, 2]);
    expect(bus.delivered.map(({ isReset, dropped }) => [isReset, dropped])).to.deep.equal([
      [true, 0],
      [false, 0],
    ]);
  });

  it('gets at most 1,000 in a message, and further ones at once', async () => {
    await start();
    await heal(ANN);
    for (let id = 2; id <= 2501; id++) daemon.app.users.ask('heal', user(id), () => undefined);
    await daemon.clock.settle();
    expect(bus.delivered.map(({ events }) => events.length)).to.deep.equal([1, 1000, 1000]);
    await daemon.clock.advance(1000);
    expect(bus.delivered.at(-1)?.events).to.have.length(500);
  });

  it('gets only the types and users that it asks for', async () => {
    const chosen = new UserEventsRecorder('chosen', {
      types: ['user.online', 'user.offline'],
      match: [{ users: { from: BEN, to: BEN } }, { types: ['user.offline'], users: { from: CAT, to: CAT } }],
    });
    await start({ channels: [chosen.channel] });
    for (const id of [ANN, BEN, CAT]) await heal(id);
    await daemon.clock.advance(TIMEOUT + 1000);
    expect([...chosen.told].sort()).to.deep.equal(['user.offline 2', 'user.offline 3', 'user.online 2']);
  });

  it('repeats a message under its id until it is taken, and then sends what came meanwhile', async () => {
    await start();
    bus.answer = down;
    await heal(ANN);
    await heal(BEN);
    await daemon.clock.advance(11_000);
    const ids = new Set(bus.messages.map(({ id }) => id));
    expect(bus.messages.length).to.be.greaterThan(1);
    expect(ids.size).to.equal(1);
    bus.answer = () => Promise.resolve();
    await daemon.clock.advance(60_000);
    expect(bus.told.slice(0, 2)).to.deep.equal(['user.online 1', 'user.online 2']);
    const [figures] = await facts();
    expect(figures).to.deep.include({ name: 'bus', waiting: 0, sent: bus.events.length, dropped: 0 });
    expect(figures?.failed).to.equal(bus.messages.length - bus.delivered.length);
  });

  it('counts what it drops, in its metrics and to the receiver', async () => {
    await start({ flags: { '--session-timeout': '300' } });
    bus.answer = down;
    await heal(ANN);
    for (let id = 2; id <= 12_001; id++) {
      daemon.app.users.ask('heal', user(id), () => undefined);
      if (id % 1000 === 0) await daemon.clock.settle();
    }
    await daemon.clock.settle();
    expect((await facts())[0]).to.deep.include({ waiting: 10_001, dropped: 2000 });
    bus.answer = () => Promise.resolve();
    await daemon.clock.advance(11_000);
    expect(bus.delivered.slice(0, 2).map(({ dropped }) => dropped)).to.deep.equal([0, 2000]);
    expect(bus.told[0]).to.equal('user.online 1');
    expect(new Set(bus.told).size).to.equal(10_001);
  });

  it('does not delay the alerts of the same channel, however it hangs', async () => {
    await start();
    let arrive = (): void => undefined;
    bus.answer = () => new Promise((resolve) => (arrive = resolve));
    await heal(ANN);
    await daemon.askNode({ kind: 'fail' }, node('n'));
    await daemon.clock.advance(3000);
    expect(bus.alerts.map(({ type }) => type)).to.deep.equal(['node.reported_failure']);
    expect(bus.delivered).to.deep.equal([]);
    arrive();
  });

  it('sends what waits after a crash of its actor', async () => {
    await start();
    await heal(ANN);
    bus.answer = down;
    const { logger } = daemon;
    const warn = logger.warn.bind(logger);
    logger.warn = () => {
      logger.warn = warn;
      throw new Error('planned fault');
    };
    await daemon.clock.advance(1000);
    await heal(BEN);
    bus.answer = () => Promise.resolve();
    await daemon.clock.advance(11_000);
    expect((await child())?.crashes).to.equal(1);
    expect(bus.told.slice(0, 2)).to.deep.equal(['user.online 1', 'user.online 2']);
  });

  it('sends the first half of a message that was too large, also if its actor crashes over the failure', async () => {
    await start();
    await heal(ANN);
    bus.answer = () => {
      const [last] = bus.messages.slice(-1);
      return (last?.events.length ?? 0) > 1
        ? Promise.reject(new NotifyError('answered 413', { permanent: true, tooLarge: true }))
        : Promise.resolve();
    };
    await heal(BEN);
    await heal(CAT);
    const { logger } = daemon;
    const warn = logger.warn.bind(logger);
    logger.warn = () => {
      logger.warn = warn;
      throw new Error('planned fault');
    };
    await daemon.clock.advance(5000);
    expect((await child())?.crashes).to.equal(1);
    expect(bus.told).to.deep.equal(['user.online 1', 'user.online 2', 'user.online 3']);
  });

  it('is shown in the supervision tree', async () => {
    await start();
    await heal(ANN);
    expect(await child()).to.deep.include({
      kind: 'fake',
      waiting: 0,
      sent: 1,
      dropped: 0,
      failed_attempts: 0,
    });
  });

  it('sends what waits before the daemon stops, and counts what it cannot send', async () => {
    await start();
    await heal(ANN);
    await heal(BEN);
    expect(bus.told).to.deep.equal(['user.online 1']);
    await daemon.app.stop();
    expect(bus.told).to.deep.equal(['user.online 1', 'user.online 2']);
    expect(bus.closed).to.equal(1);
    await start();
    bus.answer = never;
    await heal(ANN);
    await heal(BEN);
    const stopped = daemon.app.stop();
    await daemon.clock.advance(30_000);
    await stopped;
    expect(bus.told).to.deep.equal([]);
    const dropped = daemon.logger.lines.find(({ event }) => event === 'user events dropped at the stop');
    expect(dropped?.fields).to.deep.equal({ channel: 'bus', events: 2 });
  });

  it('says nothing about an erased user but that the user is offline', async () => {
    await start();
    await heal(CAT);
    await heal(ANN, 'phone');
    await daemon.ask('erase', ANN);
    await daemon.ask('erase', BEN);
    await daemon.clock.advance(1000);
    expect(bus.told).to.deep.equal(['user.online 3', 'user.offline 1']);
    expect(bus.events.at(-1)?.user).to.deep.equal(await shownUser(daemon, ANN));
    expect(bus.delivered.at(-1)?.dropped).to.equal(1);
  });

  describe('at a reload', () => {
    async function reload(...channels: readonly Channel[]): Promise<void> {
      const reloaded = daemon.app.reconfigure(configOf().limits, channels);
      await daemon.clock.advance(100);
      await reloaded;
    }

    it('begins to get them, or ends, without a restart', async () => {
      await start({ channels: [] });
      await heal(ANN);
      await reload(bus.channel);
      await heal(BEN);
      expect(bus.told).to.deep.equal(['user.online 2']);
      const { userEvents: _, ...without } = bus.channel;
      await reload(without);
      expect(bus.closed).to.equal(1);
      await heal(CAT);
      await daemon.clock.advance(2000);
      expect(bus.told).to.deep.equal(['user.online 2']);
      expect(await facts()).to.deep.equal([
        { name: 'bus', waiting: undefined, sent: 1, dropped: 0, failed: 0 },
      ]);
    });

    it('sends what waits with its new settings, if these ask for it', async () => {
      await start();
      bus.answer = down;
      for (const id of [ANN, BEN, CAT]) await heal(id);
      const next = new UserEventsRecorder('bus', {
        types: ['user.online'],
        match: [{ users: { from: BEN, to: CAT } }],
      });
      await reload(next.channel);
      await daemon.clock.advance(2000);
      expect(next.told).to.deep.equal(['user.online 2', 'user.online 3']);
      expect(next.delivered[0]).to.deep.include({ dropped: 1, isReset: true });
      expect(bus.closed).to.equal(1);
    });

    it('informs another receiver that it has missed earlier events', async () => {
      await start({ channels: [new UserEventsRecorder('bus', undefined, 'one').channel] });
      await heal(ANN);
      const next = new UserEventsRecorder('bus', undefined, 'other');
      await reload(next.channel);
      await daemon.clock.advance(1000);
      await heal(BEN);
      expect(next.delivered.map(({ isReset }) => isReset)).to.deep.equal([true]);
    });
  });
});

describe('the events of users in several partitions', () => {
  it('go on while one is handed over, and say that some may be missing', async () => {
    const bus = new UserEventsRecorder('bus');
    const daemon = await FourPartitions.start({ channels: [bus.channel] });
    const ann = user(1);
    const ben = USERS.find((each) => holding(each) !== holding(ann)) ?? ann;
    await daemon.ask('heal', ann);
    await daemon.clock.advance(1000);
    await daemon.handOver(holding(ann));
    await daemon.ask('heal', ben);
    await daemon.clock.advance(1000);
    expect(bus.delivered.at(-1)).to.deep.include({ isReset: true });
    await daemon.app.stop();
  });
});
