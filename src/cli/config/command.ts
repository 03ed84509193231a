import path from 'node:path';
import type { Command } from 'commander';
import { CONFIG_FLAG } from '../../config/load-config.js';
import { addConnectionOptions } from '../api/api-command.js';
import type { CommandContext } from '../command-table.js';
import { connectionOf, type GivenConnection } from '../daemon/connection.js';
import { urlOf, urlProblems } from '../daemon/daemon-url.js';
import { refuse } from '../refuse.js';
import { addConfigOptions, givenFlags } from './config-options.js';
import { configTable } from './config-table.js';
import { effectiveOf } from './effective.js';

interface GivenOptions extends GivenConnection {
  readonly json?: boolean;
  readonly diff?: boolean;
}

/** Adds `config` to the program. It sets `process.exitCode`. */
export function addConfigCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('config')
    .description(
      'Print the value of each option and where it came from. With --diff: what a reload of the running daemon would do; the exit code is 2 if it would change something.',
    )
    .option('--json', 'print JSON')
    .option('--diff', 'ask the running daemon what a reload would do');
  addConnectionOptions(command);
  addConfigOptions(command).action(async (given: GivenOptions) => {
    const json = given.json === true;
    if (given.diff === true) process.exitCode = await diff(command, given, json, context);
    else if (given.url !== undefined || given.profile !== undefined)
      refuse(command, ['--url and --profile are for --diff']);
    else configTable(effectiveOf(command, context.env), { json, stdout: context.stdout });
  });
}

/** @returns the exit code */
async function diff(
  command: Command,
  given: GivenConnection,
  json: boolean,
  { env, stdout, stderr }: CommandContext,
): Promise<number> {
  // With a URL, the configuration of this shell need not be that of the daemon.
  const { url, key } = await connectionOf(given, env, () => {
    const { config, tls } = effectiveOf(command, env);
    return urlOf({ host: config.host, port: config.port, isTls: tls !== undefined });
  });
  const problems = urlProblems(url);
  if (url === undefined || problems.length > 0) refuse(command, problems);
  const file = givenFlags(command)[CONFIG_FLAG];
  const { configDiff } = await import('./config-diff.js');
  return configDiff({
    url,
    key,
    json,
    file: file === undefined ? undefined : path.resolve(file),
    stdout,
    stderr,
  });
}
