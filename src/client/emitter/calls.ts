import pLimit, { type LimitFunction } from 'p-limit';
import { HeartbeatUnreachableError } from '../errors.js';
import { BackOff, BackingOff } from './back-off.js';
import type { Millis } from '../../domain/time.js';

/** Told how calls fare. */
export interface CallsObserver {
  failed(error: unknown): void;
  /** One was not acknowledged, after one that was. */
  unreachable(error: unknown): void;
  /** One was, after one that was not. */
  reachable(): void;
  /** Nobody had answered, and now somebody does: it may be another daemon. */
  returned(): void;
}

/** The calls of an emitter: so many at once at the most, and none while the daemon is to be left alone. */
export class Calls {
  readonly #atOnce: LimitFunction;
  readonly #backOff: BackOff;
  readonly #observer: CallsObserver;
  #isReachable = true;
  #wasAway = false;

  /** @param longestSpreadMs see `BackOff` */
  constructor(
    { maxConcurrent, longestSpreadMs }: { readonly maxConcurrent: number; readonly longestSpreadMs: Millis },
    observer: CallsObserver,
  ) {
    this.#atOnce = pLimit(maxConcurrent);
    this.#backOff = new BackOff(longestSpreadMs);
    this.#observer = observer;
  }

  /** How long somebody waits at the least who has to call again. */
  get waitMs(): Millis {
    return this.#backOff.waitMs();
  }

  /**
   * @param isFault whether an error says that the daemon is not there, or not well
   * @throws Resting when it was not made, and whatever it throws
   */
  async make<Answer>(
    call: () => Promise<Answer>,
    isFault: (error: unknown) => boolean = () => true,
  ): Promise<Answer> {
    try {
      const answer = await this.#atOnce(() => {
        if (this.#backOff.isOn) throw new BackingOff();
        return call();
      });
      this.#found();
      return answer;
    } catch (error) {
      this.#backOff.failed(error);
      if (!(error instanceof BackingOff) && isFault(error)) this.#lost(error);
      throw error;
    }
  }

  #lost(error: unknown): void {
    this.#observer.failed(error);
    if (this.#isReachable) this.#observer.unreachable(error);
    this.#isReachable = false;
    this.#wasAway ||= error instanceof HeartbeatUnreachableError;
  }

  #found(): void {
    if (!this.#isReachable) this.#observer.reachable();
    this.#isReachable = true;
    if (this.#wasAway) this.#observer.returned();
    this.#wasAway = false;
  }
}
