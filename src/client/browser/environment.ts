/** Cancels what was scheduled. */
export type Cancel = () => void;

/** What becomes of a socket. */
export interface SocketEvents {
  opened(): void;
  received(data: unknown): void;
  /** It is gone, or was never opened. */
  closed(code: number, reason: string): void;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
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

/** What happens to a page. */
export interface PageEvents {
  /** It is left; `persisted` if it goes into the back-forward cache. */
  hidden(persisted: boolean): void;
  /** It comes back out of that cache. */
  shown(): void;
  /** It may have slept: it was thawed, or is looked at again. */
  woke(): void;
  /** What the browser says about the network. */
  network(isOnline: boolean): void;
}

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
  openSocket(url: string, protocol: string, events: SocketEvents): Socket;
  fetch(url: string, request: HttpRequest): Promise<HttpAnswer>;
  /** A value that the tab keeps while it is open, reloads included; undefined if there is none, or no storage. */
  load(key: string): string | undefined;
  save(key: string, value: string): void;
  /** The absolute URL, without a slash at the end. */
  resolve(url: string): string;
  /** Listens to the page, if there is one. @returns stops listening */
  page(events: PageEvents): Cancel;
  /** Says something to developers. */
  warn(text: string): void;
  /** Reports what a listener of the app has thrown. */
  report(error: unknown): void;
}
