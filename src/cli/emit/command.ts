import type { Command } from 'commander';
import { URL_VARIABLE } from '../../config/environment.js';
import { readEmitOptions, type GivenEmitOptions } from './options.js';

const WRONG_USAGE = 64;
const WRONG_CONFIGURATION = 78;

/** Adds `emit` to the program. It sets `process.exitCode`: 0, or 1 if no heartbeat was accepted. */
export function addEmitCommand(program: Command): void {
  program
    .command('emit')
    .description('send heartbeats for many nodes while their probes pass')
    .option('--url <url>', `URL of the daemon (${URL_VARIABLE})`)
    .requiredOption(
      '--nodes <file>',
      'YAML or JSON file with a list of nodes: names, or maps with name, probe, deadline, settings',
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
    .option('--json', 'the summary as one JSON document')
    .action(async (given: GivenEmitOptions, command: Command) => {
      const options = readEmitOptions(given, process.env);
      if ('length' in options) {
        command.error(options.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
      }
      // Only this command needs the HTTP client: it costs the daemon memory and a slower start.
      const { emit, nodesIn } = await import('./run.js');
      const nodes = nodesIn(options.nodes);
      if ('problems' in nodes) {
        process.stderr.write(nodes.problems.map((problem) => `${problem}\n`).join(''));
        process.exitCode = WRONG_CONFIGURATION;
      } else {
        process.exitCode = await emit(options, nodes.nodes);
      }
    });
}
