import type { Command } from 'commander';
import { InvalidPostgresUrl } from '../../adapters/postgres/postgres-url.js';
import { parseStoreLocation, type StoreLocation } from '../../adapters/store-location.js';
import { KEY_VARIABLE, URL_VARIABLE, type Environment } from '../../config/environment.js';
import { givenUrl, urlProblems } from '../daemon-url.js';

const WRONG_USAGE = 64;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** What a command works on: a running daemon, or a store that none has open. */
export type Place =
  | { readonly kind: 'daemon'; readonly url: string; readonly key: string | undefined }
  | { readonly kind: 'store'; readonly location: StoreLocation };

export interface GivenPlace {
  readonly url?: string;
  readonly dataDir?: string;
  readonly store?: string;
}

/** The options of a command that asks the daemon where there is one. */
export function addPlaceOptions(command: Command): Command {
  return addStoreOptions(
    command.option('--url <url>', `URL of the running daemon (${URL_VARIABLE}; the key: ${KEY_VARIABLE})`),
  );
}

/** The options of a command that opens the store itself. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('--data-dir <directory>', 'data directory of a daemon that is stopped')
    .option('--store <url>', 'postgres:// URL of the database of a daemon that is stopped');
}

/** Ends the command if none is given, or several. */
export function placeOf(given: GivenPlace, command: Command, env: Environment): Place {
  const { dataDir, store } = given;
  const url = dataDir === undefined && store === undefined ? givenUrl(given.url, env) : given.url;
  const all = [dataDir, store, url].filter((each) => each !== undefined);
  if (all.length !== 1) wrong(command, ['--url, --data-dir or --store must say which store, one of them']);
  if (url === undefined) return { kind: 'store', location: locationOf(given, command) };
  const problems = urlProblems(url);
  if (problems.length > 0) wrong(command, problems);
  return { kind: 'daemon', url, key: env[KEY_VARIABLE] };
}

/** Ends the command likewise. */
export function locationOf({ dataDir, store }: GivenPlace, command: Command): StoreLocation {
  const problems: string[] = [];
  if ((dataDir === undefined) === (store === undefined))
    wrong(command, ['--data-dir or --store must say which store, one of them']);
  const location =
    store === undefined
      ? located('--data-dir', dataDir ?? '', problems)
      : located('--store', store, problems);
  if (location?.kind === 'postgres' && store === undefined)
    problems.push('--data-dir must be a directory: --store is for a database');
  if (location?.kind === 'leveldb' && store !== undefined)
    problems.push('--store must be a URL that begins with postgres://: --data-dir is for a directory');
  return location === undefined || problems.length > 0 ? wrong(command, problems) : location;
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

export function wrong(command: Command, problems: readonly string[]): never {
  return command.error(problems.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
}
