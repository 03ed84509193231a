import type * as z from 'zod';

/** The message of a union that has none of its own. */
const USUAL = 'Invalid input';

/**
 * The errors of an object that takes no other fields.
 *
 * @param otherwise what is said of anything else that is wrong with it
 */
export function orUnknownField(otherwise?: string): {
  readonly error: (issue: { readonly code?: string }) => string | undefined;
} {
  return { error: ({ code }) => (code === 'unrecognized_keys' ? 'unknown field' : otherwise) };
}

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
  if (issue.code === 'invalid_union') {
    if (issue.message === USUAL || !isOfNoKind(issue.errors)) return closest(issue.errors).flatMap(at);
    const unknown = (issue.errors[0] ?? []).filter(isUnknownField);
    return [...unknown.flatMap(at), { ...issue, errors: [] }];
  }
  if (issue.code === 'invalid_key') return issue.issues.flatMap(at);
  return [issue];
}

function isUnknownField({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'unrecognized_keys' && path.length === 0;
}

/** Whether the value is an object without the field that tells each kind, and has at most fields that no kind knows. */
function isOfNoKind(kinds: readonly z.core.$ZodIssue[][]): boolean {
  const missing = kinds.map((issues) => {
    const [issue, ...others] = issues.filter((each) => !isUnknownField(each));
    return others.length === 0 && issue?.path.length === 1 ? issue.path[0] : undefined;
  });
  return kinds.length > 1 && !missing.includes(undefined) && new Set(missing).size === kinds.length;
}

/** The issues of the union's kind that fits the value best, or of the first kind if none fits. */
function closest(kinds: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const isOther = ([issue]: z.core.$ZodIssue[]) => issue?.code === 'invalid_type' && issue.path.length === 0;
  const fitting = kinds.filter((issues) => !isOther(issues));
  // A kind that has no place for a field of the value is hardly the one that is meant.
  const weight = (issues: z.core.$ZodIssue[]): number =>
    issues.length + (issues.some(isUnknownField) ? 1 : 0);
  const [best] = fitting.toSorted((one, other) => weight(one) - weight(other));
  return best ?? kinds[0] ?? [];
}
