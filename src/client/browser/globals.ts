import type { Channel, Environment, HttpAnswer, HttpRequest, PageEvent, Socket } from './environment.js';

/** What is used of the browser's globals. Some are missing in workers, in React Native and in Node. */
declare const WebSocket: new (url: string, protocol: string) => Socket;
declare const BroadcastChannel: new (name: string) => Channel;
declare const navigator: {
  readonly locks: {
    request(
      name: string,
      options: { readonly steal: boolean },
      held: () => Promise<void> | undefined,
    ): Promise<void>;
  };
};
declare const sessionStorage: Record<string, string>;
declare const document: { readonly baseURI: string } | undefined;
declare function addEventListener(
  type: string,
  listener: (event: { readonly persisted?: boolean }) => void,
  options: object,
): void;
declare function fetch(url: string, request: HttpRequest & { readonly cache: string }): Promise<HttpAnswer>;

const PAGE_EVENTS: readonly PageEvent[] = [
  'pagehide',
  'pageshow',
  'online',
  'offline',
  'resume',
  'visibilitychange',
];

const page = typeof document === 'undefined' ? undefined : document;

export const browser: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  hasSockets: typeof WebSocket === 'function',
  openSocket: (url, protocol) => new WebSocket(url, protocol),
  fetch: (url, request) => fetch(url, { ...request, cache: 'no-store' }),
  keep(key, value) {
    try {
      return (sessionStorage[key] ??= value);
    } catch {
      // There is none, or the user has forbidden it: the device has another name after a reload.
      return value;
    }
  },
  resolve: (url) => new URL(url, page?.baseURI).href.replace(/\/+$/, ''),
  lock: (name, steal, held) => navigator.locks.request(name, { steal }, held),
  // Browsers that have locks have channels. Node has both, but no tabs.
  channel: (name) => (page && 'locks' in navigator ? new BroadcastChannel(name) : undefined),
  page(happened) {
    const stop = new AbortController();
    // Some happen to the document. All of them pass the window first.
    const options = { capture: true, signal: stop.signal };
    if (page)
      for (const type of PAGE_EVENTS)
        addEventListener(type, ({ persisted }) => happened(type, !!persisted), options);
    return () => stop.abort();
  },
  // oxlint-disable-next-line no-console -- The only place where a page's developer looks.
  warn: (text) => console.warn(text),
  report(error) {
    setTimeout(() => {
      throw error;
    });
  },
};
