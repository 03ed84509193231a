import { readdirSync } from 'node:fs';
import { isRecord } from '../../src/domain/is-record.js';
import { residentBytes } from '../process/memory.js';

/** What a run looked like at one moment. */
export interface Sample {
  /** Seconds since the beginning of the run. */
  readonly at: number;
  /** Seconds that the daemon has run. */
  readonly uptime: number;
  readonly rss_bytes: number;
  readonly descriptors: number;
  readonly store_bytes: number;
  readonly users_online: number;
  /** Blind seconds since the daemon started. */
  readonly blind_seconds: number;
  /** Single heals since the sample before; null if none was answered. */
  readonly heal_p99_ms: number | null;
  /** Failures and recoveries that were acknowledged, and not delivered yet. */
  readonly alerts_waiting: number;
}

/** What its process and `GET /supervision` say. */
export type OfDaemon = Omit<Sample, 'at' | 'heal_p99_ms' | 'alerts_waiting'>;

/** @throws an error while it does not answer */
export async function sampleOf(url: string, pid: number): Promise<OfDaemon> {
  const answer = await fetch(`${url}/supervision`, { signal: AbortSignal.timeout(10_000) });
  return { ...shownIn(await answer.json()), rss_bytes: residentBytes(pid), descriptors: openFiles(pid) };
}

/** @param supervision the answer to `GET /supervision` */
export function shownIn(supervision: unknown): Omit<OfDaemon, 'rss_bytes' | 'descriptors'> {
  const intervals = fieldOf(supervision, 'blind_intervals');
  const blind = Array.isArray(intervals) ? intervals.map((each) => numberIn(each, 'seconds')) : [];
  return {
    uptime: numberIn(supervision, 'uptime'),
    store_bytes: numberIn(fieldOf(supervision, 'store'), 'size_bytes'),
    users_online: numberIn(fieldOf(supervision, 'users'), 'online'),
    blind_seconds: blind.reduce((sum, seconds) => sum + seconds, 0),
  };
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${String(pid)}/fd`).length;
}

function fieldOf(value: unknown, field: string): unknown {
  return isRecord(value) ? value[field] : undefined;
}

function numberIn(value: unknown, field: string): number {
  const found = fieldOf(value, field);
  return typeof found === 'number' ? found : 0;
}
