import { isRecord } from '../../domain/is-record.js';
import type { HttpCalls } from './http-calls.js';
import { eventTypes } from './contract/operations.js';
import type { Bodies, Event, UserIdLike } from './contract/types.js';
import { JoinedSignal, reasonOf, type Attempt } from './client-environment.js';
import {
  HeartbeatRequestError,
  jsonIn,
  TIMEOUT,
  UNEXPECTED,
  UNREACHABLE,
  unreachable,
} from './request-error.js';
import { idText } from './ids.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { backOff, isPassing } from './retry-policy.js';
import { EventParser, type SentEvent } from './server-sent-events.js';
import { Mismatch } from './shape.js';
import type { Millis } from '../../domain/time.js';

/** Which events to read. An absent field does not filter. */
export interface EventsOptions extends Omit<Bodies['eventsOfMany'], 'users'>, CallOptions {
  /** Only of these users, up to 100,000. None if it is empty. */
  readonly users?: Iterable<UserIdLike>;
  /** The `id` of the last event that a program has: the stream continues after it. */
  readonly after?: string;
}

/** An event, with the id after which a stream can continue. */
export type StreamedEvent<Id = string> = Event<Id> & { readonly id: string };

/** Ends by `return`, also while an event is awaited. */
export interface EventIterator<Id = string> {
  next(): Promise<IteratorResult<StreamedEvent<Id>, undefined>>;
  return(): Promise<IteratorResult<StreamedEvent<Id>, undefined>>;
  [Symbol.asyncIterator](): EventIterator<Id>;
}

const OPERATION = 'eventsOfMany';
const OPTIONS = ['types', 'users', 'nodes', 'labels', 'after', 'signal'];
/** Of the back-off of a stream. */
const FIRST: Millis = 1000;
const LONGEST: Millis = 30_000;
const CALL = 'POST /events';

/**
 * Reads events, and opens the stream again whenever it ends.
 *
 * @throws TypeError for wrong options
 */
export function readEvents<Id>(calls: HttpCalls<Id>, options: EventsOptions): EventIterator<Id> {
  expectOptions(options, OPTIONS);
  const { users, after, signal, ...filter } = options;
  const body = JSON.stringify({ ...filter, ...(users !== undefined && { users: [...users].map(idText) }) });
  const stream = new EventStream(calls, { body, after, signal });
  const events = stream.events();
  return {
    next: () => events.next(),
    return: () => {
      stream.end();
      return events.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface StreamPlan {
  readonly body: string;
  readonly after: string | undefined;
  readonly signal: AbortSignal | undefined;
}

class EventStream<Id> {
  readonly #calls: HttpCalls<Id>;
  readonly #plan: StreamPlan;
  /** Aborted when the iterator or the client is closed. */
  readonly #ending = new AbortController();
  #after: string | undefined;
  /** Failed attempts in a row. */
  #failures = 0;
  /** The shortest wait that the daemon asks for. */
  #retryMs: Millis = 0;

  constructor(calls: HttpCalls<Id>, plan: StreamPlan) {
    this.#calls = calls;
    this.#plan = plan;
    this.#after = plan.after;
  }

  end(): void {
    this.#ending.abort();
  }

  /** @throws HeartbeatRequestError if it is refused; the reason of the signal if that was aborted */
  async *events(): AsyncGenerator<StreamedEvent<Id>, undefined> {
    const stop = new JoinedSignal([this.#ending.signal, this.#calls.closing, this.#plan.signal]);
    try {
      while (!this.#isOver()) {
        try {
          yield* this.#connection(stop.signal);
        } catch (error) {
          if (this.#isOver()) return undefined;
          if (!(error instanceof HeartbeatRequestError) || !this.#mayOpenAgain(error)) throw error;
          await this.#wait(error, stop.signal).catch((reason: unknown) => {
            if (!this.#isOver()) throw reason;
          });
        }
      }
      return undefined;
    } finally {
      stop.end();
    }
  }

  /** Whether it was closed in order. A signal that is aborted is an error instead. */
  #isOver(): boolean {
    return (
      this.#ending.signal.aborted || (this.#calls.closing.aborted && this.#plan.signal?.aborted !== true)
    );
  }

  /** A key that is a function may give another one, once. */
  #mayOpenAgain(error: HeartbeatRequestError): boolean {
    const isRenewed = error.status === 401 && typeof this.#calls.settings.key === 'function';
    return isPassing(error) || (isRenewed && this.#failures === 0);
  }

  async #wait(error: HeartbeatRequestError, stop: AbortSignal): Promise<void> {
    const { environment, settings } = this.#calls;
    this.#failures++;
    const ownMs = backOff(this.#failures, environment.random, FIRST, LONGEST);
    const waitMs = Math.max(this.#retryMs, (error.retryAfter ?? 0) * 1000) + ownMs;
    settings.onRetry?.({ call: CALL, attempt: this.#failures, wait: waitMs / 1000, error });
    await environment.wait(waitMs, stop);
  }

  /** The events of one connection. @throws once it ends */
  async *#connection(stop: AbortSignal): AsyncGenerator<StreamedEvent<Id>, never> {
    const { body } = this.#plan;
    const headers = this.#after === undefined ? {} : { 'last-event-id': this.#after };
    const { answer, attempt } = await this.#calls.stream(OPERATION, { body, headers, signal: stop });
    // The head has come; what follows may be silent for longer.
    attempt.end();
    const reader = answer.body?.getReader();
    if (reader === undefined)
      throw new HeartbeatRequestError(UNEXPECTED, `${CALL} has no body`, { call: CALL });
    const parser = new EventParser();
    const cut = (): void => attempt.cut();
    stop.addEventListener('abort', cut);
    try {
      if (stop.aborted) throw reasonOf(stop);
      for (;;) {
        const { done, value } = await this.#heard(attempt, () => reader.read());
        if (done || value === undefined)
          throw new HeartbeatRequestError(UNREACHABLE, 'the stream has ended', { call: CALL });
        const events = parser.push(value);
        this.#retryMs = parser.retryMs ?? this.#retryMs;
        for (const event of events) {
          this.#failures = 0;
          const read = this.#read(event);
          this.#after = event.id;
          if (read !== undefined) yield read;
        }
      }
    } finally {
      stop.removeEventListener('abort', cut);
      attempt.cut();
    }
  }

  /** Reads, and cuts the connection if nothing is heard for too long. */
  async #heard<Part>(attempt: Attempt, read: () => Promise<Part>): Promise<Part> {
    const { silenceMs } = this.#calls.environment;
    const silence = new AbortController();
    const timer = setTimeout(() => {
      silence.abort();
      attempt.cut();
    }, silenceMs);
    try {
      return await read();
    } catch (cause) {
      const { signal } = this.#plan;
      if (signal?.aborted === true) throw reasonOf(signal);
      if (!silence.signal.aborted) throw unreachable(CALL, this.#calls.address, cause);
      const message = `nothing was heard for ${silenceMs / 1000} s`;
      throw new HeartbeatRequestError(TIMEOUT, message, { call: CALL, cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** @returns undefined if it is of a type that a later daemon knows */
  #read({ data, id = '' }: SentEvent): StreamedEvent<Id> | undefined {
    const json = jsonIn(data);
    try {
      const event = this.#calls.read({ ref: 'Event' }, json);
      // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: it was read by its shape
      return Object.assign(event ?? {}, { id }) as StreamedEvent<Id>;
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      if (isRecord(json) && typeof json['type'] === 'string' && !eventTypes.includes(json['type']))
        return undefined;
      throw new HeartbeatRequestError(UNEXPECTED, `an event: ${error.message}`, { call: CALL, cause: error });
    }
  }
}
