/** Exit codes. An orderly stop is 0, and any other end is 1. */
export const WRONG_USAGE = 64;
export const WRONG_CONFIGURATION = 78;

/** Prints the problems, one line each, and ends the process. */
export function misconfigured(problems: readonly string[]): never {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  process.exit(WRONG_CONFIGURATION);
}
