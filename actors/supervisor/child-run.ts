import type { Place } from '../../src/runtime/actor-system.js';
import type { ChildSpec, ExitSignal, RunningChild } from './child.js';

/** One incarnation of a child, from its start to its end. */
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

  /** @returns the error of a start that failed */
  async start(): Promise<Error | undefined> {
    const exitSignal: ExitSignal = {
      crashed: (error) => {
        // What is left of the child goes first, so that no two of its kind are alive.
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

  /** Never rejects: whatever happens, the child is done with. */
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
