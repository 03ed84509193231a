import type { Servers } from './servers/servers.js';
import type { Tool } from './tools.js';

/** What a row is run with. */
export interface BenchContext {
  /** Rounds of what is measured turn and turn about. */
  readonly rounds: number;
  /** Seconds of one run of wrk. */
  readonly seconds: number;
  readonly tools: ReadonlySet<Tool>;
  readonly servers: Servers;
  /** Aborted when the row is to end at once. */
  readonly signal: AbortSignal;
  /** What is going on, for who watches. */
  readonly say: (what: string) => void;
  /** The size of something: as asked for, or smaller where the bench is to be quick. */
  readonly size: <T>(full: T, quick: T) => T;
  /** What more than one row shows is measured once. */
  readonly once: <T>(measure: (context: BenchContext) => Promise<T>) => Promise<T>;
}
