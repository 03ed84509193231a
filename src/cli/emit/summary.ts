import type { EmitterReport } from '../../client/emitter/tally.js';
import { type Seconds, toMillis, toSeconds } from '../../domain/time.js';

/** The progress in one line. */
export function progressLine({ nodes, heartbeats, calls, probes }: EmitterReport): string {
  const parts = [`${nodes} nodes`, `${heartbeats.accepted} heartbeats`];
  if (heartbeats.refused > 0) parts.push(`${heartbeats.refused} refused`);
  if (calls.failed > 0) parts.push(`${calls.failed} calls failed`);
  if (probes.run > 0) parts.push(`${probes.run} probes`, `${probes.failing} failing`);
  return parts.join('  ');
}

/** The summary for people: several lines. */
export function summaryText(url: string, elapsed: Seconds, report: EmitterReport): string {
  const { nodes, heartbeats, calls, probes, settings } = report;
  const errors = Object.entries(calls.errors).map(([kind, times]) => `${kind}: ${times}`);
  const lines = [
    `${nodes} nodes, heartbeats for ${elapsed.toFixed(1)} s at ${url}`,
    `heartbeats ${heartbeats.accepted} accepted, ${heartbeats.refused} refused`,
    `calls      ${calls.failed === 0 ? 'none failed' : `${calls.failed} failed and were repeated (${errors.join(', ')})`}`,
    ...(probes.run === 0
      ? []
      : [
          `probes     ${probes.run} run, ${probes.failed} failed, ${probes.reported} reported; ` +
            `${probes.failing} nodes failing at the end`,
        ]),
    ...settingsLines(settings),
    `lateness   ${report.latest_ms} ms at most`,
  ];
  return `${lines.join('\n')}\n`;
}

function settingsLines({ registered, refused, pending }: EmitterReport['settings']): readonly string[] {
  if (registered + refused + pending === 0) return [];
  const parts = [`${registered} registered`, `${refused} refused`];
  if (pending > 0) parts.push(`${pending} not registered yet`);
  return [`settings   ${parts.join(', ')}`];
}

/** The same as one JSON document. */
export function summaryJson(url: string, elapsed: Seconds, report: EmitterReport): string {
  const document = {
    url,
    elapsed_s: toSeconds(Math.round(toMillis(elapsed))),
    good: isGood(report),
    ...report,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Whether it succeeded: it failed if no heartbeat was accepted, or if settings were refused or not registered. */
export function isGood({ heartbeats, calls, probes, settings }: EmitterReport): boolean {
  if (settings.refused > 0 || settings.pending > 0) return false;
  const heard = heartbeats.accepted > 0 || probes.reported > 0;
  return heard || (calls.failed === 0 && heartbeats.refused === 0);
}
