import type { Command } from 'commander';
import type { Environment } from '../../config/client-variables.js';
import { addConnectionOptions } from '../api/api-command.js';
import type { CommandContext } from '../command-table.js';
import { connectionOf, type GivenConnection } from '../daemon/connection.js';
import { urlProblems } from '../daemon/daemon-url.js';
import { isHttp } from '../option-values.js';
import { refuse } from '../refuse.js';
import type { ImportOptions } from './run.js';

interface Given extends GivenConnection {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface GivenHealthchecks extends Given {
  readonly from: string;
  readonly apiKeyEnv: string;
}

/** Adds `import` to the program: checks and monitors of other services become nodes. It sets `process.exitCode`. */
export function addImportCommand(program: Command, { env }: CommandContext): void {
  const command = program.command('import').description('bring checks or monitors of another service over');
  withCommon(command.command('healthchecks').description('checks of healthchecks, by its Management API v3'))
    .requiredOption('--from <url>', 'address of the site, such as https://healthchecks.io')
    .requiredOption('--api-key-env <name>', 'environment variable with an API key of the project')
    .action(async (given: GivenHealthchecks, self: Command) => {
      const key = env[given.apiKeyEnv];
      const options = await read(given, self, env, [
        ...(isHttp(given.from) ? [] : [`--from must be an http:// or https:// address, not '${given.from}'`]),
        ...(key === undefined || key === '' ? [`--api-key-env: ${given.apiKeyEnv} is not set`] : []),
      ]);
      const { importHealthchecks } = await import('./run.js');
      process.exitCode = await importHealthchecks(given.from, key ?? '', options);
    });
  withCommon(
    command
      .command('kuma')
      .description('push, HTTP, keyword, TCP and DNS monitors of a backup of Uptime Kuma 1.x'),
  )
    .argument('<file>', 'the backup, in JSON')
    .action(async (file: string, given: Given, self: Command) => {
      const options = await read(given, self, env, []);
      const { importKuma } = await import('./run.js');
      process.exitCode = await importKuma(file, options);
    });
}

function withCommon(command: Command): Command {
  return addConnectionOptions(command)
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('--json', 'print JSON, with the secret UUIDs for pings');
}

async function read(
  given: Given,
  command: Command,
  env: Environment,
  others: readonly string[],
): Promise<ImportOptions> {
  const { url, key } = await connectionOf(given, env);
  const problems = [...urlProblems(url), ...others];
  if (problems.length > 0) refuse(command, problems);
  return { url: url ?? '', key, isDryRun: given.dryRun === true, json: given.json === true };
}
