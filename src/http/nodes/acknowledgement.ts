import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { BodyProblem } from './settings.js';

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

const TARGET = /^(?:https?:\/\/[^/?#]*)?\/nodes\/[^/?#]+\/acknowledge\/?(?:[?#]|$)/;

/** Whether the body of a request says who takes care of a node. */
export function isAcknowledgement({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return method === 'POST' && TARGET.test(url);
}

/** Reads a body; every problem there is, or who takes care of the node, and why. */
export function parseAcknowledgement(
  body: unknown,
): { readonly by: string; readonly reason: string } | { readonly problems: readonly BodyProblem[] } {
  const read = acknowledgementBody.safeParse(body);
  if (read.success) return read.data;
  return {
    problems: read.error.issues.flatMap((issue): BodyProblem[] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: key, problem: issue.message }))
        : [{ path: issue.path.join('.'), problem: issue.message }],
    ),
  };
}
