import { quantile } from '../statistics.js';
import type { Sample } from './measures.js';

/** A figure must not grow from the first quarter of a run to its last by more than this factor and this much. */
interface Bound {
  readonly name: string;
  readonly of: (sample: Sample) => number | null;
  /** The shares of samples that are compared: a median, or the worst. */
  readonly share: number;
  readonly factor: number;
  readonly spare: number;
}

const MEGABYTE = 1e6;
const BOUNDS: readonly Bound[] = [
  { name: 'memory', of: (at) => at.rss_bytes, share: 0.5, factor: 1.2, spare: 30 * MEGABYTE },
  { name: 'descriptors', of: (at) => at.descriptors, share: 0.5, factor: 1.1, spare: 32 },
  { name: 'disk', of: (at) => at.store_bytes, share: 0.5, factor: 1.5, spare: 50 * MEGABYTE },
  { name: 'p99 of a heal', of: (at) => at.heal_p99_ms, share: 0.5, factor: 2, spare: 20 },
];
/** A shorter run says nothing about growth, in seconds. */
const LEAST = 600;
/** Of a run, before everybody has come and the store has reached its size. */
const BEGINNING = 0.15;

export interface Growth {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly isFlat: boolean;
}

/** How figures grew from the first quarter to the last; nothing of a run that was too short to tell. */
export function growthIn(samples: readonly Sample[]): readonly Growth[] {
  const settled = samples.slice(Math.floor(samples.length * BEGINNING));
  if ((samples.at(-1)?.at ?? 0) < LEAST) return [];
  const quarter = Math.floor(settled.length / 4);
  return BOUNDS.map(({ name, of, share, factor, spare }) => {
    const figure = (some: readonly Sample[]): number =>
      quantile(
        some.flatMap((sample) => of(sample) ?? []),
        share,
      );
    const [first, last] = [figure(settled.slice(0, quarter)), figure(settled.slice(-quarter))];
    return { name, first, last, isFlat: !(last > first * factor + spare) };
  });
}
