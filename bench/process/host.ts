import { readFileSync } from 'node:fs';

const EVERY_MS = 1_000;

/** Ticks of all cores since the machine started. */
export interface HostTicks {
  readonly total: number;
  /** In which a virtual machine wanted to run and its host ran others. */
  readonly stolen: number;
}

/** Watches how much of the cores the host keeps for others: no program can do anything about that. */
export class HostWatch {
  readonly #start = readHost();
  #last = this.#start;
  #worst = 0;
  readonly #timer = setInterval(() => {
    const now = readHost();
    this.#worst = Math.max(this.#worst, stolenShare(this.#last, now));
    this.#last = now;
  }, EVERY_MS).unref();

  /** @returns a sentence, or none where there is nothing to tell */
  stop(): string[] {
    clearInterval(this.#timer);
    const mean = stolenShare(this.#start, readHost());
    if (mean < 0.001 && this.#worst < 0.01) return [];
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    return [
      `the host took ${percent(mean)} of the cores for others, ${percent(this.#worst)} in the worst second`,
    ];
  }
}

export function stolenShare(from: HostTicks, to: HostTicks): number {
  const total = to.total - from.total;
  return total === 0 ? 0 : (to.stolen - from.stolen) / total;
}

/** The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, and what user holds already. */
export function ticksOfHost(stat: string): HostTicks {
  const ticks = stat.slice(0, stat.indexOf('\n')).split(/ +/).slice(1, 9).map(Number);
  return { total: ticks.reduce((sum, some) => sum + some, 0), stolen: ticks[7] ?? 0 };
}

function readHost(): HostTicks {
  return ticksOfHost(readFileSync('/proc/stat', 'utf8'));
}
