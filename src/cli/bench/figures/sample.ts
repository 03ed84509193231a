import type { DaemonFigures } from './daemon-figures.js';
import type { HealFigures } from './heal-tally.js';

/** What happened since the previous sample, and the daemon's figures at its end. Named as in the JSON document. */
export interface Sample extends HealFigures, DaemonFigures {
  /** Since the bench began. */
  readonly elapsed_s: number;
}

/** One line for people; `-` stands for figures that the daemon does not report. */
export function sampleLine(sample: Sample): string {
  const { latency_ms: latency, event_loop_delay_ms: loop } = sample;
  return [
    `${sample.elapsed_s.toFixed(0).padStart(4)} s`,
    `heals ${String(sample.heals)}`,
    `errors ${String(sample.errors)}`,
    `p50 ${inMs(latency.p50)}`,
    `p99 ${inMs(latency.p99)}`,
    `online ${count(sample.online)}`,
    `rss ${inBytes(sample.rss_bytes)}`,
    `loop p99 ${inMs(loop.p99)} max ${inMs(loop.max)}`,
    `db ${inBytes(sample.store_bytes)}`,
    `sessions ${count(sample.sessions_stored)}`,
  ].join('  ');
}

export function count(value: number | null): string {
  return value === null ? '-' : String(value);
}

export function inMs(value: number | null): string {
  if (value === null) return '-';
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export function inBytes(value: number | null): string {
  if (value === null) return '-';
  let unit = 0;
  let scaled = value;
  while (scaled >= 1000 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 ? String(scaled) : scaled.toFixed(1)} ${UNITS[unit] ?? ''}`;
}
