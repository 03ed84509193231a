import { inOriginForm } from '../route-table.js';

const SIGNATURE = /([?&]sig=)[^&#]*/g;

/** Whether a target is a badge, whose signature is the credential. */
export function isBadge(target = ''): boolean {
  return inOriginForm(target).startsWith('/badge/');
}

/** For a log. */
export function withoutBadgeSignature(target: string): string {
  return isBadge(target) ? target.replace(SIGNATURE, '$1(redacted)') : target;
}
