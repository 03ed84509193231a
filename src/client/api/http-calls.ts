import {
  Attempt,
  JoinedSignal,
  reasonOf,
  unlessAborted,
  type ClientEnvironment,
} from './client-environment.js';
import { operations, shapes, type Operation } from './contract/operations.js';
import type { Answers } from './contract/types.js';
import {
  CLOSED,
  errorIn,
  HeartbeatRequestError,
  jsonIn,
  NO_KEY,
  systemCodeOf,
  TIMEOUT,
  UNEXPECTED,
  unreachable,
} from './request-error.js';
import type { FetchAnswer } from './fetch.js';
import { readId } from './ids.js';
import { expectKey, type Settings } from './client-options.js';
import { isRepeatable, waitAfter } from './retry-policy.js';
import { Mismatch, ShapeReader, type Shape } from './shape.js';
import { queryOf } from './sent-values.js';
import type { Millis } from '../../domain/time.js';

/** The name of an operation of the contract. */
export type OperationId = keyof Answers;

/** What is sent with a call. */
export interface Sent {
  /** The parameters of the path, encoded, in their order. */
  readonly path?: readonly string[];
  readonly query?: Readonly<Record<string, unknown>>;
  /** JSON, unless the headers say otherwise. */
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The UUID or the key of a ping, which no error shows. */
const PING_SECRET = /^\/ping\/[^/]+/;

/** An answer to a request, and the attempt in which its body is read. */
interface Opened {
  readonly answer: FetchAnswer;
  readonly attempt: Attempt;
}

/** A request that may be sent several times. */
interface Request {
  readonly operation: Operation;
  /** Method and path. */
  readonly call: string;
  readonly url: string;
  readonly sent: Sent;
}

/** Makes calls: one request, and others if it fails and may be repeated. */
export class HttpCalls<Id> {
  readonly settings: Settings;
  readonly environment: ClientEnvironment;
  readonly #reader: ShapeReader<Id>;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  /**
   * @param toId makes an id from its digits or text
   * @param Reader reads the answers
   */
  constructor(
    settings: Settings,
    environment: ClientEnvironment,
    toId: (text: string) => Id,
    Reader: typeof ShapeReader<Id> = ShapeReader,
  ) {
    this.settings = settings;
    this.environment = environment;
    this.#reader = new Reader(shapes, (value) => readId(settings.ids, value, toId));
  }

  /** Where the daemon is, for errors. */
  get address(): string {
    const { fetch, url } = this.settings;
    return fetch.address ?? url;
  }

  /** Aborted once the client is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends streams, and waits for the requests that are under way. None of them is repeated. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
  }

  /** @throws HeartbeatRequestError; TypeError for a wrong argument */
  call<Name extends OperationId>(name: Name, sent: Sent = {}): Promise<Answers<Id>[Name]> {
    const calling = this.#call(name, sent).finally(() => this.#underWay.delete(calling));
    this.#underWay.add(calling);
    // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: it was read by its shape
    return calling as Promise<Answers<Id>[Name]>;
  }

  async #call(name: OperationId, sent: Sent): Promise<unknown> {
    if (this.closing.aborted) throw new HeartbeatRequestError(CLOSED, 'the client is closed', { call: name });
    const request = this.#request(name, sent);
    const { operation, call } = request;
    const mayRepeat = isRepeatable(name, operation.method);
    for (let failures = 1; ; failures++) {
      try {
        return await this.#once(request);
      } catch (error) {
        const mayRetry = failures <= this.settings.retries && error instanceof HeartbeatRequestError;
        const waitMs = mayRetry ? waitAfter(error, failures, mayRepeat, this.environment.random) : undefined;
        if (!mayRetry || waitMs === undefined || this.#isClosed()) throw error;
        this.settings.onRetry?.({ call, attempt: failures, wait: waitMs / 1000, error });
        await this.#waitToRepeat(waitMs, sent.signal, error);
      }
    }
  }

  /** @param last thrown if the client is closed meanwhile */
  async #waitToRepeat(waitMs: Millis, signal: AbortSignal | undefined, last: Error): Promise<void> {
    const stop = new JoinedSignal([signal, this.closing]);
    try {
      await this.environment.wait(waitMs, stop.signal);
    } catch (reason) {
      if (signal?.aborted !== true && this.#isClosed()) throw last;
      throw reason;
    } finally {
      stop.end();
    }
    if (this.#isClosed()) throw last;
  }

  #isClosed(): boolean {
    return this.closing.aborted;
  }

  async #once(request: Request): Promise<unknown> {
    const { answer, attempt } = await this.#open(request);
    try {
      const text = await this.#body(answer, attempt);
      if (!isAnswer(request.operation, answer.status)) throw errorIn(request.call, answer, text);
      return this.#read(request, answer, text);
    } catch (error) {
      throw this.#failure(request, attempt, error);
    } finally {
      attempt.end();
    }
  }

  /**
   * Opens a stream: its head has come, and is that of success. Whoever reads it ends or cuts the attempt.
   *
   * @throws HeartbeatRequestError; it is not repeated here
   */
  async stream(name: OperationId, sent: Sent): Promise<Opened> {
    const request = this.#request(name, sent);
    const opened = await this.#open(request);
    const { answer, attempt } = opened;
    if (answer.status === 200) return opened;
    try {
      throw errorIn(request.call, answer, await answer.text());
    } catch (error) {
      throw this.#failure(request, attempt, error);
    } finally {
      attempt.end();
    }
  }

  /** Reads a value that is part of an answer. @throws Mismatch */
  read(shape: Shape, value: unknown): unknown {
    return this.#reader.read(shape, value);
  }

  #request(name: OperationId, sent: Sent): Request {
    const operation = operations[name];
    const { method, path, query } = operation;
    let at = 0;
    const filled = path.replace(/\{\w+\}/g, () => sent.path?.[at++] ?? '');
    const target = filled + queryOf(sent.query ?? {}, query);
    const call = `${method} ${filled.replace(PING_SECRET, '/ping/(redacted)')}`;
    return { operation, call, url: this.settings.url + target, sent };
  }

  async #open(request: Request): Promise<Opened> {
    const { operation, url, sent } = request;
    const { body, signal } = sent;
    if (signal?.aborted === true) throw reasonOf(signal);
    const attempt = new Attempt(this.settings.timeoutMs, signal);
    try {
      const headers = await this.#headers(request, attempt);
      const answer = await this.settings.fetch(url, {
        method: operation.method,
        headers,
        get signal() {
          return attempt.signal;
        },
        redirect: 'manual',
        ...(body !== undefined && { body }),
      });
      return { answer, attempt };
    } catch (error) {
      attempt.end();
      throw this.#failure(request, attempt, error);
    }
  }

  async #headers(request: Request, attempt: Attempt): Promise<Record<string, string>> {
    const { body, headers } = request.sent;
    const { key: given } = this.settings;
    const key = typeof given === 'function' ? await this.#keyOf(given, request, attempt) : given;
    return {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    };
  }

  /** A key function has as much time as the daemon. */
  async #keyOf(
    give: () => string | Promise<string>,
    { call, sent }: Request,
    attempt: Attempt,
  ): Promise<string> {
    try {
      const key = await unlessAborted(Promise.resolve(give()), attempt.signal);
      expectKey(key);
      attempt.restart();
      return key;
    } catch (cause) {
      if (sent.signal?.aborted === true) throw reasonOf(sent.signal);
      const problem = attempt.isLate
        ? `gave none within ${this.settings.timeoutMs / 1000} s`
        : `failed: ${systemCodeOf(cause)}`;
      throw new HeartbeatRequestError(NO_KEY, `${call} has no key: the key function ${problem}`, {
        call,
        cause,
      });
    }
  }

  /** A long answer may take its time, as long as it goes on. */
  async #body(answer: FetchAnswer, attempt: Attempt): Promise<string> {
    if (answer.body === null || answer.headers.get('content-length') !== null) return answer.text();
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
      attempt.restart();
    }
  }

  #read({ operation, call }: Request, answer: FetchAnswer, text: string): unknown {
    if (operation.answer === undefined) return undefined;
    try {
      if (operation.answer === 'text') return text;
      const json = jsonIn(text);
      if (json === undefined) throw new Mismatch('');
      return this.#reader.read(operation.answer, json);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const { status } = answer;
      throw new HeartbeatRequestError(UNEXPECTED, `${call} was answered ${status}: ${error.message}`, {
        call,
        status,
        cause: error,
      });
    }
  }

  /** What to throw where something was thrown during an attempt. */
  #failure({ call, sent }: Request, attempt: Attempt, error: unknown): unknown {
    if (error instanceof HeartbeatRequestError) return error;
    if (sent.signal?.aborted === true) return reasonOf(sent.signal);
    if (!attempt.isLate) return unreachable(call, this.address, error);
    const message = `${call} got no answer from ${this.address} within ${this.settings.timeoutMs / 1000} s`;
    return new HeartbeatRequestError(TIMEOUT, message, { call, cause: error });
  }
}

function isAnswer({ alsoAnswers }: Operation, status: number): boolean {
  return (status >= 200 && status <= 299) || alsoAnswers.includes(status);
}
