import type { HttpAnswer, HttpRequest } from '../../src/client/browser/environment.js';

/** What the simulated daemon knows. */
interface Presence {
  readonly isDown: boolean;
  readonly isCut: boolean;
  join(user: string, device: string, meta: unknown): void;
  leave(user: string, device: string): void;
  view(user: string): object;
  isTooLong(meta: unknown): boolean;
}

interface Chunk {
  readonly done: boolean;
  readonly value?: Uint8Array;
}

/** An open stream of events. */
class Stream {
  readonly users: ReadonlySet<string>;
  isOpen = true;
  readonly #waiting: Chunk[] = [];
  #reading: ((chunk: Chunk) => void) | undefined;

  constructor(users: readonly string[]) {
    this.users = new Set(users);
  }

  read(): Promise<Chunk> {
    const chunk = this.#waiting.shift();
    return chunk === undefined ? new Promise((resolve) => (this.#reading = resolve)) : Promise.resolve(chunk);
  }

  push(event: object): void {
    this.#give({ done: false, value: new TextEncoder().encode(`id: 1\ndata: ${JSON.stringify(event)}\n\n`) });
  }

  comment(): void {
    this.#give({ done: false, value: new TextEncoder().encode(':\n\n') });
  }

  end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#give({ done: true });
  }

  #give(chunk: Chunk): void {
    const reading = this.#reading;
    this.#reading = undefined;
    if (reading === undefined) this.#waiting.push(chunk);
    else reading(chunk);
  }
}

/** The naive daemon over HTTP. */
export class SimulatedHttp {
  readonly #presence: Presence;
  readonly streams: Stream[] = [];
  readonly heals: { readonly device: string; readonly body: unknown }[] = [];
  /** In seconds. */
  sessionTimeout = 30;
  /** What it answers instead, by the beginning of the path. */
  readonly refusals = new Map<string, HttpAnswer>();

  constructor(presence: Presence) {
    this.#presence = presence;
  }

  get open(): Stream[] {
    return this.streams.filter(({ isOpen }) => isOpen);
  }

  answer(url: string, { method, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const { pathname, searchParams } = new URL(url);
    for (const [path, refusal] of this.refusals) {
      if (pathname.startsWith(path)) return Promise.resolve(refusal);
    }
    if (this.#presence.isCut)
      return new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(new Error('cut'))),
      );
    const given: unknown = body === undefined ? undefined : JSON.parse(body);
    const device = searchParams.get('device') ?? '';
    const user = decodeURIComponent(pathname.split('/')[2] ?? '');
    if (pathname === '/events') return Promise.resolve(this.#stream(given as { users: string[] }, signal));
    if (pathname === '/checkup') return Promise.resolve(this.#checkup());
    if (method === 'DELETE') this.#presence.leave(user, device);
    else {
      const meta = (given as { meta?: unknown } | undefined)?.meta ?? null;
      this.heals.push({ device, body: given });
      if (this.#presence.isTooLong(meta))
        return Promise.resolve(
          answer(400, { error: 'meta must be an object of at most 1024 bytes of JSON' }),
        );
      this.#presence.join(user, device, meta);
    }
    return Promise.resolve(answer(200, { status: 'online' }));
  }

  tell(type: string, user: string): void {
    if (this.#presence.isCut) return;
    for (const stream of this.open) {
      if (stream.users.has(user)) stream.push({ type, user: this.#presence.view(user) });
    }
  }

  #checkup(): HttpAnswer {
    const devices = [{ device: 'web', last_seen: 1000, deadline: 1000 + this.sessionTimeout }];
    return answer(200, { results: [{ id: 7, devices }] });
  }

  #stream({ users }: { readonly users: readonly string[] }, signal: AbortSignal | undefined): HttpAnswer {
    const stream = new Stream(users);
    this.streams.push(stream);
    signal?.addEventListener('abort', () => stream.end());
    stream.push({ type: 'state', users: users.map((user) => this.#presence.view(user)) });
    return { ...answer(200, {}), body: { getReader: () => stream } };
  }
}

export function answer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const text = (): Promise<string> => Promise.resolve(JSON.stringify(body));
  return { status, headers: { get: (name) => headers[name] ?? null }, text, body: null };
}
