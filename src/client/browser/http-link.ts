import type { Cancel, Environment, HttpAnswer } from './environment.js';
import { isRecord, parseFrame, parseJson } from './frames.js';
import type { Answered, Link, LinkEvents, LinkTarget, SentDevice, Watched } from './link.js';
import { HeartbeatClientError } from './types.js';

/** How long a response may take to begin. */
const PATIENCE = 10_000;
/** The daemon sends a comment every 15 s, so a stream that is silent for so long is broken. */
const SILENCE = 45_000;
/** Of the daemon, in seconds, if it does not say what its session timeout is. */
const USUAL_TIMEOUT = 7;

/** The daemon over HTTP, where no socket can be had: heals on time, and a stream of events. */
export class HttpLink implements Link {
  readonly #env: Environment;
  readonly #events: LinkEvents;
  readonly #target: LinkTarget;
  readonly #devices = new Map<string, SentDevice>();
  readonly #users = new Set<string>();
  readonly #ending = new AbortController();
  /** How long a heal holds, in seconds; undefined until it is known. */
  #timeout: number | undefined;
  #nextHeal: Cancel | undefined;
  #stream: AbortController | undefined;

  constructor(env: Environment, target: LinkTarget, events: LinkEvents) {
    this.#env = env;
    this.#target = target;
    this.#events = events;
    env.after(0, () => events.up());
  }

  heal(devices: readonly SentDevice[], answered: Answered): void {
    for (const each of devices) this.#devices.set(each.device, each);
    this.#try(async () => {
      let refused: HeartbeatClientError | undefined;
      for (const each of devices) refused = (await this.#heal(each)) ?? refused;
      answered(refused);
      if (this.#timeout !== undefined) return;
      this.#timeout = USUAL_TIMEOUT;
      this.#timeout = await this.#sessionTimeout();
      this.#events.healsFor(this.#timeout);
      this.#schedule();
    });
  }

  goodbye(device: string, answered: Answered): void {
    this.#devices.delete(device);
    // The connection does that by HTTP anyway.
    answered(new HeartbeatClientError('HEARTBEAT_CLIENT_UNREACHABLE', 'there is no socket'));
  }

  watch(users: readonly string[], watched: Watched): void {
    for (const user of users) this.#users.add(user);
    this.#open(watched);
  }

  unwatch(users: readonly string[]): void {
    for (const user of users) this.#users.delete(user);
    this.#open(() => undefined);
  }

  renew(): void {
    // The next connection has another token anyway.
  }

  /** A tab that slept is late with its heals. */
  probe(): void {
    if (this.#nextHeal !== undefined) this.#try(() => this.#healAll());
  }

  close(): void {
    this.#ending.abort();
    this.#stream?.abort();
    this.#nextHeal?.();
  }

  #schedule(): void {
    this.#nextHeal?.();
    if (this.#ending.signal.aborted) return;
    const third = (1000 * (this.#timeout ?? USUAL_TIMEOUT)) / 3;
    this.#nextHeal = this.#env.after(third * (0.8 + this.#env.random() / 5), () =>
      this.#try(() => this.#healAll()),
    );
  }

  async #healAll(): Promise<void> {
    this.#schedule();
    for (const each of [...this.#devices.values()]) {
      const error = await this.#heal(each);
      if (error !== undefined) this.#events.error(error);
    }
  }

  /** @returns why it may not be healed */
  async #heal({ device, meta }: SentDevice): Promise<HeartbeatClientError | undefined> {
    const path = `/heal/${encodeURIComponent(this.#target.user ?? '')}?device=${device}`;
    const answer = await this.#call('PUT', path, meta === undefined ? undefined : { meta });
    return answer.status < 300 ? undefined : errorIn(answer);
  }

  async #sessionTimeout(): Promise<number> {
    const answer = await this.#call('POST', '/checkup?fields=devices', [this.#target.user]);
    const { results } = record(parseJson(await answer.text()));
    const { devices } = record(Array.isArray(results) ? results[0] : undefined);
    const { deadline, last_seen: seen } = record(Array.isArray(devices) ? devices[0] : undefined);
    const timeout = Number(deadline) - Number(seen);
    // Both are rounded down.
    return answer.status === 200 && timeout >= 0 ? Math.max(timeout, 0.5) : USUAL_TIMEOUT;
  }

  /** Opens a stream for all users. Its state has what happened since the one before. */
  #open(watched: Watched): void {
    this.#stream?.abort();
    this.#stream = undefined;
    const users = [...this.#users];
    if (users.length === 0) return;
    const stream = (this.#stream = new AbortController());
    this.#try(async () => {
      const types = ['user.online', 'user.offline', 'user.updated'];
      const answer = await this.#call('POST', '/events', { types, users }, stream);
      if (answer.status !== 200) {
        watched([], await errorIn(answer));
        return;
      }
      await this.#read(answer, stream, () => watched(users));
      throw new Error('the stream has ended');
    }, stream);
  }

  async #read(answer: HttpAnswer, stream: AbortController, hasState: () => void): Promise<void> {
    const reader = answer.body?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (let isFirst = true; reader !== undefined;) {
      const cancel = this.#env.after(SILENCE, () => stream.abort());
      const { done, value } = await reader.read().finally(cancel);
      if (done || stream.signal.aborted) return;
      text += decoder.decode(value, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const frame = parseFrame(/^data: ?(.*)$/m.exec(event)?.[1]);
        if (frame?.type !== 'users') continue;
        this.#events.users(frame.users);
        if (isFirst) hasState();
        isFirst = false;
      }
    }
  }

  /** @throws if there is no answer in time, or if another attempt may have a better one */
  async #call(
    method: string,
    path: string,
    body?: unknown,
    stop = new AbortController(),
  ): Promise<HttpAnswer> {
    const { url, token } = this.#target;
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const abort = (): void => stop.abort();
    this.#ending.signal.addEventListener('abort', abort);
    const cancel = this.#env.after(PATIENCE, abort);
    try {
      const { signal } = stop;
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await this.#env.fetch(url + path, { method, headers, signal, ...content });
      const { status } = answer;
      if (status === 401 || status === 429 || status >= 500) throw new NotNow(answer, await errorIn(answer));
      return answer;
    } finally {
      cancel();
      // A stream is aborted by `close` itself.
      this.#ending.signal.removeEventListener('abort', abort);
    }
  }

  /** Ends the link if something does not work, unless that was not needed any more. */
  #try(work: () => Promise<void>, stream?: AbortController): void {
    work().catch((error: unknown) => {
      if (this.#ending.signal.aborted || (stream !== undefined && stream !== this.#stream)) return;
      this.close();
      const isRefused = error instanceof NotNow;
      if (isRefused && error.refusal.status === 401) this.#events.error(error.refusal);
      this.#events.down({ retryAfter: isRefused ? error.retryAfter : undefined });
    });
  }
}

/** Another attempt may have a better answer. */
class NotNow extends Error {
  readonly refusal: HeartbeatClientError;
  readonly retryAfter: number;

  constructor({ headers }: HttpAnswer, refusal: HeartbeatClientError) {
    super(refusal.message);
    this.refusal = refusal;
    this.retryAfter = 1000 * (Number(headers.get('retry-after')) || 0);
  }
}

async function errorIn(answer: HttpAnswer): Promise<HeartbeatClientError> {
  const { code, error } = record(parseJson(await answer.text()));
  return new HeartbeatClientError(String(code), String(error), answer.status);
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
