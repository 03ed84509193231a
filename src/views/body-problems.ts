import type { z } from 'zod';

/** One thing that is wrong with a body. */
export interface BodyProblem {
  /** Where, in dots: `labels.zone`; empty for the body itself. */
  readonly path: string;
  readonly problem: string;
}

/** All that is wrong with a body. */
export function problemsIn(error: z.ZodError): readonly BodyProblem[] {
  return error.issues.flatMap(problemsOf);
}

function problemsOf(issue: z.core.$ZodIssue): BodyProblem[] {
  return issuesIn(issue).flatMap((found) => {
    const path = found.path.map(String);
    const problem = found.message;
    if (found.code !== 'unrecognized_keys') return [{ path: path.join('.'), problem }];
    return found.keys.map((key) => ({ path: [...path, key].join('.'), problem }));
  });
}

/** What is wrong, and where: of a value that may be of several kinds, with that kind which it is. */
export function issuesIn(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const at = (within: z.core.$ZodIssue) => issuesIn({ ...within, path: [...issue.path, ...within.path] });
  if (issue.code === 'invalid_union') return closest(issue.errors).flatMap(at);
  if (issue.code === 'invalid_key') return issue.issues.flatMap(at);
  return [issue];
}

/** Of the kinds that a value may be of, the problems of that one which it is; of the first where it is none. */
function closest(kinds: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const isOther = ([issue]: z.core.$ZodIssue[]) => issue?.code === 'invalid_type' && issue.path.length === 0;
  return kinds.find((issues) => !isOther(issues)) ?? kinds[0] ?? [];
}
