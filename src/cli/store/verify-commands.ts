import type { Command } from 'commander';
import type { CommandContext } from '../command-table.js';
import { refuse } from '../refuse.js';
import {
  addPlaceOptions,
  addStoreOptions,
  DATA_DIR_OPTION,
  located,
  locationOf,
  placeOf,
  type GivenPlace,
} from './place.js';

interface Given extends GivenPlace {
  readonly json?: boolean;
}

const JSON_OPTION = ['--json', 'print JSON'] as const;

/** Adds `store verify`, `store repair` and `store compact`. They set `process.exitCode`. */
export function addVerifyCommands(store: Command, context: CommandContext): void {
  addPlaceOptions(
    store.command('verify').description('read the whole store, and say what is wrong; nothing is changed'),
  )
    .option(...JSON_OPTION)
    .action(async (given: Given, command: Command) => {
      const place = await placeOf(given, command, context.env);
      const { runVerify } = await import('./run-verify.js');
      process.exitCode = await runVerify(place, given.json === true, context);
    });
  addStoreOptions(
    store
      .command('repair')
      .description('write what can be read of a damaged store to an empty one, and list what is wrong')
      .argument('<to>', 'an empty data directory, or the postgres:// URL of an empty database'),
  )
    .option(...JSON_OPTION)
    .action(async (to: string, given: Given, command: Command) => {
      const problems: string[] = [];
      const target = located('<to>', to, problems);
      if (target === undefined) return refuse(command, problems);
      const source = locationOf(given, command);
      const { runRepair } = await import('./run-repair.js');
      process.exitCode = await runRepair(source, target, given.json === true, context);
    });
  store
    .command('compact')
    .description(
      'give the space of what was deleted in a data directory back to the file system; PostgreSQL does that by itself',
    )
    .requiredOption(...DATA_DIR_OPTION)
    .option(...JSON_OPTION)
    .action(async (given: Given, command: Command) => {
      const location = locationOf(given, command);
      const { runCompact } = await import('./run-compact.js');
      process.exitCode = await runCompact(location, given.json === true, context);
    });
}
