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

/** The issues with their paths. For a union, those of the kind that the value is meant to be. */
export function issuesIn(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const at = (within: z.core.$ZodIssue) => issuesIn({ ...within, path: [...issue.path, ...within.path] });
  if (issue.code === 'invalid_union') return closest(issue.errors).flatMap(at);
  if (issue.code === 'invalid_key') return issue.issues.flatMap(at);
  return [issue];
}

/** The issues of the union's kind that fits the value best, or of the first kind if none fits. */
function closest(kinds: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const isOther = ([issue]: z.core.$ZodIssue[]) => issue?.code === 'invalid_type' && issue.path.length === 0;
  const fitting = kinds.filter((issues) => !isOther(issues));
  const [best] = fitting.toSorted((one, other) => one.length - other.length);
  return best ?? kinds[0] ?? [];
}
