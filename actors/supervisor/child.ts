import type { Place } from '../../src/runtime/actor-system.js';
import type { ChildPolicy } from './child-spec.js';

/** How a child tells its supervisor that it is no more. Only the first word counts. */
export interface ExitSignal {
  crashed(error: Error): void;
}

/** A child that is up. */
export interface RunningChild {
  /** Resolves once nothing of it runs. */
  stop(): Promise<void>;
  /** What `GET /supervision` shows of it beside what its supervisor knows. */
  inspect(): object;
}

/** A child as the tree names it: OTP's child spec. Starting may take time, and may fail. */
export interface ChildSpec extends ChildPolicy {
  /** @param place where its actors are spawned; the same at every start */
  start(exitSignal: ExitSignal, place: Place): RunningChild | Promise<RunningChild>;
}
