import type { Command } from 'commander';
import { WRONG_USAGE } from './exit-codes.js';
import { printable } from './output/printable.js';

/** Ends a command whose arguments or options are wrong. @param problems a sentence each */
export function refuse(command: Command, problems: readonly string[]): never {
  return command.error(problems.map((problem) => `error: ${printable(problem)}`).join('\n'), {
    exitCode: WRONG_USAGE,
  });
}
