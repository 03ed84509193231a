import type { Command } from 'commander';
import type { CommandContext } from '../command-table.js';
import { decimal } from '../option-values.js';
import { refuse } from '../refuse.js';
import { addPlaceOptions, addStoreOptions, locationOf, placeOf, type GivenPlace } from './place.js';

interface Given extends GivenPlace {
  readonly every?: string;
  readonly keep?: string;
  readonly json?: boolean;
}

const FILE = 'a file (compressed if its name ends in .gz), or - for the standard output';
/** A year. */
const LONGEST = 366 * 86_400;

/** Adds `store backup`, `store export` and `store restore`. They set `process.exitCode`: 0, or 1. */
export function addBackupCommands(store: Command, context: CommandContext): void {
  const backup = store
    .command('backup')
    .description('write everything in the store to a file, also while the daemon runs')
    .argument('<file>', `${FILE}; in a directory it is named by the time`)
    .option('--every <seconds>', 'write another one after so many seconds, until it is stopped')
    .option('--keep <number>', 'remove the oldest ones in the directory beyond so many');
  addPlaceOptions(backup)
    .option('--json', 'print JSON')
    .action(async (file: string, given: Given, command: Command) => {
      const place = await placeOf(given, command, context.env);
      const every = whole(given.every, 'every', LONGEST, command);
      const keep = whole(given.keep, 'keep', 1_000_000, command);
      const { isDirectory } = await import('./backup-file.js');
      if ((every ?? keep) !== undefined && (file === '-' || !(await isDirectory(file))))
        refuse(command, [
          `with --every or --keep, <file> must be a directory that is there: ${file} is none`,
        ]);
      const options = { place, to: file, isExport: false, every, keep, json: given.json === true };
      const { runBackup } = await import('./run-backup.js');
      process.exitCode = await runBackup(options, context);
    });
  const exporting = store
    .command('export')
    .description('the same as a backup, with the name of each record; one that was broken off goes on')
    .argument('<file>', FILE);
  addPlaceOptions(exporting)
    .option('--json', 'print JSON')
    .action(async (file: string, given: Given, command: Command) => {
      const place = await placeOf(given, command, context.env);
      const json = given.json === true;
      const options = { place, to: file, isExport: true, every: undefined, keep: undefined, json };
      const { runBackup } = await import('./run-backup.js');
      process.exitCode = await runBackup(options, context);
    });
  const restore = store
    .command('restore')
    .alias('import')
    .description('write a backup or an export to an empty store; one that was broken off goes on')
    .argument('<file>', 'a backup or an export, or - for the standard input');
  addStoreOptions(restore)
    .option('--json', 'print JSON')
    .action(async (file: string, given: Given, command: Command) => {
      const location = locationOf(given, command);
      const { runRestore } = await import('./run-restore.js');
      process.exitCode = await runRestore(file, location, given.json === true, context);
    });
}

function whole(text: string | undefined, name: string, most: number, command: Command): number | undefined {
  if (text === undefined) return undefined;
  const value = decimal(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  return refuse(command, [`--${name} must be a whole number from 1 to ${String(most)}, not '${text}'`]);
}
