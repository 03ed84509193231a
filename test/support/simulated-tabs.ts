import type { Channel, TabsEnvironment } from '../../src/client/browser/tabs/environment.js';

interface Waiting {
  readonly tab: SimulatedTab;
  readonly held: () => Promise<void>;
}

/** What the tabs of an origin share: locks, and channels. */
export class SimulatedOrigin {
  readonly #locks = new Map<string, Waiting[]>();
  readonly #channels = new Set<{ tab: SimulatedTab; name: string; received: (message: unknown) => void }>();
  #count = 0;

  tab(): SimulatedTab {
    return new SimulatedTab(this, `tab-${++this.#count}`);
  }

  lock(tab: SimulatedTab, name: string, held: () => Promise<void>): void {
    const queue = this.#locks.get(name) ?? [];
    this.#locks.set(name, queue);
    queue.push({ tab, held });
    if (queue.length === 1) this.#grant(name, queue);
  }

  #grant(name: string, queue: Waiting[]): void {
    const [first] = queue;
    if (first === undefined) return;
    const released = (): void => {
      if (queue[0] !== first) return;
      queue.shift();
      this.#grant(name, queue);
    };
    // Browsers call back later.
    setImmediate(() => {
      if (queue[0] === first) void first.held().then(released);
    });
  }

  channel(tab: SimulatedTab, name: string, received: (message: unknown) => void): Channel {
    const channel = { tab, name, received };
    this.#channels.add(channel);
    return {
      post: (message) => {
        const sent = structuredClone(message);
        for (const other of this.#channels) {
          if (other === channel || other.name !== name || tab.hasCrashed) continue;
          setImmediate(() => {
            if (!other.tab.hasCrashed && this.#channels.has(other)) other.received(sent);
          });
        }
      },
      close: () => void this.#channels.delete(channel),
    };
  }

  crashed(tab: SimulatedTab): void {
    for (const [name, queue] of this.#locks) {
      const wasFirst = queue[0]?.tab === tab;
      const others = queue.filter((waiting) => waiting.tab !== tab);
      queue.splice(0, queue.length, ...others);
      if (wasFirst) this.#grant(name, queue);
    }
  }
}

/** One tab of an origin. */
export class SimulatedTab implements TabsEnvironment {
  readonly #origin: SimulatedOrigin;
  readonly #id: string;
  hasCrashed = false;

  constructor(origin: SimulatedOrigin, id: string) {
    this.#origin = origin;
    this.#id = id;
  }

  newId(): string {
    return this.#id;
  }

  lock(name: string, held: () => Promise<void>): void {
    this.#origin.lock(this, name, held);
  }

  channel(name: string, received: (message: unknown) => void): Channel {
    return this.#origin.channel(this, name, received);
  }

  crash(): void {
    this.hasCrashed = true;
    this.#origin.crashed(this);
  }
}
