import { z } from 'zod';
import type { BodyProblem } from '../json-body.js';
import { problemsIn } from './settings.js';

const LONGEST_NAME = 255;
const LONGEST_REASON = 1_000;

const text = (most: number) =>
  z
    .string('must be a string')
    .regex(/\S/, 'must not be empty')
    .trim()
    .max(most, `may have ${most} characters at the most`);

/** The body of `POST /nodes/:name/acknowledge`. */
export const acknowledgementBody = z.strictObject(
  { by: text(LONGEST_NAME), reason: text(LONGEST_REASON) },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? 'unknown field' : 'the body must be {"by": "…", "reason": "…"}',
  },
);

/** Reads a body; every problem there is, or who takes care of the node, and why. */
export function parseAcknowledgement(
  body: unknown,
): { readonly by: string; readonly reason: string } | { readonly problems: readonly BodyProblem[] } {
  const read = acknowledgementBody.safeParse(body);
  if (read.success) return read.data;
  return { problems: problemsIn(read.error) };
}
