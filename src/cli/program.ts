import { Command, CommanderError } from 'commander';
import type { CommandContext, CommandEntry } from './command-table.js';
import { commands } from './commands.js';
import { UnreadableConfiguration } from './daemon/configured-address.js';
import { WrongProfile } from './daemon/profile.js';
import { WRONG_CONFIGURATION, WRONG_USAGE } from './exit-codes.js';
import { printable } from './output/printable.js';

/** Runs the command that the arguments name. It sets `process.exitCode`. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<void> {
  try {
    const program = await programWith((entry) => entry.name === askedFor(args), context);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof WrongProfile || error instanceof UnreadableConfiguration) {
      context.stderr.write(printable(`${error.message}\n`));
      process.exitCode = WRONG_CONFIGURATION;
      return;
    }
    if (!(error instanceof CommanderError)) throw error;
    // Exit code 0 is help or version. Everything else that commander throws is wrong usage.
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE;
  }
}

/** The program with these commands whole, and with the names of all others. */
export async function programWith(
  isWhole: (entry: CommandEntry) => boolean,
  context: CommandContext,
): Promise<Command> {
  const program = new Command('heartbeat')
    .description('Monitors which users and nodes are alive.')
    .version(context.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .showHelpAfterError('(--help shows how it is used)');
  for (const entry of commands) {
    const { name, group, summary, add } = entry;
    if (isWhole(entry)) await add(program, context);
    else program.command(name);
    program.commands
      .find((command) => command.name() === name)
      ?.summary(summary)
      .helpGroup(group);
  }
  return program.addHelpText(
    'after',
    '\nHEARTBEAT_URL and HEARTBEAT_KEY, or a profile file, say where the daemon is: docs/cli.md.',
  );
}

/** The first word that is no option; behind `help`, the next one. */
function askedFor(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((word) => !word.startsWith('-'));
  return first === 'help' ? second : first;
}
