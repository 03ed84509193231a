import pLimit, { type LimitFunction } from 'p-limit';
import { isUnreachable } from '../api/request-error.js';
import { BackOff, BackingOff } from './back-off.js';
import type { Millis } from '../../domain/time.js';

/** Gets the outcome of calls. */
export interface CallsObserver {
  failed(error: unknown): void;
  /** A call was not acknowledged, and the one before it was. */
  unreachable(error: unknown): void;
  /** A call was acknowledged, and the one before it was not. */
  reachable(): void;
  /** A daemon answers again after none did: it may be another one. */
  returned(): void;
}

/** The calls of an emitter: a limited number at once, and none while the daemon asks for a pause. */
export class LimitedCalls {
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

  /** The shortest wait before the next call. */
  get waitMs(): Millis {
    return this.#backOff.waitMs();
  }

  /**
   * @param isFault whether an error means that the daemon is absent or has a fault
   * @throws BackingOff if it was not made, and whatever the call throws
   */
  async make<Answer>(
    call: () => Promise<Answer>,
    isFault: (error: unknown) => boolean = () => true,
  ): Promise<Answer> {
    try {
      const answer = await this.#atOnce(async () => {
        if (this.#backOff.isOn) throw new BackingOff();
        try {
          return await call();
        } catch (error) {
          // Before another call takes its place.
          this.#backOff.failed(error);
          throw error;
        }
      });
      this.#found();
      return answer;
    } catch (error) {
      if (!(error instanceof BackingOff) && isFault(error)) this.#lost(error);
      throw error;
    }
  }

  #lost(error: unknown): void {
    this.#observer.failed(error);
    if (this.#isReachable) this.#observer.unreachable(error);
    this.#isReachable = false;
    this.#wasAway ||= isUnreachable(error);
  }

  #found(): void {
    if (!this.#isReachable) this.#observer.reachable();
    this.#isReachable = true;
    if (this.#wasAway) this.#observer.returned();
    this.#wasAway = false;
  }
}
