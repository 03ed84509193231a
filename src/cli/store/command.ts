import type { Command } from 'commander';
import { shownUrl } from '../../adapters/postgres/postgres-url.js';
import type { Effective } from '../../config/load-config.js';
import { HeartbeatError } from '../../errors.js';
import { addConfigOptions } from '../config/config-options.js';
import { addBackupCommands } from './backup.js';
import { addStoreCopyCommand } from './copy.js';
import { addVerifyCommands } from './verify.js';

interface StoreCommandDeps {
  /** The configuration in force; does not return if it is invalid. */
  readonly effective: (command: Command) => Effective;
  readonly misconfigured: (problems: readonly string[]) => never;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Adds `store` and its commands to the program. */
export function addStoreCommand(program: Command, deps: StoreCommandDeps): void {
  const store = program
    .command('store')
    .description('back up, restore, check, repair or copy what is stored');
  addConfigOptions(
    store.command('init').description('create the tables in the database, if they are not there yet'),
  ).action(async (_options: object, command: Command) => {
    await init(deps.effective(command), deps);
  });
  addStoreCopyCommand(store);
  const streams = { stdout: deps.stdout, stderr: process.stderr };
  addBackupCommands(store, streams);
  addVerifyCommands(store, streams);
}

async function init(effective: Effective, deps: StoreCommandDeps): Promise<void> {
  const { store } = effective;
  if (store.kind !== 'postgres')
    deps.misconfigured(['store: must be the postgres:// URL of a database: LevelDB needs no tables']);
  // The other commands need no store, which takes a third of their time to load.
  const { initStore, problemOf } = await import('../../adapters/stores.js');
  const unusable = await problemOf(store);
  if (unusable !== undefined) deps.misconfigured([`store: ${unusable}`]);
  try {
    const hasCreated = await initStore(store.address);
    const place = shownUrl(store.address);
    deps.stdout.write(
      hasCreated ? `created the tables in ${place}\n` : `the tables in ${place} are there already\n`,
    );
  } catch (error) {
    if (!(error instanceof HeartbeatError)) throw error;
    deps.stderr.write(`heartbeat: ${error.message}\n`);
    process.exitCode = 1;
  }
}
