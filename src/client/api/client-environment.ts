import type { Millis } from '../../domain/time.js';

/** What the client needs of the world besides `fetch`. */
export interface ClientEnvironment {
  /** Resolves after this time, and rejects with the reason of the signal once that is aborted. */
  readonly wait: (time: Millis, signal: AbortSignal | undefined) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
  /** A stream that is silent for so long is broken: the daemon sends a comment every 15 s. */
  readonly silenceMs: Millis;
}

export const REAL: ClientEnvironment = { wait, random: () => Math.random(), silenceMs: 45_000 };

function wait(time: Millis, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    const abort = (): void =>
      end(() => {
        reject(reasonOf(signal));
      });
    const timer = setTimeout(() => {
      end(resolve);
    }, time);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort);
  });
}

/** Rejects with the reason of the signal once that is aborted, whatever becomes of the promise. */
export async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      reject(reasonOf(signal));
    };
  });
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * A signal that is aborted with the first of these. Once it is ended, it leaves nothing in them: they may live as long
 * as the program.
 */
export class JoinedSignal {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];

  constructor(sources: readonly (AbortSignal | undefined)[]) {
    this.#sources = sources.filter((source) => source !== undefined);
    for (const source of this.#sources) source.addEventListener('abort', this.#abort);
    this.#abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    for (const source of this.#sources) source.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    const aborted = this.#sources.find((source) => source.aborted);
    if (aborted !== undefined) this.#controller.abort(aborted.reason);
  };
}

/** Why a signal was aborted: what `fetch` rejects with. */
export function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

/** Aborts an attempt when its time is up or its caller asks for it. */
export class Attempt {
  #made: AbortController | undefined;
  readonly #timeoutMs: Millis;
  readonly #outer: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLate = false;

  constructor(timeoutMs: Millis, outer: AbortSignal | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#outer = outer;
    if (outer?.aborted === true) this.#controller.abort(outer.reason);
    outer?.addEventListener('abort', this.#abort);
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Made when it is wanted: a `fetch` that has limits of its own needs none, and it costs as much as a call. */
  get #controller(): AbortController {
    this.#made ??= new AbortController();
    return this.#made;
  }

  /** Whether it ended because its time was up. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Something was heard: the time begins again. */
  restart(): void {
    this.pause();
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#controller.abort();
    }, this.#timeoutMs);
  }

  /** Nothing is waited for. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** It is over. */
  end(): void {
    this.pause();
    this.#outer?.removeEventListener('abort', this.#abort);
  }

  /** Ends it, and its connection. */
  cut(): void {
    this.end();
    this.#controller.abort();
  }

  readonly #abort = (): void => {
    this.#controller.abort(this.#outer?.reason);
  };
}
