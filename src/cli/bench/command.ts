import type { Command } from 'commander';
import { KEY_VARIABLE } from '../../config/client-variables.js';
import { refuse } from '../refuse.js';
import { readBenchOptions, type GivenBenchOptions } from './options.js';
import type { BenchContext } from './run.js';

/** Adds `bench` to the program. It sets `process.exitCode`: 0 if all is equal, 1 if not, 64 for wrong usage. */
export function addBenchCommand(program: Command, context: BenchContext): void {
  program
    .command('bench')
    .description('send heals for virtual users, and check the stored sessions')
    .option('--users <number>', 'virtual users', '100')
    .option('--batch <number>', 'users per call', '1')
    .option('--duration <seconds>', 'how long to send heals', '60')
    .option(
      '--url <url>',
      `the daemon to test; its key in ${KEY_VARIABLE} if it needs one (default: a temporary daemon on a free port)`,
    )
    .option('--session-timeout <seconds>', 'session timeout of the daemon; sets that of a temporary one', '7')
    .option('--seed <number>', 'seed of the pauses between heals (default: random)')
    .option('--json', 'print JSON')
    .action(async (given: GivenBenchOptions, command: Command) => {
      const options = readBenchOptions(given);
      if ('length' in options) refuse(command, options);
      // Only this command needs the HTTP client: it costs the daemon memory and a slower start.
      const { bench } = await import('./run.js');
      process.exitCode = await bench(options, context);
    });
}
