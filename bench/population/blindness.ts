import { isRecord } from '../../src/client/answers.js';

/**
 * Says so where the daemon stood still for so long that it gave everybody their time again: sessions then end later
 * than a timeout after their last heal, as they should.
 *
 * @param report what `GET /supervision` answered
 */
export function blindnessNotes(report: unknown): string[] {
  const intervals: unknown = isRecord(report) ? report['blind_intervals'] : undefined;
  if (!Array.isArray(intervals) || intervals.length === 0) return [];
  const seconds = intervals.map((interval: unknown) =>
    isRecord(interval) ? String(interval['seconds']) : '?',
  );
  return [`the daemon was blind for ${seconds.join(', ')} s, and gave everybody that time again`];
}
