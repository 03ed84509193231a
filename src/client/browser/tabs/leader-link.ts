import type { Answered, Link, LinkEvents, SentDevice, Watched } from '../link.js';
import type { User } from '../types.js';
import { plain, type SentCall, type SentWord } from './messages.js';

/** The connection of this tab, which others share. What they ask for is asked of the daemon as if it were this tab's. */
export class LeaderLink implements Link {
  readonly #events: LinkEvents;
  readonly #post: (word: SentWord) => void;
  readonly #link: Link;
  /** The devices of the other tabs. */
  readonly #tabs = new Map<string, Set<string>>();
  /** Users whose state has come: the daemon does not send it again. */
  readonly #known = new Map<string, User>();
  #isUp = false;

  constructor(events: LinkEvents, open: (events: LinkEvents) => Link, post: (word: SentWord) => void) {
    this.#events = events;
    this.#post = post;
    this.#link = open({
      ...events,
      up: () => {
        this.#isUp = true;
        events.up();
        this.#say({ say: 'up', to: undefined });
      },
      users: (users) => {
        for (const user of users) this.#known.set(user.id, user);
        events.users(users);
        this.#say({ say: 'users', users, to: undefined });
      },
      down: (end) => {
        this.#ended();
        events.down(end);
      },
    });
  }

  /** Another tab asks for something. @returns whether that tab is new */
  received(call: SentCall): boolean {
    const { from, ref } = call;
    if (!this.#isUp) return false;
    if (call.call === 'hello') {
      const isNew = !this.#tabs.has(from);
      if (isNew) this.#tabs.set(from, new Set());
      this.#say({ say: 'up', to: from });
      return isNew;
    }
    const devices = this.#tabs.get(from);
    if (devices === undefined) return false;
    const answer: Watched = (users, error) =>
      this.#say({ say: 'answer', ref, users, error: plain(error), to: from });
    switch (call.call) {
      case 'heal':
        for (const { device } of call.devices) devices.add(device);
        this.#link.heal(call.devices, (error) => answer([], error));
        break;
      case 'goodbye':
        devices.delete(call.device);
        this.#link.goodbye(call.device, (error) => answer([], error));
        break;
      case 'watch':
        this.#say({ say: 'users', users: this.#knownOf(call.users), to: from });
        this.#link.watch(call.users, answer);
        break;
      case 'probe':
        answer([]);
        break;
      case 'bye':
        this.gone(from);
    }
    return false;
  }

  /** A tab is gone. Its devices, if it did not say goodbye, must not be kept online any longer. */
  gone(tab: string): void {
    const devices = this.#tabs.get(tab);
    this.#tabs.delete(tab);
    if (devices === undefined || devices.size === 0) return;
    // Only the end of a connection makes the daemon forget devices without ending them.
    this.close();
    this.#events.down({});
  }

  heal(devices: readonly SentDevice[], answered: Answered): void {
    this.#link.heal(devices, answered);
  }

  goodbye(device: string, answered: Answered): void {
    this.#link.goodbye(device, answered);
  }

  watch(users: readonly string[], watched: Watched): void {
    this.#events.users(this.#knownOf(users));
    this.#link.watch(users, watched);
  }

  unwatch(users: readonly string[]): void {
    // Another tab may watch them.
    if (this.#tabs.size > 0) return;
    for (const user of users) this.#known.delete(user);
    this.#link.unwatch(users);
  }

  renew(token: string): void {
    this.#link.renew(token);
  }

  probe(): void {
    this.#link.probe();
  }

  close(): void {
    this.#link.close();
    this.#ended();
  }

  #ended(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#tabs.clear();
    this.#say({ say: 'down', to: undefined });
  }

  #knownOf(users: readonly string[]): User[] {
    return users.map((user) => this.#known.get(user)).filter((user) => user !== undefined);
  }

  #say(word: SentWord): void {
    this.#post(word);
  }
}
