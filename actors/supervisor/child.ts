import type { Place } from '../../src/runtime/actor-system.js';
import type { ChildPolicy } from './child-spec.js';

/** Tells a child's supervisor that the child has ended. Only the first call counts. */
export interface ExitSignal {
  crashed(error: Error): void;
}

/** A running child. */
export interface RunningChild {
  /** Resolves once nothing of it runs. */
  stop(): Promise<void>;
  /** What `GET /supervision` shows of the child besides the supervisor's own data. */
  inspect(): object;
}

/** OTP's child spec. Starting is asynchronous and may fail. */
export interface ChildSpec extends ChildPolicy {
  /** @param place where its actors are spawned; the same at every start */
  start(exitSignal: ExitSignal, place: Place): RunningChild | Promise<RunningChild>;
}
