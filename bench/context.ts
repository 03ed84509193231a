import type { Servers } from './servers/servers.js';
import type { Tool } from './tools.js';

/** What a row gets when it runs. */
export interface BenchContext {
  /** The number of rounds for contenders that are measured alternately. */
  readonly rounds: number;
  /** Seconds of one run of wrk. */
  readonly seconds: number;
  readonly tools: ReadonlySet<Tool>;
  readonly servers: Servers;
  /** Aborted when the row must end at once. */
  readonly signal: AbortSignal;
  /** Shows the current step. */
  readonly say: (what: string) => void;
  /** A size: the full one, or the smaller one with `--quick`. */
  readonly size: <T>(full: T, quick: T) => T;
  /** Measures once what several rows show. */
  readonly once: <T>(measure: (context: BenchContext) => Promise<T>) => Promise<T>;
}
