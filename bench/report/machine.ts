import { cpus, loadavg, platform, release, totalmem } from 'node:os';

import type { Machine } from './results.js';

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memory_bytes: totalmem(),
    node: process.version,
    kernel: `${platform()} ${release()}`,
  };
}

/** The load averages of 1, 5 and 15 minutes. */
export function loadAverage(): number[] {
  return loadavg().map((load) => Math.round(load * 100) / 100);
}
