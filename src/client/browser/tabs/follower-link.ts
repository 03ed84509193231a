import type { Cancel, Environment } from '../environment.js';
import type { Answered, Link, LinkEvents, SentDevice, Watched } from '../link.js';
import { HeartbeatClientError } from '../types.js';
import { errorOf, type Call, type SentWord } from './messages.js';

/** The tab with the connection may hang, so it is asked so often whether it answers. */
const PROBE_EVERY = 18_000;
const PATIENCE = 10_000;

type Reply = (users: readonly string[], error?: HeartbeatClientError) => void;

/** The daemon through the tab that has the connection. */
export class FollowerLink implements Link {
  readonly #env: Environment;
  readonly #events: LinkEvents;
  readonly #post: (call: Call & { readonly ref: number }) => void;
  readonly #pending = new Map<number, Reply>();
  #ref = 0;
  #isUp = false;
  #isClosed = false;
  #probing: Cancel | undefined;

  constructor(env: Environment, events: LinkEvents, post: (call: Call & { readonly ref: number }) => void) {
    this.#env = env;
    this.#events = events;
    this.#post = post;
  }

  /** This tab can be heard, and its end noticed. */
  hello(): void {
    if (!this.#isClosed) this.#ask({ call: 'hello' });
  }

  received(word: SentWord): void {
    if (this.#isClosed) return;
    switch (word.say) {
      case 'up':
        // It has forgotten who said hello before it had a connection.
        if (word.to === undefined) this.hello();
        else if (!this.#isUp) this.#up();
        return;
      case 'down':
        if (this.#isUp) this.#down();
        return;
      case 'users':
        if (this.#isUp) this.#events.users(word.users);
        return;
      case 'answer':
        this.#pending.get(word.ref)?.(word.users, errorOf(word.error));
    }
  }

  heal(devices: readonly SentDevice[], answered: Answered): void {
    this.#ask({ call: 'heal', devices }, (_, error) => answered(error));
  }

  goodbye(device: string, answered: Answered): void {
    this.#ask({ call: 'goodbye', device }, (_, error) => answered(error));
  }

  watch(users: readonly string[], watched: Watched): void {
    this.#ask({ call: 'watch', users }, watched);
  }

  unwatch(): void {
    // Another tab may watch them.
  }

  renew(): void {
    // The other tab does it.
  }

  probe(): void {
    if (this.#isClosed || !this.#isUp) return;
    this.#probing?.();
    this.#probing = this.#env.after(PATIENCE, () => this.#down());
    this.#ask({ call: 'probe' }, () => {
      this.#probing?.();
      this.#probing = this.#env.after(PROBE_EVERY, () => this.probe());
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#probing?.();
    this.#post({ call: 'bye', ref: 0 });
    const lost = new HeartbeatClientError('HEARTBEAT_CLIENT_UNREACHABLE', 'the connection was lost');
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const reply of pending) reply([], lost);
  }

  #up(): void {
    this.#isUp = true;
    this.#events.up();
    this.probe();
  }

  #down(): void {
    this.close();
    this.#events.down({});
  }

  #ask(call: Call, reply?: Reply): void {
    const ref = ++this.#ref;
    if (reply !== undefined) this.#pending.set(ref, reply);
    this.#post({ ...call, ref });
  }
}
