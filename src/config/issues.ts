import type * as z from 'zod';
import { didYouMean } from './nearest.js';

/** A problem of one setting, without its place in the file. */
export interface SettingProblem {
  readonly path: readonly PropertyKey[];
  readonly problem: string;
}

/** A part of the file that is no list of options, as it stands there. */
export interface GivenSection {
  readonly value: unknown;
  readonly path: string;
  /** Of the nearest that is written down. */
  readonly lineOf: (place: readonly PropertyKey[]) => number;
}

export type Settings = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The values are not shown: any of them may be where a secret was put by mistake. */
export function problemsOf({ issues }: z.ZodError, known: readonly string[]): SettingProblem[] {
  return issues.flatMap((issue): SettingProblem[] => {
    if (issue.code !== 'unrecognized_keys') {
      // A key of a record is refused by an issue within the issue.
      const [inner] = issue.code === 'invalid_key' ? issue.issues : [];
      return [{ path: issue.path, problem: inner?.message ?? issue.message }];
    }
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      problem: `unknown setting${didYouMean(key, known) || '; remove it'}`,
    }));
  });
}

/** The names of the environment variables that settings say their secrets are in. */
export function variablesIn(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    key.endsWith('_env') && typeof value === 'string' ? [value] : [],
  );
}
