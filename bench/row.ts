import type { BenchContext } from './context.js';
import type { Tool } from './tools.js';

type Unit =
  | '×'
  | '/s'
  | 'ms'
  | 's'
  | 'µs'
  | 'B'
  | 'MB'
  | '%'
  | 'users'
  | 'calls'
  | 'nodes'
  | 'sessions'
  | 'lines';

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/** The goal of one figure of a row. */
export interface Goal {
  readonly target: Bound;
  readonly aim?: Bound;
}

/** One figure: a value for each round. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly rounds: readonly number[];
}

export interface Measured {
  readonly figures: readonly Figure[];
  /** Notes for the reader, a sentence each. */
  readonly notes?: readonly string[];
  /** Figures by the number of users online, for the chart. */
  readonly points?: readonly CostPoint[];
}

/** The cost of a user at one number of users online. */
export interface CostPoint {
  readonly users: number;
  readonly cpu_us_per_heal: number;
  readonly heal_p99_ms: number;
  readonly rss_bytes_per_user: number;
}

/** One row of the bench. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** Tools that the row needs. If only a peer is missing, the rest is measured. */
  readonly needs: readonly Tool[];
  /** By the name of the figure. Figures without a goal are only shown. */
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
