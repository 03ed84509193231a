import { HeartbeatRequestError } from '../../src/client/api/index.js';

/** A field of a form, by the paths in the body that it stands for: `probe`, or `schedule.grace`. */
export type Paths = string | readonly string[];

/** What the daemon says is wrong with a field; undefined if nothing is. */
export function problemWith(error: Error | undefined, paths: Paths): string | undefined {
  const found = problemsIn(error).filter(({ path }) => isWithin(path, paths));
  return found.length === 0 ? undefined : found.map(({ problem }) => problem).join('; ');
}

/** The error, unless everything that is wrong stands beside some field. */
export function unplaced(error: Error | undefined, fields: readonly Paths[]): Error | undefined {
  const problems = problemsIn(error);
  const isPlaced = (path: string): boolean => fields.some((paths) => isWithin(path, paths));
  return problems.length > 0 && problems.every(({ path }) => isPlaced(path)) ? undefined : error;
}

function problemsIn(error: Error | undefined): HeartbeatRequestError['problems'] {
  return error instanceof HeartbeatRequestError ? error.problems : [];
}

function isWithin(path: string, paths: Paths): boolean {
  return [paths].flat().some((own) => path === own || path.startsWith(`${own}.`));
}

/** What was thrown, as an error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
