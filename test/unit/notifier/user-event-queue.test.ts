import { expect } from 'chai';
import { UserEventQueue } from '../../../actors/notifier/user-events/user-event-queue.js';
import type { UserEvent } from '../../../actors/notifier/user-events/user-events.protocol.js';
import { user } from '../../support/ids.js';

const MOST = 10_000;

/** An event that counts how often it is looked at. */
class WatchedEvent implements UserEvent {
  static looks = 0;
  readonly type = 'user.online';
  readonly #user: number;
  readonly #text: string;

  constructor(id: number, text = String(id)) {
    this.#user = id;
    this.#text = text;
  }

  get user() {
    WatchedEvent.looks++;
    return user(this.#user);
  }

  get text() {
    WatchedEvent.looks++;
    return this.#text;
  }
}

function texts(queue: UserEventQueue, most = MOST): readonly string[] {
  return queue.take(most).events.map(({ text }) => text);
}

describe('events that wait for a channel', () => {
  let queue: UserEventQueue;

  beforeEach(() => {
    queue = new UserEventQueue();
  });

  it('of a user who is erased are dropped without a look at those of others', () => {
    for (let id = 0; id < MOST; id++) queue.add(new WatchedEvent(id));
    WatchedEvent.looks = 0;
    for (let id = 0; id < MOST; id += 2) expect(queue.dropUser(user(id))).to.equal(1);
    // One for each: its length.
    expect(WatchedEvent.looks).to.be.at.most(MOST);
    expect(queue.size).to.equal(MOST / 2);
    expect(queue.take(3)).to.have.property('dropped', MOST / 2);
    expect(texts(queue, 2)).to.deep.equal(['7', '9']);
  });

  it('stay in order, whichever are dropped among them', () => {
    for (let number = 0; number < 9; number++) queue.add(new WatchedEvent(number % 3, String(number)));
    expect(queue.dropUser(user(1))).to.equal(3);
    expect(queue.dropUser(user(1))).to.equal(0);
    expect(queue.drop(({ text }) => text === '3')).to.equal(1);
    queue.add(new WatchedEvent(1, '9'));
    expect(texts(queue, 2)).to.deep.equal(['0', '2']);
    expect(queue.dropUser(user(0))).to.equal(1);
    expect(texts(queue)).to.deep.equal(['5', '8', '9']);
    expect(queue.size).to.equal(0);
    expect(queue.fills(1)).to.equal(false);
  });

  it('give way from the oldest on, past 10,000 events or 16 MiB of text', () => {
    for (let number = 0; number < MOST; number++) queue.add(new WatchedEvent(number % 7, String(number)));
    expect(queue.dropUser(user(0))).to.equal(1429);
    for (let number = 0; number < 1429; number++) expect(queue.add(new WatchedEvent(8, 'new'))).to.equal(0);
    expect(queue.add(new WatchedEvent(8, 'new'))).to.equal(1);
    expect(texts(queue, 1)).to.deep.equal(['2']);
    const long = 'x'.repeat(6 * 1024 * 1024);
    expect(queue.add(new WatchedEvent(9, long))).to.equal(0);
    expect(queue.add(new WatchedEvent(9, long))).to.equal(1);
    expect(queue.add(new WatchedEvent(9, long))).to.equal(MOST - 1);
    expect(queue.size).to.equal(2);
    expect(queue.fills(1000)).to.equal(true);
    expect(texts(queue)).to.deep.equal([long]);
  });
});
