/** One value of a metric, under its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a histogram holds, under its labels; the domain's `Histogram` is one without any. */
export interface Distribution {
  readonly labels?: Readonly<Record<string, string>>;
  readonly bounds: readonly number[];
  /** One for each bound, not cumulative, and one for what lies above them. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/**
 * A metric as Prometheus knows it: base units, and a counter's name ends in `_total`. The values of no label may grow
 * in number with the users or the nodes. All of it is ASCII.
 */
export type MetricFamily = { readonly name: string; readonly help: string } & (
  | { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] }
  | { readonly type: 'histogram'; readonly samples: readonly Distribution[] }
);
