import * as z from 'zod';
import { orUnknownField } from './body-problems.js';

/** The body of `POST /nodes/:name/fail`, where it is JSON. */
export const failureReport = z.strictObject(
  { reason: z.string('must be a string').optional() },
  orUnknownField('the body must be {"reason": "…"}, or text'),
);

/** The most bytes that the reason of a failure may have: the last lines of a log. */
export const LONGEST_REASON = 10_000;

/** Whether a reason has more bytes than are kept. */
export function isTooLong(reason = ''): boolean {
  return Buffer.byteLength(reason) > LONGEST_REASON;
}

/** A reason without the space around it, if anything is left. */
export function trimmedReason(reason = ''): string | undefined {
  const trimmed = reason.trim();
  return trimmed === '' ? undefined : trimmed;
}
