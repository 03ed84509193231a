import type { Results } from '../report/results.js';
import { machineText } from '../report/table.js';
import { drawChart } from './chart.js';

/** @returns undefined if no row measured the cost by the number of users */
export function drawResults({ machine, rows }: Results): string | undefined {
  const points = rows.flatMap((row) => row.points);
  if (points.length === 0) return undefined;
  return drawChart(points, `${machineText(machine)}; wrk -t1 -c64 heals users at random`);
}
