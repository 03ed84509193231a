import type { Command } from 'commander';
import type { CommandContext } from '../command-table.js';
import { refuse } from '../refuse.js';
import { located } from './place.js';

/** Adds `store copy`. It sets `process.exitCode`: 0 once the copy is verified, or 1. */
export function addStoreCopyCommand(store: Command, context: CommandContext): void {
  store
    .command('copy')
    .description('copy a history to an empty store; run it again after an interruption, and it goes on')
    .argument('<from>', 'a data directory, or the postgres:// URL of a database')
    .argument('<to>', 'another data directory or database, which must be empty')
    .option('--json', 'print JSON')
    .action(async (from: string, to: string, { json }: { json?: boolean }, command: Command) => {
      const problems: string[] = [];
      const source = located('<from>', from, problems);
      const target = located('<to>', to, problems);
      if (source === undefined || target === undefined) return refuse(command, problems);
      // Only this command needs the bar: it costs the daemon memory and a slower start.
      const { runCopy } = await import('./run-copy.js');
      process.exitCode = await runCopy(source, target, json === true, context);
    });
}
