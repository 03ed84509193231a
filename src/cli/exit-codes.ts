/*
 * What the exit codes mean. `docs/cli.md` has the table that is made of them.
 */

export const SUCCESS = 0;
export const FAILED = 1;
export const ANSWERED_NO = 2;
export const TORN = 3;
export const WRONG_USAGE = 64;
export const WRONG_CONFIGURATION = 78;
export const CANNOT_RUN = 126;
export const NOT_FOUND = 127;
/** Plus the number of the signal, as shells have it. */
export const OF_SIGNAL = 128;

/** Each code, or range of codes, and what it means. */
export const exitCodes: readonly (readonly [code: string, meaning: string])[] = [
  [
    String(SUCCESS),
    'It is done. Of `start`: an orderly stop. Of `emit` and `bench`: what they sent was accepted.',
  ],
  [
    String(FAILED),
    'It is not done: the daemon cannot be reached, or refuses. What it said is on standard error.',
  ],
  [
    String(ANSWERED_NO),
    'It is done, and the answer is no. Of `status` and `healthcheck --ready`: not ready; of `status` also: not storing. Of `checkup`: somebody is offline. Of `config --diff`: a reload would change something. Of `import`: something was not brought over. Of `store verify` and `store repair`: something is damaged or missing.',
  ],
  [String(TORN), 'Of `store verify`: nothing but the end of a log is torn or damaged.'],
  [String(WRONG_USAGE), 'An argument or an option is wrong or missing. Nothing was done.'],
  [
    String(WRONG_CONFIGURATION),
    'The configuration, the profile file or a file of nodes is wrong. Nothing was done.',
  ],
  [String(CANNOT_RUN), 'Of `run`: the command was found, and cannot be run.'],
  [String(NOT_FOUND), 'Of `run`: there is no such command.'],
  [`${OF_SIGNAL} + n`, 'Of `run`: signal n ended the command, as shells say it.'],
  ['any', 'Of `run`: the exit code of the command.'],
];

/** Prints the problems, one line each, and ends the process. */
export function misconfigured(problems: readonly string[]): never {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  process.exit(WRONG_CONFIGURATION);
}
