import type { Environment } from '../environment.js';
import type { Link, LinkEvents } from '../link.js';
import type { Sharing } from '../sharing.js';
import type { Channel, TabsEnvironment } from './environment.js';
import { FollowerLink } from './follower-link.js';
import { LeaderLink } from './leader-link.js';
import { isCall, isWord } from './messages.js';

/** One connection for all tabs of an origin: that of the tab that has the lock. Another one takes over when it closes. */
export class SharedTabs implements Sharing {
  readonly #env: Environment;
  readonly #tabs: TabsEnvironment;
  readonly #name: string;
  readonly #id: string;
  readonly #channel: Channel | undefined;
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  #isClosed = false;
  #isLeader = false;
  /** Whether others notice the end of this tab. */
  #isHeld = false;
  #leader: LeaderLink | undefined;
  #follower: FollowerLink | undefined;

  /** @param lead called once this tab has to open the connection */
  constructor(env: Environment, tabs: TabsEnvironment, name: string, lead: () => void) {
    this.#env = env;
    this.#tabs = tabs;
    this.#name = name;
    this.#id = tabs.newId();
    this.#ended = new Promise((resolve) => (this.#end = resolve));
    this.#channel = tabs.channel(name, (message) => this.#received(message));
    if (this.#channel === undefined) {
      this.#isLeader = true;
      return;
    }
    this.#hold(`${name} ${this.#id}`, () => {
      this.#isHeld = true;
      this.#follower?.hello();
    });
    this.#hold(name, () => {
      this.#isLeader = true;
      lead();
    });
  }

  link(events: LinkEvents, open: (events: LinkEvents) => Link): Link {
    this.#follower = undefined;
    this.#leader = undefined;
    if (this.#isLeader) return (this.#leader = new LeaderLink(events, open, (word) => this.#post(word)));
    this.#follower = new FollowerLink(this.#env, events, (call) => this.#post({ ...call, from: this.#id }));
    if (this.#isHeld) this.#follower.hello();
    return this.#follower;
  }

  close(): void {
    this.#isClosed = true;
    this.#end();
    this.#channel?.close();
  }

  #post(message: object): void {
    if (!this.#isClosed) this.#channel?.post(message);
  }

  /** Holds a lock until this is closed. */
  #hold(name: string, held: () => void): void {
    this.#tabs.lock(name, () => {
      if (!this.#isClosed) held();
      return this.#ended;
    });
  }

  #received(message: unknown): void {
    if (this.#isClosed) return;
    if (isWord(message)) {
      if (message.to === undefined || message.to === this.#id) this.#follower?.received(message);
    } else if (isCall(message)) {
      const leader = this.#leader;
      if (leader?.received(message) === true) this.#notice(leader, message.from);
    }
  }

  /** A tab holds its lock until it is gone, however it ends. */
  #notice(leader: LeaderLink, tab: string): void {
    this.#tabs.lock(`${this.#name} ${tab}`, () => {
      leader.gone(tab);
      return Promise.resolve();
    });
  }
}
