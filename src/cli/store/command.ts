import type { Command } from 'commander';
import { shownUrl } from '../../adapters/postgres/postgres-url.js';
import { HeartbeatError } from '../../errors.js';
import type { CommandContext } from '../command-table.js';
import { addConfigOptions } from '../config/config-options.js';
import { effectiveOf } from '../config/effective.js';
import { FAILED, misconfigured } from '../exit-codes.js';
import { printable } from '../output/printable.js';
import { addBackupCommands } from './backup-commands.js';
import { addStoreCopyCommand } from './copy-command.js';
import { addVerifyCommands } from './verify-commands.js';

/** Adds `store` and its commands to the program. */
export function addStoreCommand(program: Command, context: CommandContext): void {
  const store = program
    .command('store')
    .description('back up, restore, verify, repair or copy what is stored');
  addConfigOptions(
    store.command('init').description('create the tables in the database, if they are not there yet'),
  ).action(async (_options: object, command: Command) => {
    await init(command, context);
  });
  addStoreCopyCommand(store, context);
  addBackupCommands(store, context);
  addVerifyCommands(store, context);
}

async function init(command: Command, { env, stdout, stderr }: CommandContext): Promise<void> {
  const { store } = effectiveOf(command, env);
  if (store.kind !== 'postgres')
    misconfigured(['store: must be the postgres:// URL of a database: LevelDB needs no tables']);
  // The other commands need no store, which takes a third of their time to load.
  const { initStore, problemOf } = await import('../../adapters/stores.js');
  const unusable = await problemOf(store);
  if (unusable !== undefined) misconfigured([`store: ${unusable}`]);
  try {
    const hasCreated = await initStore(store.address);
    const place = shownUrl(store.address);
    stdout.write(
      hasCreated ? `created the tables in ${place}\n` : `the tables in ${place} are there already\n`,
    );
  } catch (error) {
    if (!(error instanceof HeartbeatError)) throw error;
    stderr.write(printable(`heartbeat: ${error.message}\n`));
    process.exitCode = FAILED;
  }
}
