import type { Place } from '../../src/runtime/actor-system.js';
import type { ChildSpec, ExitSignal, RunningChild } from './child-spec.js';

/** One incarnation of a child, from start to end. */
export class ChildRun {
  readonly #spec: ChildSpec;
  readonly #place: Place;
  readonly #crashed: (error: Error) => void;
  #child: Promise<RunningChild> | undefined;
  #up: RunningChild | undefined;
  #stopping: Promise<void> | undefined;

  constructor(spec: ChildSpec, place: Place, crashed: (error: Error) => void) {
    this.#spec = spec;
    this.#place = place;
    this.#crashed = crashed;
  }

  /** @returns the error if the start failed */
  async start(): Promise<Error | undefined> {
    const exitSignal: ExitSignal = {
      crashed: (error) => {
        // The rest of the child is stopped first, so that no two of its kind are alive.
        if (this.#stopping !== undefined) return;
        void this.stop().then(() => {
          this.#crashed(error);
        });
      },
    };
    try {
      this.#child = Promise.resolve(this.#spec.start(exitSignal, this.#place));
      this.#up = await this.#child;
      return undefined;
    } catch (error) {
      this.#child = undefined;
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Never rejects. Whatever happens, the child counts as stopped. */
  stop(): Promise<void> {
    this.#stopping ??= Promise.resolve(this.#child)
      .then((child) => child?.stop())
      .catch(() => undefined);
    return this.#stopping;
  }

  inspect(): object {
    return this.#up?.inspect() ?? {};
  }
}
