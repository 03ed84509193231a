import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { listeningLine, startServerProcess, type ServerProcess } from './server-process.js';
import type { Seconds } from '../../domain/time.js';

export interface OwnDaemonPlan {
  /** The built `main.js`. */
  readonly mainPath: string;
  /** Flags for Node, before the path. */
  readonly nodeArguments: readonly string[];
  readonly sessionTimeoutSeconds: Seconds;
  /** An existing directory for its data, which is kept. If absent: a temporary one, removed with the daemon. */
  readonly directory?: string;
  /** A configuration file, in addition to this plan. */
  readonly configuration?: string | undefined;
  readonly logLevel?: 'warn' | 'info';
  /** Gets each line of the daemon's log. */
  readonly onLog: (line: string) => void;
  /** Called with the reason when the process ends by itself after it was ready. */
  readonly onLost: (how: string) => void;
  /** Once aborted, the daemon is no longer needed, and its start rejects. */
  readonly signal: AbortSignal;
}

/** Long enough to restore or store a million sessions. */
const START_MS = 120_000;
/** Longer than the daemon's own `shutdown_timeout`. */
const STOP_MS = 15_000;

/** Starts a daemon on a free port; resolves when it is ready. */
export function startOwnDaemon(plan: OwnDaemonPlan): Promise<ServerProcess> {
  const directory = plan.directory ?? mkdtempSync(join(tmpdir(), 'heartbeat-bench-'));
  return startServerProcess({
    name: 'the daemon',
    command: process.execPath,
    args: argumentsOf(plan, directory),
    ready: listeningLine,
    startMs: START_MS,
    stopMs: STOP_MS,
    onLog: plan.onLog,
    onLost: plan.onLost,
    onGone: () => {
      if (plan.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
    signal: plan.signal,
  });
}

function argumentsOf(plan: OwnDaemonPlan, directory: string): string[] {
  const options = {
    port: 0,
    'data-dir': directory,
    'log-level': plan.logLevel ?? 'warn',
    'session-timeout': plan.sessionTimeoutSeconds,
    ...(plan.configuration !== undefined && { config: plan.configuration }),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [...plan.nodeArguments, plan.mainPath, 'start', ...flags];
}
