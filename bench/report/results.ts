import * as z from 'zod';

import { isMet, type Figure, type Measured, type Row } from '../row.js';
import { spread } from '../statistics.js';

const bound = z.union([z.object({ atLeast: z.number() }), z.object({ atMost: z.number() })]);

const figure = z.object({
  name: z.string(),
  unit: z.string(),
  rounds: z.array(z.number()),
  median: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  target: bound.optional(),
  aim: bound.optional(),
  met: z.boolean().optional(),
  aim_met: z.boolean().optional(),
});

const point = z.object({
  users: z.number(),
  cpu_us_per_heal: z.number(),
  heal_p99_ms: z.number(),
  rss_bytes_per_user: z.number(),
});

const row = z.object({
  name: z.string(),
  title: z.string(),
  quick: z.boolean(),
  started_at: z.string(),
  took_s: z.number(),
  /** When it started. */
  load_average: z.array(z.number()),
  figures: z.array(figure),
  notes: z.array(z.string()),
  points: z.array(point),
  /** Why there are no figures, if there are none. */
  failed: z.string().optional(),
});

const machine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memory_bytes: z.number(),
  node: z.string(),
  kernel: z.string(),
});

const results = z.object({ machine, rows: z.array(row) });

export type Machine = z.infer<typeof machine>;
export type FigureResult = z.infer<typeof figure>;
export type RowResult = z.infer<typeof row>;
export type Results = z.infer<typeof results>;

/** @returns undefined if no bench wrote it */
export function parseResults(text: string): Results | undefined {
  try {
    return results.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The rows measured now, and the earlier results of the other rows. In the given order. */
export function merged(
  names: readonly string[],
  before: readonly RowResult[],
  now: readonly RowResult[],
): RowResult[] {
  return names.flatMap((name) =>
    [now, before].flatMap((rows) => rows.find((found) => found.name === name) ?? []).slice(0, 1),
  );
}

/** Compares the figures with the goals of the row. */
export function judged({ goals }: Row, measured: Measured): FigureResult[] {
  return measured.figures.map((measuredFigure) => judgedFigure(measuredFigure, goals[measuredFigure.name]));
}

function judgedFigure({ name, unit, rounds }: Figure, goal: Row['goals'][string] | undefined): FigureResult {
  const values = rounds.filter((value) => Number.isFinite(value));
  const { median, min, max } = spread(values) ?? { median: null, min: null, max: null };
  const shown = { name, unit, rounds: values, median, min, max };
  if (goal === undefined) return shown;
  const { target, aim } = goal;
  return {
    ...shown,
    target,
    met: median !== null && isMet(median, target),
    ...(aim !== undefined && { aim, aim_met: median !== null && isMet(median, aim) }),
  };
}
