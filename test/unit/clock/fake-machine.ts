import type { TimeSources } from '../../../src/adapters/clock/system-clock.js';

/** A machine that can be suspended, and whose wall clock can be set. All in milliseconds. */
export class FakeMachine implements TimeSources {
  /** The resolution of its uptime. */
  readonly #grain: number;
  #monotonic: number;
  #suspended = 0;
  #wall: number;

  constructor({ grain = 10, monotonic = 12_345.678, wall = 1_700_000_000_000 } = {}) {
    this.#grain = grain;
    this.#monotonic = monotonic;
    this.#wall = wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  uptime(): number {
    // Long before the process.
    const uptime = 987_654_321 + this.#monotonic + this.#suspended;
    return Math.floor(uptime / this.#grain) * this.#grain;
  }

  wall(): number {
    return this.#wall;
  }

  run(by: number): void {
    this.#monotonic += by;
    this.#wall += by;
  }

  suspend(by: number): void {
    this.#suspended += by;
    this.#wall += by;
  }

  jumpWall(by: number): void {
    this.#wall += by;
  }
}
