import type { Command } from 'commander';
import {
  addPlaceOptions,
  addStoreOptions,
  located,
  locationOf,
  placeOf,
  wrong,
  type GivenPlace,
} from './place.js';
import type { Streams } from './exit-code.js';

interface Given extends GivenPlace {
  readonly json?: boolean;
}

const JSON_OPTION = ['--json', 'the result as one JSON document'] as const;

/** Adds `store verify`, `store repair` and `store compact`. They set `process.exitCode`. */
export function addVerifyCommands(store: Command, streams: Streams): void {
  addPlaceOptions(
    store.command('verify').description('read the whole store, and say what is wrong; nothing is changed'),
  )
    .option(...JSON_OPTION)
    .action(async (given: Given, command: Command) => {
      const place = await placeOf(given, command, process.env);
      const { runVerify } = await import('./run-verify.js');
      process.exitCode = await runVerify(place, given.json === true, streams);
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
      if (target === undefined) return wrong(command, problems);
      const source = locationOf(given, command);
      const { runRepair } = await import('./run-repair.js');
      process.exitCode = await runRepair(source, target, given.json === true, streams);
    });
  addStoreOptions(
    store.command('compact').description('give the space of what was deleted back to the file system'),
  )
    .option(...JSON_OPTION)
    .action(async (given: Given, command: Command) => {
      const location = locationOf(given, command);
      const { runCompact } = await import('./run-compact.js');
      process.exitCode = await runCompact(location, given.json === true, streams);
    });
}
