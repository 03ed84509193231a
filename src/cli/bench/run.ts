import { KEY_VARIABLE } from '../../config/client-variables.js';
import { HeartbeatRequestError } from '../../client/api/request-error.js';
import { toMillis } from '../../domain/time.js';
import { Interrupts } from '../interrupts.js';
import { runBench, type BenchPlan } from './bench.js';
import type { BenchOptions } from './options.js';
import { startOwnDaemon } from './own-daemon.js';
import { plainProgress, terminalProgress, type Progress } from './progress.js';
import { ServerProcessError, type ServerProcess } from './server-process.js';
import { isGood, summaryJson, summaryText } from './summary.js';
import { originalPace } from './virtual-users.js';

export interface BenchContext {
  /** The built `main.js`, from which the bench starts its own daemon. */
  readonly mainPath: string;
  /** Flags for Node when it starts that daemon. */
  readonly nodeArguments?: readonly string[];
}

const SAMPLE_EVERY_MS = 5_000;
const RETRY_MS = 100;

/** Starts a daemon if none is given, and runs the bench on it. @returns the exit code */
export async function bench(options: BenchOptions, context: BenchContext): Promise<number> {
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
  return error instanceof HeartbeatRequestError || error instanceof ServerProcessError;
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
