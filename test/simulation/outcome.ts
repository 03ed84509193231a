import { HeartbeatError } from '../../src/errors.js';
import type { FaultKind } from './world/faults.js';
import { BrokenPromise, type Line } from './world/ledger.js';
import type { Settings } from './world/settings.js';

/** A failed simulation. */
interface Broken {
  readonly message: string;
  readonly at: number;
  /** The user or node whose promise was broken. */
  readonly about: string | undefined;
  /** True if the daemon broke a promise, false if the simulation itself failed. */
  readonly isPromise: boolean;
}

export interface Outcome {
  readonly seed: number;
  readonly settings: Settings;
  /** The kinds of fault that occurred. */
  readonly faults: readonly FaultKind[];
  /** Simulated milliseconds. */
  readonly simulated: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly broken: Broken | undefined;
  readonly lines: readonly Line[];
}

/** Says what ended a simulation. */
export function brokenBy(error: unknown, now: number): Broken {
  if (error instanceof BrokenPromise)
    return { message: error.message, at: error.at, about: error.about, isPromise: true };
  if (error instanceof HeartbeatError)
    return {
      message: `The daemon gave up: ${error.code}, ${error.message}.`,
      at: now,
      about: undefined,
      isPromise: true,
    };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    message: `The simulation itself failed: ${text}`,
    at: now,
    about: undefined,
    isPromise: false,
  };
}
