import { Worker } from 'node:worker_threads';
import type { Logger } from '../../ports/logger.js';
import type { Prober, StartProber } from '../../ports/prober.js';
import type { FromThread, ToThread } from './messages.js';

/** What hostile servers make it hold ends the thread, not the daemon. */
const MEMORY_MB = 512;
const SCRIPT = new URL('./worker.js', import.meta.url);
const LONGEST_LINE = 500;

/**
 * Runs probes in a worker thread. See decision 196.
 *
 * @param script what the thread runs
 */
export function probeThread(logger: Logger, script: URL = SCRIPT): StartProber {
  return ({ heard, answered, ended }): Prober => {
    const worker = new Worker(script, {
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    let hasEnded = false;
    const end = (error: Error): void => {
      if (hasEnded) return;
      hasEnded = true;
      ended(error);
    };
    const tell = (message: ToThread): void => {
      worker.postMessage(message);
    };
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'report') heard(message.report);
      else answered();
    });
    worker.on('error', (error) => {
      end(error);
    });
    worker.on('exit', (code) => {
      end(new Error(`the thread of probes has ended (${code})`));
    });
    // Standard output belongs to the daemon.
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        logger.warn('thread of probes says', { text: text.slice(0, LONGEST_LINE).trimEnd() });
      });
    }
    return {
      limit: (limits) => {
        tell({ kind: 'limit', limits });
      },
      change: (changes) => {
        tell({ kind: 'change', changes });
      },
      ask: () => {
        tell({ kind: 'ask' });
      },
      stop: async () => {
        hasEnded = true;
        await worker.terminate();
      },
    };
  };
}
