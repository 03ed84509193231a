import { expect } from 'chai';
import { changeFeed, listen } from '../../../actors/shards/change-feed.js';
import type { UserChange } from '../../../actors/user/user.protocol.js';
import type { EventReader, Subscription } from '../../../src/app/events/events-api.js';
import { EventHub, type Changes } from '../../../src/app/events/hub.js';
import { ANYBODY } from '../../../src/domain/access.js';
import { instant } from '../../../src/domain/time.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { user as userId } from '../../support/ids.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const REMEMBERED = 600_000;

/** A reader of one user's events, with what it got. */
class Reader implements EventReader {
  readonly isFull = false;
  readonly got: string[] = [];
  /** The id of the last event. */
  last: string | undefined;
  subscription: Subscription | undefined;

  state(state: Parameters<EventReader['state']>[0]): void {
    this.last = state.id;
    const text = [...state.pieces()].join('');
    this.got.push(text.includes('"reset":true') ? 'reset' : 'state');
  }

  events(events: Parameters<EventReader['events']>[0]): void {
    for (const { id, change } of events) {
      this.last = id;
      this.got.push(change.type);
    }
  }

  ended(): void {
    this.got.push('ended');
  }
}

describe('the events that are remembered', () => {
  const user = userId('7');
  let clock: SimulatedClock;
  let changes: Changes;
  let hub: EventHub;

  beforeEach(() => {
    clock = new SimulatedClock();
    changes = { users: changeFeed(), nodes: changeFeed(), alerts: changeFeed() };
    const sources = {
      session: () => undefined,
      lastSession: () => Promise.resolve(undefined),
      nodes: () => [],
      causesOf: () => [],
      counts: () => ({}),
      turn: () => Promise.resolve(),
      inTurn: <Result>(read: () => Promise<Result>) => read(),
    };
    const logger = new RecordingLogger();
    const options = { past: 1000, readers: 10, watched: 1000 };
    hub = new EventHub(options, changes, { clock, logger, ids: { kind: 'integer' }, sources });
  });

  const read = async (after?: string): Promise<Reader> => {
    const reader = new Reader();
    reader.subscription = hub.subscribe({ users: [user] }, ANYBODY, reader, after);
    await clock.settle();
    return reader;
  };
  const leave = async (reader: Reader): Promise<void> => {
    reader.subscription?.close();
    await clock.settle();
  };
  const change = async (kind: 'online' | 'offline'): Promise<void> => {
    const at = instant(1_700_000_000_000);
    const session = { onlineAt: at, lastSeen: at, deadline: instant(at + 7000), devices: [] };
    const ended: UserChange = { kind: 'offline', user, ended: undefined };
    changes.users.listener?.(kind === 'online' ? { kind, user, session } : ended);
    await clock.settle();
  };

  it('go on to be heard for ten minutes after the last reader has gone', async () => {
    const first = await read();
    await change('online');
    await leave(first);
    await clock.advance(REMEMBERED - 1);
    await change('offline');
    const second = await read(first.last);
    expect(second.got).to.deep.equal(['user.offline']);
    // With a reader they stay, and then the ten minutes begin anew.
    await clock.advance(2 * REMEMBERED);
    await leave(second);
    await clock.advance(REMEMBERED - 1);
    expect((await read(first.last)).got).to.deep.equal(['user.offline']);
  });

  it('stay while one of several readers is left', async () => {
    const [first, second] = [await read(), await read()];
    await change('online');
    await leave(first);
    await clock.advance(2 * REMEMBERED);
    await change('offline');
    expect(second.got).to.deep.equal(['state', 'user.online', 'user.offline']);
    expect((await read(first.last)).got).to.deep.equal(['user.offline']);
  });

  it('are forgotten then, and nothing listens until the next reader, who begins anew', async () => {
    const first = await read();
    await change('online');
    expect(hub.log.at(hub.log.last)).to.include({ type: 'user.online' });
    await leave(first);
    await clock.advance(REMEMBERED);
    for (const { listener } of [changes.users, changes.nodes, changes.alerts])
      expect(listener).to.equal(undefined);
    expect(hub.log.last).to.equal(0);
    await change('offline');
    const second = await read(first.last);
    await change('online');
    expect(second.got).to.deep.equal(['reset', 'user.online']);
  });

  it('leave no timer behind when the daemon stops', async () => {
    await leave(await read());
    hub.stop();
    const { log } = hub;
    await clock.advance(2 * REMEMBERED);
    expect(hub.log).to.equal(log);
  });
});

describe('a feed of changes', () => {
  it('calls those who listen, in their order, and none who has stopped', () => {
    const feed = changeFeed<number>();
    const heard: string[] = [];
    const stopFirst = listen(feed, (change) => heard.push(`first ${change}`));
    const stopSecond = listen(feed, (change) => heard.push(`second ${change}`));
    feed.listener?.(1);
    stopFirst();
    stopFirst();
    feed.listener?.(2);
    stopSecond();
    expect(feed.listener).to.equal(undefined);
    expect(heard).to.deep.equal(['first 1', 'second 1', 'second 2']);
  });
});
