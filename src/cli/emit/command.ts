import type { Command } from 'commander';
import { KEY_VARIABLE } from '../../config/environment.js';
import { readText } from '../../config/read-text.js';
import { Emitter, type EmittedNode } from '../../client/emitter/emitter.js';
import { DaemonTarget } from '../../client/emitter/target.js';
import { HeartbeatClient } from '../../client/heartbeat-client.js';
import { Interrupts } from '../interrupts.js';
import { readNodes } from './nodes-file.js';
import { readEmitOptions, type EmitOptions, type GivenEmitOptions } from './options.js';
import { emitProgress } from './progress.js';
import { isGood, summaryJson, summaryText } from './summary.js';

const WRONG_USAGE = 64;
const WRONG_CONFIGURATION = 78;

/** Adds `emit` to the program. Its exit code is left in `process.exitCode`: 0, or 1 when it was never heard. */
export function addEmitCommand(program: Command): void {
  program
    .command('emit')
    .description('beat for nodes at a daemon, as long as their probes pass')
    .requiredOption('--url <url>', 'where the daemon listens')
    .requiredOption(
      '--nodes <file>',
      'YAML or JSON file of nodes: names, or maps of name, probe, deadline, settings',
    )
    .option('--interval <seconds>', 'from one heartbeat of a node to the next', '10')
    .option('--duration <seconds>', 'how long (default: until it is told to stop)')
    .option('--max-concurrent <number>', 'calls under way at once', '4')
    .option('--max-probes <number>', 'probes under way at once', '64')
    .option(
      '--batch-sizes <small,medium,large>',
      'nodes in one call: with fewer than 10,000, with fewer than 100,000, with more',
      '500,1000,5000',
    )
    .option('--deadline <seconds>', 'how long a probe may take, unless its node says otherwise', '5')
    .option(
      '--on-probe-failure <skip|report>',
      'skip: the node is not beaten for; report: it is reported failed',
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
    { ...options, intervalMs: interval * 1000, deadlineMs: Math.min(deadline, interval) * 1000 },
    target,
    progress,
  );
  const begun = performance.now();
  try {
    progress.begin(() => emitter.report);
    const asked = interrupts.nextPhase();
    const timeIsUp = duration === undefined ? [] : [AbortSignal.timeout(duration * 1000)];
    await emitter.run(AbortSignal.any([asked, ...timeIsUp]));
  } finally {
    progress.end();
    await target.close();
    interrupts.release();
  }
  const { report } = emitter;
  const show = json ? summaryJson : summaryText;
  process.stdout.write(show(url, (performance.now() - begun) / 1000, report));
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
