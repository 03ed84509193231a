import type { Command } from 'commander';
import { KEY_VARIABLE, URL_VARIABLE, type Environment } from '../../config/environment.js';
import type { Effective } from '../../config/load-config.js';
import type { Seconds } from '../../domain/time.js';
import { givenUrl, urlOf, urlProblems } from '../daemon-url.js';
import { decimal } from '../given.js';
import { addConfigOptions } from '../options.js';

const WRONG_USAGE = 64;
const LONGEST_WAIT: Seconds = 3600;

interface ChannelsCommandDeps {
  /** Reads the configuration. */
  readonly effective: (command: Command) => Effective;
  readonly env: Environment;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

interface GivenOptions {
  readonly url?: string;
  readonly timeout: string;
  readonly json?: boolean;
}

/** Adds `channels test` and `channels preview` to the program. They set `process.exitCode`. */
export function addChannelsCommand(program: Command, deps: ChannelsCommandDeps): void {
  const { stdout, stderr, env } = deps;
  const command = program.command('channels').description('try the configured channels');
  addConfigOptions(
    command
      .command('test')
      .description('have the running daemon send a test message through a channel, and wait for the outcome')
      .argument('<name>', 'the name of the channel'),
  )
    .option('--url <url>', `the daemon (${URL_VARIABLE}; default: host and port of the configuration)`)
    .option('--timeout <seconds>', 'how long to wait for the outcome', '15')
    .option('--json', 'one JSON document')
    .action(async (name: string, given: GivenOptions, self: Command) => {
      // With a URL, the configuration of this shell need not be that of the daemon.
      const url = givenUrl(given.url, env) ?? urlOf(deps.effective(self));
      const timeout = decimal(given.timeout);
      const problems = [
        ...urlProblems(url),
        ...(timeout > 0 && timeout <= LONGEST_WAIT
          ? []
          : [`--timeout must be a number of seconds up to ${LONGEST_WAIT}, not '${given.timeout}'`]),
      ];
      if (url === undefined || problems.length > 0)
        self.error(problems.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
      const { testChannel } = await import('./test-command.js');
      const json = given.json === true;
      process.exitCode = await testChannel(name, {
        url,
        key: env[KEY_VARIABLE],
        timeout,
        json,
        stdout,
        stderr,
      });
    });
  addConfigOptions(
    command
      .command('preview')
      .description('print what a channel would send of each type of alert, from the configuration alone')
      .argument('<name>', 'the name of the channel'),
  )
    .option('--json', 'one JSON document')
    .action(async (name: string, given: { readonly json?: boolean }, self: Command) => {
      const effective = deps.effective(self);
      const { previewChannel } = await import('./preview-command.js');
      process.exitCode = await previewChannel(name, effective, { json: given.json === true, stdout, stderr });
    });
}
