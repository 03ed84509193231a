import type { BenchContext } from './context.js';
import type { Tool } from './tools.js';

type Unit =
  '×' | '/s' | 'ms' | 's' | 'µs' | 'B' | 'MB' | '%' | 'users' | 'calls' | 'nodes' | 'sessions' | 'lines';

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/** What is asked of one figure of a row. */
export interface Goal {
  readonly target: Bound;
  readonly aim?: Bound;
}

/** One thing that was measured: a value for each round. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly rounds: readonly number[];
}

export interface Measured {
  readonly figures: readonly Figure[];
  /** What a reader should know beside the figures, a sentence each. */
  readonly notes?: readonly string[];
  /** Figures over the number of users online, for the chart. */
  readonly points?: readonly CostPoint[];
}

/** What a user online costs when so many are. */
export interface CostPoint {
  readonly users: number;
  readonly cpu_us_per_heal: number;
  readonly heal_p99_ms: number;
  readonly rss_bytes_per_user: number;
}

/** One row of the table of what is asked. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** What it cannot be measured without; of peers that are missing the rest goes on. */
  readonly needs: readonly Tool[];
  /** By the name of the figure. What is not asked for is shown only. */
  readonly goals: Readonly<Record<string, Goal>>;
  readonly run: (context: BenchContext) => Promise<Measured>;
}

export function atLeast(target: number, aim?: number): Goal {
  return { target: { atLeast: target }, ...(aim !== undefined && { aim: { atLeast: aim } }) };
}

export function atMost(target: number, aim?: number): Goal {
  return { target: { atMost: target }, ...(aim !== undefined && { aim: { atMost: aim } }) };
}

export function isMet(value: number, bound: Bound): boolean {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
}
