import type {
  Cancel,
  Channel,
  Environment,
  HttpAnswer,
  HttpRequest,
  PageEvent,
  Socket,
} from '../../src/client/browser/environment.js';
import type { SimulatedBrowser, SimulatedSocket } from './simulated-browser.js';

interface LockRequest {
  readonly tab: SimulatedTab;
  readonly held: () => Promise<void> | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What the tabs of an origin share: locks, and channels. */
export class SimulatedOrigin {
  /** The first request of each has the lock. */
  readonly #locks = new Map<string, LockRequest[]>();
  readonly #channels = new Map<Channel, { readonly tab: SimulatedTab; readonly name: string }>();
  /** Whether the page may have locks. */
  hasLocks = true;

  /** What the browsers of its tabs do is what this one does. */
  tab(browser: SimulatedBrowser): SimulatedTab {
    return new SimulatedTab(this, browser);
  }

  lock(
    tab: SimulatedTab,
    name: string,
    steal: boolean,
    held: () => Promise<void> | undefined,
  ): Promise<void> {
    if (!this.hasLocks) return Promise.reject(new DOMException('The request was denied.', 'SecurityError'));
    return new Promise((resolve, reject) => {
      const request = { tab, held, resolve, reject };
      const queue = this.#locks.get(name) ?? [];
      this.#locks.set(name, queue);
      if (steal)
        queue.splice(0, 1, request)[0]?.reject(new DOMException('The lock was stolen.', 'AbortError'));
      else queue.push(request);
      if (queue[0] === request) this.#grant(queue);
    });
  }

  #grant(queue: LockRequest[]): void {
    const [first] = queue;
    if (first === undefined) return;
    const released = (): void => {
      if (queue[0] !== first) return;
      queue.shift();
      first.resolve();
      this.#grant(queue);
    };
    first.tab.later(() => {
      if (queue[0] === first) void Promise.resolve(first.held()).then(released);
    });
  }

  channel(tab: SimulatedTab, name: string): Channel {
    const channel: Channel = {
      onmessage: null,
      postMessage: (message) => {
        const data = structuredClone(message);
        for (const [other, of] of this.#channels) {
          if (other === channel || of.name !== name || tab.hasCrashed) continue;
          of.tab.later(() => {
            if (this.#channels.has(other)) other.onmessage?.({ data });
          });
        }
      },
      close: () => void this.#channels.delete(channel),
    };
    this.#channels.set(channel, { tab, name });
    return channel;
  }

  crashed(tab: SimulatedTab): void {
    for (const queue of this.#locks.values()) {
      const wasFirst = queue[0]?.tab === tab;
      const others = queue.filter((waiting) => waiting.tab !== tab);
      queue.splice(0, queue.length, ...others);
      if (wasFirst) this.#grant(queue);
    }
  }
}

/** One tab of an origin, with its own storage. */
export class SimulatedTab implements Environment {
  readonly #origin: SimulatedOrigin;
  readonly #browser: SimulatedBrowser;
  readonly #storage = new Map<string, string>();
  readonly #sockets: SimulatedSocket[] = [];
  /** What a frozen tab will do. */
  #waiting: (() => void)[] | undefined;
  hasCrashed = false;

  constructor(origin: SimulatedOrigin, browser: SimulatedBrowser) {
    this.#origin = origin;
    this.#browser = browser;
  }

  get hasSockets(): boolean {
    return this.#browser.hasSockets;
  }

  /** Its process is gone: nothing of it runs any more, and its sockets are closed. */
  crash(): void {
    this.hasCrashed = true;
    for (const socket of this.#sockets) socket.isOpen = false;
    this.#origin.crashed(this);
  }

  /** Nothing of it runs. Its sockets stay open. */
  freeze(): void {
    this.#waiting ??= [];
  }

  thaw(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const each of waiting) each();
  }

  /** Runs something in this tab, once that is possible. */
  run(callback: () => void): void {
    if (this.hasCrashed) return;
    if (this.#waiting === undefined) callback();
    else this.#waiting.push(callback);
  }

  later(callback: () => void): void {
    setImmediate(() => this.run(callback));
  }

  now(): number {
    return this.#browser.now();
  }

  random(): number {
    return this.#browser.random();
  }

  after(milliseconds: number, callback: () => void): Cancel {
    let isCancelled = false;
    const cancel = this.#browser.after(milliseconds, () =>
      this.run(() => {
        if (!isCancelled) callback();
      }),
    );
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  openSocket(url: string): Socket {
    const socket = this.#browser.openSocket(url);
    this.#sockets.push(this.#browser.sockets.at(-1)!);
    const inTab: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (text) => socket.send(text),
      close: () => socket.close(),
    };
    socket.onopen = () => this.run(() => inTab.onopen?.());
    socket.onmessage = (event) => this.run(() => inTab.onmessage?.(event));
    socket.onclose = (event) => this.run(() => inTab.onclose?.(event));
    return inTab;
  }

  fetch(url: string, request: HttpRequest): Promise<HttpAnswer> {
    return this.hasCrashed ? new Promise(() => undefined) : this.#browser.fetch(url, request);
  }

  keep(key: string, value: string): string {
    const kept = this.#storage.get(key) ?? value;
    this.#storage.set(key, kept);
    return kept;
  }

  resolve(url: string): string {
    return this.#browser.resolve(url);
  }

  lock(name: string, steal: boolean, held: () => Promise<void> | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#origin.lock(this, name, steal, held).then(
        () => this.run(resolve),
        (error: unknown) => this.run(() => reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  }

  channel(name: string): Channel {
    return this.#origin.channel(this, name);
  }

  page(happened: (event: PageEvent, persisted: boolean) => void): Cancel {
    return this.#browser.page(happened);
  }

  warn(text: string): void {
    this.#browser.warn(text);
  }

  report(error: unknown): void {
    this.#browser.report(error);
  }
}
