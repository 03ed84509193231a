import type { EventEmitter } from 'node:events';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A signal ends the present part of the work, so that the next part still runs: the summary, and the stop of the
 * bench's own daemon. A second signal during the same part gives up.
 */
export class Interrupts {
  readonly #source: Pick<EventEmitter, 'on' | 'off'>;
  readonly #giveUp: () => void;
  #phase = new AbortController();

  /** @param giveUp called at the second signal during one part */
  constructor(source: Pick<EventEmitter, 'on' | 'off'>, giveUp: () => void) {
    this.#source = source;
    this.#giveUp = giveUp;
    for (const signal of SIGNALS) source.on(signal, this.#onSignal);
  }

  /** Begins the next part. The returned signal is aborted when the part should end. */
  readonly nextPhase = (): AbortSignal => {
    this.#phase = new AbortController();
    return this.#phase.signal;
  };

  /** Ends the present part, as a signal would. */
  endPhase(): void {
    this.#phase.abort();
  }

  /** Restores the previous handling of signals. */
  release(): void {
    for (const signal of SIGNALS) this.#source.off(signal, this.#onSignal);
  }

  readonly #onSignal = (): void => {
    if (this.#phase.signal.aborted) this.#giveUp();
    else this.#phase.abort();
  };
}
