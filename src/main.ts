#!/usr/bin/env node
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { addBenchCommand } from './cli/bench/command.js';
import { addEmitCommand } from './cli/emit/command.js';
import { configCommand } from './cli/config-command.js';
import { addKeysCommand } from './cli/keys-command.js';
import { addStoreCommand } from './cli/store/command.js';
import { addConfigOptions, givenFlags } from './cli/options.js';
import { loadConfig, type Effective, type Loaded } from './config/load-config.js';
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
      const load = loading(command);
      const read = effective(load());
      // The other commands, and a wrong configuration, do not need the daemon, which takes half of the time to load.
      const { runDaemon } = await import('./run-daemon.js');
      const acceptDataLoss = options.acceptDataLoss === true;
      await runDaemon({ effective: read, load, acceptDataLoss, version: version() });
    });
  addConfigOptions(
    program.command('config').description('print the value of each option and where it came from'),
  )
    .option('--json', 'one JSON document')
    .action((options: { json?: boolean }, command: Command) => {
      configCommand(effective(loading(command)()), { json: options.json === true, stdout: process.stdout });
    });
  addKeysCommand(program);
  addStoreCommand(program, {
    effective: (command) => effective(loading(command)()),
    misconfigured,
    stdout: process.stdout,
    stderr: process.stderr,
  });
  addBenchCommand(program, { mainPath: fileURLToPath(import.meta.url), nodeArguments: process.execArgv });
  addEmitCommand(program);
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

/** Reads the command line, the environment and the file, anew at each call. */
function loading(command: Command): () => Loaded {
  return () =>
    loadConfig({
      flags: givenFlags(command),
      env: process.env,
      cwd: process.cwd(),
      isTerminal: process.stderr.isTTY,
    });
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
