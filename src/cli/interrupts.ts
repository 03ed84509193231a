import type { EventEmitter } from 'node:events';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Lets a signal end the part of the work that is going on, so that the next part still happens: the summary of what
 * was done, and the end of the bench's own daemon. A second signal in the same part gives up.
 */
export class Interrupts {
  readonly #source: Pick<EventEmitter, 'on' | 'off'>;
  readonly #giveUp: () => void;
  #phase = new AbortController();

  /** @param giveUp called when what was asked to end is asked again */
  constructor(source: Pick<EventEmitter, 'on' | 'off'>, giveUp: () => void) {
    this.#source = source;
    this.#giveUp = giveUp;
    for (const signal of SIGNALS) source.on(signal, this.#onSignal);
  }

  /** Begins the next part. Its signal is aborted when the part is to end. */
  readonly nextPhase = (): AbortSignal => {
    this.#phase = new AbortController();
    return this.#phase.signal;
  };

  /** Ends the part that is going on, as a signal would. */
  endPhase(): void {
    this.#phase.abort();
  }

  /** Signals do again what they did before. */
  release(): void {
    for (const signal of SIGNALS) this.#source.off(signal, this.#onSignal);
  }

  readonly #onSignal = (): void => {
    if (this.#phase.signal.aborted) this.#giveUp();
    else this.#phase.abort();
  };
}
