import type { Command } from 'commander';
import { addConnectionOptions } from '../api/api-command.js';
import type { CommandContext } from '../command-table.js';
import { connectionOf } from '../daemon/connection.js';
import { WRONG_CONFIGURATION } from '../exit-codes.js';
import { refuse } from '../refuse.js';
import { readEmitOptions, type GivenEmitOptions } from './options.js';

/** Adds `emit` to the program. It sets `process.exitCode`: 0, or 1 if no heartbeat was accepted. */
export function addEmitCommand(program: Command, { env }: CommandContext): void {
  addConnectionOptions(program.command('emit'))
    .description('send heartbeats for many nodes while their probes pass')
    .requiredOption(
      '--nodes <file>',
      'YAML or JSON file with a list of nodes: names, or maps with name, probe, deadline, settings; - for standard input',
    )
    .option('--interval <seconds>', 'interval between two heartbeats of a node', '10')
    .option('--duration <seconds>', 'how long to run (default: until it is stopped)')
    .option('--max-concurrent <number>', 'concurrent calls', '4')
    .option('--max-probes <number>', 'concurrent probes', '64')
    .option(
      '--batch-sizes <small,medium,large>',
      'nodes per call with fewer than 10,000 nodes, with fewer than 100,000, with more',
      '500,1000,5000',
    )
    .option('--deadline <seconds>', 'longest duration of a probe without a deadline of its own', '5')
    .option(
      '--on-probe-failure <skip|report>',
      'skip: send no heartbeat; report: report a failure at once',
      'skip',
    )
    .option('--json', 'print JSON')
    .action(async (given: GivenEmitOptions, command: Command) => {
      const options = readEmitOptions(given, await connectionOf(given, env));
      if ('length' in options) refuse(command, options);
      // Only this command needs the HTTP client: it costs the daemon memory and a slower start.
      const { emit, nodesIn } = await import('./run.js');
      const nodes = await nodesIn(options.nodes);
      if ('problems' in nodes) {
        process.stderr.write(nodes.problems.map((problem) => `${problem}\n`).join(''));
        process.exitCode = WRONG_CONFIGURATION;
      } else {
        process.exitCode = await emit(options, nodes.nodes);
      }
    });
}
