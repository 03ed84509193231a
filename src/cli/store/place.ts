import type { Command } from 'commander';
import { InvalidPostgresUrl } from '../../adapters/postgres/postgres-url.js';
import { parseStoreLocation, type StoreLocation } from '../../adapters/store-location.js';
import type { Environment } from '../../config/client-variables.js';
import type { Seconds } from '../../domain/time.js';
import { addConnectionOptions, daemonFor } from '../api/api-command.js';
import type { Daemon } from '../api/daemon.js';
import { connectionOf, type GivenConnection } from '../daemon/connection.js';
import { urlProblems } from '../daemon/daemon-url.js';
import { refuse } from '../refuse.js';

/** How long a daemon may take for each part of what it sends: it reads its whole store. */
const TIMEOUT: Seconds = 60;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** What a command works on: a running daemon, or a store that none has open. */
export type Place =
  | { readonly kind: 'daemon'; readonly daemon: Daemon }
  | { readonly kind: 'store'; readonly location: StoreLocation };

export interface GivenPlace extends GivenConnection {
  readonly dataDir?: string;
  readonly store?: string;
}

export const DATA_DIR_OPTION = [
  '--data-dir <directory>',
  'data directory of a daemon that is stopped',
] as const;

/** The options of a command that asks the daemon where there is one. */
export function addPlaceOptions(command: Command): Command {
  return addStoreOptions(addConnectionOptions(command));
}

/** The options of a command that opens the store itself. */
export function addStoreOptions(command: Command): Command {
  return command
    .option(...DATA_DIR_OPTION)
    .option('--store <url>', 'postgres:// URL of the database of a daemon that is stopped');
}

/** The daemon, unless a store is named. Ends the command if both are. */
export async function placeOf(given: GivenPlace, command: Command, env: Environment): Promise<Place> {
  const { dataDir, store, url: flag, profile } = given;
  if (dataDir !== undefined || store !== undefined) {
    if ((flag ?? profile) !== undefined)
      refuse(command, [
        '--url and --profile are for a daemon, --data-dir and --store for a store without one',
      ]);
    return { kind: 'store', location: locationOf(given, command) };
  }
  const { url, key } = await connectionOf(given, env);
  const problems = urlProblems(url);
  if (url === undefined || problems.length > 0) return refuse(command, problems);
  return { kind: 'daemon', daemon: daemonFor(command, url, key, TIMEOUT) };
}

/** Where a store is. Ends the command if that is not said, or twice. */
export function locationOf({ dataDir, store }: GivenPlace, command: Command): StoreLocation {
  const problems: string[] = [];
  if ((dataDir === undefined) === (store === undefined))
    refuse(command, ['--data-dir or --store must say which store, one of them']);
  const location =
    store === undefined
      ? located('--data-dir', dataDir ?? '', problems)
      : located('--store', store, problems);
  if (location?.kind === 'postgres' && store === undefined)
    problems.push('--data-dir must be a directory: --store is for a database');
  if (location?.kind === 'leveldb' && store !== undefined)
    problems.push('--store must be a URL that begins with postgres://: --data-dir is for a directory');
  return location === undefined || problems.length > 0 ? refuse(command, problems) : location;
}

/** @returns undefined with what is wrong */
export function located(name: string, text: string, problems: string[]): StoreLocation | undefined {
  try {
    const location = parseStoreLocation(text);
    if (location.kind === 'postgres') return location;
    if (text !== '' && !SCHEME.test(text)) return location;
    problems.push(`${name} must be a data directory, or a URL that begins with postgres://`);
  } catch (error) {
    if (!(error instanceof InvalidPostgresUrl)) throw error;
    problems.push(...error.problems.map((problem) => `${name} ${problem}`));
  }
  return undefined;
}
