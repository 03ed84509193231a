/** Cancels what was scheduled. */
export type Cancel = () => void;

/** What is used of a WebSocket. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  /** It is gone, or was never opened. */
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** Passes on what tabs of the origin say, to all others. */
export interface Channel {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: object): void;
  close(): void;
}

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** The request outlives the page. */
  readonly keepalive?: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
  readonly body: {
    getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> };
  } | null;
}

/** Events of a page that matter here. */
export type PageEvent = 'pagehide' | 'pageshow' | 'online' | 'offline' | 'resume' | 'visibilitychange';

/** What a client takes from the browser. Tests replace it. */
export interface Environment {
  /** Milliseconds. It goes on while the machine sleeps. */
  now(): number;
  /** At least 0, less than 1. */
  random(): number;
  after(milliseconds: number, callback: () => void): Cancel;
  /** Whether sockets can be opened at all. */
  readonly hasSockets: boolean;
  /** Throws if this one may not be opened. */
  openSocket(url: string, protocol: string): Socket;
  fetch(url: string, request: HttpRequest): Promise<HttpAnswer>;
  /** @returns what the tab has kept under this key since it was opened, reloads included; else this value, kept from now on */
  keep(key: string, value: string): string;
  /** The absolute URL, without a slash at the end. */
  resolve(url: string): string;
  /**
   * Holds a lock of the origin until what `held` returns is settled.
   *
   * @param steal takes it from the tab that has it
   * @param held called once no other tab has it
   * @returns rejects if another tab steals it, or if the page may have no locks
   */
  lock(name: string, steal: boolean, held: () => Promise<void> | undefined): Promise<void>;
  /** @returns undefined where tabs cannot share a connection */
  channel(name: string): Channel | undefined;
  /**
   * Listens to the page, if there is one.
   *
   * @param happened with `persisted` if the page goes into the back-forward cache, or comes out of it
   * @returns stops listening
   */
  page(happened: (event: PageEvent, persisted: boolean) => void): Cancel;
  /** Says something to developers. */
  warn(text: string): void;
  /** Reports what a listener of the app has thrown. */
  report(error: unknown): void;
}
