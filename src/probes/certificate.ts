import { TLSSocket } from 'node:tls';
import type { ProbeRun } from './probe-run.js';

const DAY = 86_400_000;

/** Notes how long the certificate of the other side is still valid. */
export function noteCertificate(socket: unknown, run: ProbeRun): void {
  // Of a socket that has just ended, there is no certificate any more.
  if (!(socket instanceof TLSSocket) || socket.destroyed) return;
  const end = Date.parse(socket.getPeerCertificate().valid_to);
  if (!Number.isNaN(end)) run.found.certificateDays = Math.floor((end - run.clock.wall()) / DAY);
}

/** @returns why it does not pass */
export function problemOfCertificate(expected: number | undefined, run: ProbeRun): string | undefined {
  if (expected === undefined) return undefined;
  const left = run.found.certificateDays;
  if (left === undefined) return 'it has no certificate';
  if (left >= expected) return undefined;
  return `its certificate is valid for ${left} more ${left === 1 ? 'day' : 'days'}, and must be for ${expected}`;
}
