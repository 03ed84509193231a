import { isRecord } from '../../src/domain/is-record.js';

/**
 * A note if the daemon was blind and gave all users the time back: then sessions rightly end later than a timeout
 * after their last heal.
 *
 * @param report the answer to `GET /supervision`
 */
export function blindnessNotes(report: unknown): string[] {
  const intervals: unknown = isRecord(report) ? report['blind_intervals'] : undefined;
  if (!Array.isArray(intervals) || intervals.length === 0) return [];
  const seconds = intervals.map((interval: unknown) =>
    isRecord(interval) ? String(interval['seconds']) : '?',
  );
  return [`the daemon was blind for ${seconds.join(', ')} s, and gave everybody that time again`];
}
