/** One value of a metric, with its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A histogram with its labels. The domain's `Histogram` is one without labels. */
export interface Distribution {
  readonly labels?: Readonly<Record<string, string>>;
  readonly bounds: readonly number[];
  /** One count for each bound, not cumulative, and one for values above them. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/**
 * A metric in Prometheus's form: base units, and a counter's name ends in `_total`. No label may have a number of
 * values that grows with users or nodes. All of it is ASCII.
 */
export type MetricFamily = { readonly name: string; readonly help: string } & (
  | { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] }
  | { readonly type: 'histogram'; readonly samples: readonly Distribution[] }
);
