import type { Command } from 'commander';

import { KEY_VARIABLE } from '../../config/environment.js';
import { HeartbeatAnswerError, HeartbeatUnreachableError } from '../../client/errors.js';
import { runBench, type BenchPlan } from './bench.js';
import { Interrupts } from '../interrupts.js';
import { originalPace } from './virtual-users.js';
import { readBenchOptions, type BenchOptions, type GivenBenchOptions } from './options.js';
import { startOwnDaemon } from './own-daemon.js';
import { plainProgress, terminalProgress, type Progress } from './progress.js';
import { ServerProcessError, type ServerProcess } from './server-process.js';
import { isGood, summaryJson, summaryText } from './summary.js';
import { toMillis } from '../../domain/time.js';

export interface BenchContext {
  /** The built `main.js`, from which the bench starts its own daemon. */
  readonly mainPath: string;
  /** Flags for Node when it starts that daemon. */
  readonly nodeArguments?: readonly string[];
}

const WRONG_USAGE = 64;
const SAMPLE_EVERY_MS = 5_000;
const RETRY_MS = 100;

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
    .option('--json', 'one JSON document on standard output')
    .action(async (given: GivenBenchOptions, command: Command) => {
      const options = readBenchOptions(given);
      if ('length' in options) {
        command.error(options.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
      }
      process.exitCode = await bench(options, context);
    });
}

async function bench(options: BenchOptions, context: BenchContext): Promise<number> {
  const progress = progressFor(options);
  const interrupts = new Interrupts(process, () => process.exit(1));
  let daemon: ServerProcess | undefined;
  try {
    daemon = options.url === undefined ? await ownDaemon(options, context, progress, interrupts) : undefined;
    const plan = planOf(options, daemon?.url ?? options.url ?? '');
    const report = await runBench(plan, progress, interrupts.nextPhase);
    progress.end();
    process.stdout.write(options.json ? summaryJson(plan, report) : summaryText(plan, report));
    return isGood(report) ? 0 : 1;
  } catch (error) {
    if (!isExpected(error)) throw error;
    progress.note(`heartbeat bench: ${error.message}`);
    return 1;
  } finally {
    progress.end();
    await daemon?.stop();
    interrupts.release();
  }
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof HeartbeatUnreachableError ||
    error instanceof HeartbeatAnswerError ||
    error instanceof ServerProcessError
  );
}

function ownDaemon(
  { sessionTimeoutSeconds }: BenchOptions,
  { mainPath, nodeArguments = [] }: BenchContext,
  { note }: Progress,
  interrupts: Interrupts,
): Promise<ServerProcess> {
  const onLost = (how: string): void => {
    note(`heartbeat bench: the daemon ended by itself: ${how}`);
    interrupts.endPhase();
  };
  const signal = interrupts.nextPhase();
  return startOwnDaemon({ mainPath, nodeArguments, sessionTimeoutSeconds, onLog: note, onLost, signal });
}

function planOf(options: BenchOptions, url: string): BenchPlan {
  const key = process.env[KEY_VARIABLE];
  return {
    url,
    ...(key !== undefined && { key }),
    users: options.users,
    batch: options.batch,
    durationMs: toMillis(options.durationSeconds),
    seed: options.seed,
    pace: originalPace,
    sessionTimeoutMs: Math.round(toMillis(options.sessionTimeoutSeconds)),
    sampleEveryMs: SAMPLE_EVERY_MS,
    retryMs: RETRY_MS,
  };
}

function progressFor({ durationSeconds, users }: BenchOptions): Progress {
  const { stderr } = process;
  return stderr.isTTY ? terminalProgress(stderr, toMillis(durationSeconds), users) : plainProgress(stderr);
}
