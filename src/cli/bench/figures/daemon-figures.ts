import { isRecord } from '../../../domain/is-record.js';

/** The daemon's own figures, named as in the JSON document. Null if it does not report one. */
export interface DaemonFigures {
  readonly online: number | null;
  readonly rss_bytes: number | null;
  readonly event_loop_delay_ms: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  readonly store_bytes: number | null;
  /** Sessions that ended and are stored. */
  readonly sessions_stored: number | null;
}

/** @param report the answer to `GET /supervision`; undefined if there was none */
export function readDaemonFigures(report: unknown): DaemonFigures {
  return {
    online: numberAt(report, 'users', 'online'),
    rss_bytes: numberAt(report, 'process', 'rss_bytes'),
    event_loop_delay_ms: {
      p50: numberAt(report, 'process', 'event_loop_delay_ms', 'p50'),
      p99: numberAt(report, 'process', 'event_loop_delay_ms', 'p99'),
      max: numberAt(report, 'process', 'event_loop_delay_ms', 'max'),
    },
    store_bytes: numberAt(report, 'store', 'size_bytes'),
    sessions_stored: numberAt(report, 'store', 'sessions_stored'),
  };
}

function numberAt(report: unknown, ...path: readonly string[]): number | null {
  let value = report;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
