import type { Command } from 'commander';
import { KEY_VARIABLE } from '../../config/environment.js';
import { readText } from '../../config/named-files.js';
import { Emitter, type EmittedNode } from '../../client/emitter/emitter.js';
import { DaemonTarget } from '../../client/emitter/target.js';
import { HeartbeatClient } from '../../client/heartbeat-client.js';
import { Interrupts } from '../interrupts.js';
import { readNodes } from './nodes-file.js';
import { readEmitOptions, type EmitOptions, type GivenEmitOptions } from './options.js';
import { emitProgress } from './progress.js';
import { isGood, summaryJson, summaryText } from './summary.js';
import { toMillis, toSeconds } from '../../domain/time.js';

const WRONG_USAGE = 64;
const WRONG_CONFIGURATION = 78;

/** Adds `emit` to the program. It sets `process.exitCode`: 0, or 1 if no heartbeat was accepted. */
export function addEmitCommand(program: Command): void {
  program
    .command('emit')
    .description('send heartbeats for many nodes while their probes pass')
    .requiredOption('--url <url>', 'URL of the daemon')
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
      const options = readEmitOptions(given);
      if ('length' in options) {
        command.error(options.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
      }
      const nodes = nodesIn(options.nodes);
      if ('problems' in nodes) {
        process.stderr.write(nodes.problems.map((problem) => `${problem}\n`).join(''));
        process.exitCode = WRONG_CONFIGURATION;
      } else {
        process.exitCode = await emit(options, nodes);
      }
    });
}

async function emit(options: EmitOptions, nodes: readonly EmittedNode[]): Promise<number> {
  const { url, json, interval, deadline, duration } = options;
  const interrupts = new Interrupts(process, () => process.exit(1));
  const progress = emitProgress(process.stderr, process.stderr.isTTY);
  const key = process.env[KEY_VARIABLE];
  const credentials = key === undefined ? {} : { key };
  const client = new HeartbeatClient(url, { connections: options.maxConcurrent, ...credentials });
  const target = new DaemonTarget(client);
  const emitter = new Emitter(
    nodes,
    { ...options, intervalMs: toMillis(interval), deadlineMs: toMillis(Math.min(deadline, interval)) },
    target,
    progress,
  );
  const begun = performance.now();
  try {
    progress.begin(() => emitter.report);
    const asked = interrupts.nextPhase();
    const timeIsUp = duration === undefined ? [] : [AbortSignal.timeout(toMillis(duration))];
    await emitter.run(AbortSignal.any([asked, ...timeIsUp]));
  } finally {
    progress.end();
    await target.close();
    interrupts.release();
  }
  const { report } = emitter;
  const show = json ? summaryJson : summaryText;
  process.stdout.write(show(url, toSeconds(performance.now() - begun), report));
  return isGood(report) ? 0 : 1;
}

function nodesIn(path: string): ReturnType<typeof readNodes> {
  try {
    return readNodes(path, readText(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problems: [`${path}: cannot be read: ${why}`] };
  }
}
