import type * as z from 'zod';
import { didYouMean } from '../views/did-you-mean.js';

/** A problem of one setting, without its line. */
export interface SettingProblem {
  readonly path: readonly PropertyKey[];
  readonly problem: string;
}

/** A part of the file that is not a list of options, as it was read. */
export interface GivenSection {
  readonly value: unknown;
  readonly path: string;
  /** The line of the place, or of its nearest parent that is in the file. */
  readonly lineOf: (place: readonly PropertyKey[]) => number;
}

export type Settings = Readonly<Record<string, unknown>>;

/** Values are not shown: any of them may be a secret in the wrong place. */
export function problemsOf({ issues }: z.ZodError, known: readonly string[]): SettingProblem[] {
  return issues.flatMap((issue): SettingProblem[] => {
    if (issue.code !== 'unrecognized_keys') {
      // For a wrong key of a record, zod puts the issue inside another.
      const [inner] = issue.code === 'invalid_key' ? issue.issues : [];
      return [{ path: issue.path, problem: inner?.message ?? issue.message }];
    }
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      problem: `unknown setting${didYouMean(key, known) || '; remove it'}`,
    }));
  });
}

/** The names of environment variables that settings refer to for secrets. */
export function variablesIn(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    key.endsWith('_env') && typeof value === 'string' ? [value] : [],
  );
}
