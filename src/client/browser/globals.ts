import type {
  Environment,
  HttpAnswer,
  HttpRequest,
  PageEvents,
  Socket,
  SocketEvents,
} from './environment.js';

/** What is used of the browser's globals. Some are missing in workers, in React Native and in Node. */
interface Target {
  addEventListener(
    type: string,
    listener: (event: { readonly persisted?: boolean }) => void,
    options: object,
  ): void;
}

interface BrowserSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

declare const WebSocket: new (url: string, protocol: string) => BrowserSocket;
declare const sessionStorage: {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
};
declare const window: Target | undefined;
declare const document: (Target & { readonly visibilityState: string; readonly baseURI: string }) | undefined;
declare function fetch(url: string, request: HttpRequest & { readonly cache: string }): Promise<HttpAnswer>;

export const browser: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  hasSockets: typeof WebSocket === 'function',
  openSocket,
  fetch: (url, request) => fetch(url, { ...request, cache: 'no-store' }),
  load(key) {
    try {
      return sessionStorage.getItem(key) ?? undefined;
    } catch {
      // There is none, or the user has forbidden it.
      return undefined;
    }
  },
  save(key, value) {
    try {
      sessionStorage.setItem(key, value);
    } catch {
      // The device has another name after a reload.
    }
  },
  resolve(url) {
    const base = typeof document === 'undefined' ? undefined : document.baseURI;
    return new URL(url, base).href.replace(/\/+$/, '');
  },
  page: listenToPage,
  // oxlint-disable-next-line no-console -- The only place where a page's developer looks.
  warn: (text) => console.warn(text),
  report(error) {
    setTimeout(() => {
      throw error;
    });
  },
};

function openSocket(url: string, protocol: string, events: SocketEvents): Socket {
  const socket = new WebSocket(url, protocol);
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => events.received(data);
  socket.onclose = ({ code, reason }) => events.closed(code, reason);
  return {
    send: (text) => socket.send(text),
    close() {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}

function listenToPage(events: PageEvents): () => void {
  const stop = new AbortController();
  const on = (target: Target, type: string, listener: Parameters<Target['addEventListener']>[1]): void =>
    target.addEventListener(type, listener, { signal: stop.signal });
  if (typeof document !== 'undefined' && typeof window !== 'undefined') {
    const page = document;
    on(window, 'pagehide', ({ persisted }) => events.hidden(persisted === true));
    on(window, 'pageshow', ({ persisted }) => persisted === true && events.shown());
    on(window, 'online', () => events.network(true));
    on(window, 'offline', () => events.network(false));
    on(page, 'resume', () => events.woke());
    on(page, 'visibilitychange', () => page.visibilityState === 'visible' && events.woke());
  }
  return () => stop.abort();
}
