import type { Command } from 'commander';
import type { Seconds } from '../../domain/time.js';
import { addConnectionOptions } from '../api/api-command.js';
import type { CommandContext } from '../command-table.js';
import { addConfigOptions } from '../config/config-options.js';
import { effectiveOf } from '../config/effective.js';
import { connectionOf, type GivenConnection } from '../daemon/connection.js';
import { urlOf, urlProblems } from '../daemon/daemon-url.js';
import { decimal } from '../option-values.js';
import { refuse } from '../refuse.js';

const LONGEST_WAIT: Seconds = 3600;

interface GivenOptions extends GivenConnection {
  readonly timeout: string;
  readonly json?: boolean;
}

/** Adds `channels test` and `channels preview` to the program. They set `process.exitCode`. */
export function addChannelsCommand(program: Command, { env, stdout, stderr }: CommandContext): void {
  const command = program.command('channels').description('try the configured channels');
  const test = command
    .command('test')
    .description('have the running daemon send a test message through a channel, and wait for the outcome')
    .argument('<name>', 'the name of the channel')
    .option('--timeout <seconds>', 'how long to wait for the outcome', '15')
    .option('--json', 'print JSON');
  addConfigOptions(addConnectionOptions(test)).action(
    async (name: string, given: GivenOptions, self: Command) => {
      // With a URL, the configuration of this shell need not be that of the daemon.
      const { url, key } = await connectionOf(given, env, () => {
        const { config, tls } = effectiveOf(self, env);
        return urlOf({ host: config.host, port: config.port, isTls: tls !== undefined });
      });
      const timeout = decimal(given.timeout);
      const problems = [
        ...urlProblems(url),
        ...(timeout > 0 && timeout <= LONGEST_WAIT
          ? []
          : [`--timeout must be a number of seconds up to ${LONGEST_WAIT}, not '${given.timeout}'`]),
      ];
      if (url === undefined || problems.length > 0) refuse(self, problems);
      const { testChannel } = await import('./test-command.js');
      const json = given.json === true;
      process.exitCode = await testChannel(name, {
        url,
        key,
        timeout,
        json,
        stdout,
        stderr,
      });
    },
  );
  addConfigOptions(
    command
      .command('preview')
      .description('print what a channel would send of each type of alert, from the configuration alone')
      .argument('<name>', 'the name of the channel'),
  )
    .option('--json', 'print JSON')
    .action(async (name: string, given: { readonly json?: boolean }, self: Command) => {
      const effective = effectiveOf(self, env);
      const { previewChannel } = await import('./preview-command.js');
      process.exitCode = await previewChannel(name, effective, { json: given.json === true, stdout, stderr });
    });
}
