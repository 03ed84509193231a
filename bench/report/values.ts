import type { Bound } from '../row.js';
import type { FigureResult } from './results.js';

/** A value in its unit, with its significant digits. */
export function valueText(value: number, unit: string): string {
  const number = grouped(value);
  if (unit === '×' || unit === '%') return `${number} ${unit}`;
  return unit === '/s' ? `${number}/s` : `${number} ${unit}`;
}

/** The median, and the range of the rounds if there were several. */
export function spreadText({ median, min, max, rounds, unit }: FigureResult): string {
  if (median === null || min === null || max === null) return 'none';
  const middle = valueText(median, unit);
  return rounds.length < 2 ? middle : `${middle} (${grouped(min)}..${grouped(max)})`;
}

export function boundText(bound: Bound | undefined, unit: string): string {
  if (bound === undefined) return '';
  return 'atLeast' in bound ? `≥ ${valueText(bound.atLeast, unit)}` : `≤ ${valueText(bound.atMost, unit)}`;
}

export function verdictText({ met, aim_met: aimMet }: FigureResult): string {
  if (met === undefined) return '';
  if (aimMet === true) return 'met, aim met';
  return met ? 'met' : 'not met';
}

const THIN_SPACE_FROM = 10_000;

function grouped(value: number): string {
  const size = Math.abs(value);
  if (size >= THIN_SPACE_FROM || (Number.isInteger(value) && size >= 1_000))
    return Math.round(value).toLocaleString('en-US');
  if (Number.isInteger(value)) return String(value);
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}
