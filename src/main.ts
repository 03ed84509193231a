#!/usr/bin/env node
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { addBenchCommand } from './cli/bench/command.js';
import { addChannelsCommand } from './cli/channels/command.js';
import { addEmitCommand } from './cli/emit/command.js';
import { addImportCommand } from './cli/import/command.js';
import { configCommand } from './cli/config-command.js';
import { addKeysCommand } from './cli/keys-command.js';
import { addStoreCommand } from './cli/store/command.js';
import { givenUrl, urlOf, urlProblems } from './cli/daemon-url.js';
import { addConfigOptions, givenFlags } from './cli/options.js';
import { KEY_VARIABLE, URL_VARIABLE } from './config/environment.js';
import {
  CONFIG_FLAG,
  loadConfig,
  type ConfigSources,
  type Effective,
  type Loaded,
} from './config/load-config.js';
import { misconfigured, WRONG_USAGE } from './exit.js';

await run(process.argv);

async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('heartbeat')
    .description('Monitors which users and nodes are alive.')
    .version(version())
    .exitOverride();
  addConfigOptions(program.command('start').description('run the daemon until it is stopped'))
    .option('--accept-data-loss', 'open a damaged database, and lose the damaged records')
    .action(async (options: { acceptDataLoss?: boolean }, command: Command) => {
      const first = read(command);
      // The other commands, and a wrong configuration, do not need the daemon, which takes half of the time to load.
      const { runDaemon } = await import('./run-daemon.js');
      const { loadConfigApart } = await import('./config/load-apart.js');
      const load = () => loadConfigApart(sourcesOf(command));
      const acceptDataLoss = options.acceptDataLoss === true;
      await runDaemon({ effective: first, load, acceptDataLoss, version: version() });
    });
  addConfigOptions(
    program.command('config').description('print the value of each option and where it came from'),
  )
    .option('--json', 'one JSON document')
    .option('--diff', 'ask the running daemon what a reload would do')
    .option(
      '--url <url>',
      `with --diff: the daemon (${URL_VARIABLE}; default: host and port of the configuration)`,
    )
    .action(async (options: { json?: boolean; diff?: boolean; url?: string }, command: Command) => {
      const json = options.json === true;
      if (options.diff === true) process.exitCode = await diff(command, options.url, json);
      else if (options.url !== undefined)
        command.error('error: --url is for --diff', { exitCode: WRONG_USAGE });
      else configCommand(read(command), { json, stdout: process.stdout });
    });
  addKeysCommand(program);
  addStoreCommand(program, {
    effective: read,
    misconfigured,
    stdout: process.stdout,
    stderr: process.stderr,
  });
  addChannelsCommand(program, {
    effective: read,
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
  });
  addBenchCommand(program, { mainPath: fileURLToPath(import.meta.url), nodeArguments: process.execArgv });
  addEmitCommand(program);
  addImportCommand(program);
  for (const command of program.commands) {
    for (const each of [command, ...command.commands]) each.exitOverride();
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Exit code 0 is help or version. Everything else that commander throws is wrong usage.
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE;
  }
}

/** @returns the exit code */
async function diff(command: Command, flag: string | undefined, json: boolean): Promise<number> {
  const given = givenUrl(flag, process.env);
  // With a URL, the configuration of this shell need not be that of the daemon.
  const url = given ?? urlOf(read(command));
  const problems =
    url === undefined ? [`port is 0: name the daemon with --url or ${URL_VARIABLE}`] : urlProblems(url);
  if (url === undefined || problems.length > 0)
    command.error(problems.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
  const file = givenFlags(command)[CONFIG_FLAG];
  const { configDiff } = await import('./cli/config-diff.js');
  return configDiff({
    url,
    key: process.env[KEY_VARIABLE],
    json,
    file: file === undefined ? undefined : path.resolve(file),
    stdout: process.stdout,
    stderr: process.stderr,
  });
}

/** The command line, the environment and the file that they name. */
function sourcesOf(command: Command): ConfigSources {
  return {
    flags: givenFlags(command),
    env: process.env,
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY,
  };
}

/** The configuration in force; ends the process if it is invalid. */
function read(command: Command): Effective {
  return effective(loadConfig(sourcesOf(command)));
}

function effective(loaded: Loaded): Effective {
  return loaded.ok ? loaded : misconfigured(loaded.problems);
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('#package');
  const found: unknown =
    typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : '';
  return String(found);
}
