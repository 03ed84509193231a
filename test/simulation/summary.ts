import type { Outcome } from './outcome.js';

/** What was simulated. It depends only on the options. */
export interface Summary {
  readonly seeds: number;
  readonly first_seed: number;
  readonly simulated_seconds: number;
  /** Counts of requests, sessions, flips and so on. */
  readonly counts: Readonly<Record<string, number>>;
  /** Counts of each kind of fault. */
  readonly faults: Readonly<Record<string, number>>;
  readonly broken: readonly { readonly seed: number; readonly promise: string }[];
}

const FAULT = 'fault ';

export function summaryOf(outcomes: readonly Outcome[]): Summary {
  const counts = new Map<string, number>();
  const faults = new Map<string, number>();
  for (const outcome of outcomes) {
    for (const [what, count] of outcome.counts) {
      const isFault = what.startsWith(FAULT);
      const [into, key] = isFault ? [faults, what.slice(FAULT.length)] : [counts, what];
      into.set(key, (into.get(key) ?? 0) + count);
    }
  }
  return {
    seeds: outcomes.length,
    first_seed: outcomes[0]?.seed ?? 0,
    simulated_seconds: outcomes.reduce((sum, { simulated }) => sum + simulated, 0) / 1000,
    counts: sorted(counts),
    faults: sorted(faults),
    broken: outcomes.flatMap(({ seed, broken }) =>
      broken === undefined ? [] : [{ seed, promise: broken.message }],
    ),
  };
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function textOf({ seeds, first_seed, simulated_seconds, counts, faults, broken }: Summary): string {
  const list = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([what, count]) => `  ${String(count).padStart(8)}  ${what}`)
      .join('\n');
  const verdict =
    broken.length === 0
      ? 'Every promise was kept.'
      : broken.map(({ seed, promise }) => `Seed ${String(seed)} breaks a promise: ${promise}`).join('\n');
  return [
    `seeds: ${String(seeds)}, from ${String(first_seed)}; ${String(simulated_seconds)} simulated seconds`,
    list(counts),
    Object.keys(faults).length === 0 ? 'no faults' : `faults:\n${list(faults)}`,
    verdict,
    '',
  ].join('\n');
}
