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

export function gauge(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: 'gauge', samples: [{ value }] };
}

export function counter(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: 'counter', samples: [{ value }] };
}

export function gaugeBy(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number>>,
): MetricFamily {
  return { name, help, type: 'gauge', samples: samplesBy(label, values) };
}

export function counterBy(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number>>,
): MetricFamily {
  return { name, help, type: 'counter', samples: samplesBy(label, values) };
}

function samplesBy(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([text, value]) => ({ labels: { [label]: text }, value }));
}

export function histogram(name: string, help: string, distribution: Distribution): MetricFamily {
  return { name, help, type: 'histogram', samples: [distribution] };
}
