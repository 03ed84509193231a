import type { Command } from 'commander';
import type { CommandContext } from './command-table.js';
import { addConfigOptions } from './config/config-options.js';

/** Adds `start` to the program: the daemon itself. */
export function addStartCommand(program: Command, { startDaemon }: CommandContext): void {
  const command = program
    .command('start')
    .description('Run the daemon until it is stopped.')
    .option('--accept-data-loss', 'open a damaged database, and lose the damaged records');
  addConfigOptions(command).action(async ({ acceptDataLoss }: { readonly acceptDataLoss?: boolean }) => {
    await startDaemon(command, { acceptDataLoss: acceptDataLoss === true });
  });
}
