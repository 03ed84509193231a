import { readFileSync } from 'node:fs';

const EVERY_MS = 1_000;
/** A host that takes less than this share of the cores is quiet. */
const QUIET = 0.02;
/** The time to work off what piled up while it was not quiet. */
const AFTER_MS = 3_000;

/** Ticks of all cores since the machine started. */
export interface HostTicks {
  readonly total: number;
  /** Steal: the virtual machine wanted to run, and its host ran others. */
  readonly stolen: number;
}

/** Measures the share of the cores that the host gives to others, which no program here can influence. */
export class HostWatch {
  readonly #read: () => HostTicks;
  readonly #start: HostTicks;
  #last: HostTicks;
  /** The share taken in the previous second, by the wall clock. */
  readonly #seconds: { readonly at: number; readonly share: number }[] = [];
  readonly #timer = setInterval(() => {
    this.look(Date.now());
  }, EVERY_MS).unref();

  constructor(read = readHost) {
    this.#read = read;
    this.#start = read();
    this.#last = this.#start;
  }

  /** @returns a sentence, or none if the host took nothing */
  stop(): string[] {
    clearInterval(this.#timer);
    const mean = stolenShare(this.#start, this.#read());
    const worst = Math.max(0, ...this.#seconds.map(({ share }) => share));
    if (mean < 0.001 && worst < 0.01) return [];
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    return [`the host took ${percent(mean)} of the cores for others, ${percent(worst)} in the worst second`];
  }

  /** Whether it was quiet between two instants of the wall clock, and for a while before. */
  wasQuiet(from: number, to: number): boolean {
    return !this.#seconds.some(
      ({ at, share }) => share >= QUIET && at + AFTER_MS >= from && at - EVERY_MS <= to,
    );
  }

  /** The quiet share of the measured time. */
  get quietShare(): number {
    const quiet = this.#seconds.filter(({ at }) => this.wasQuiet(at, at));
    return quiet.length / Math.max(1, this.#seconds.length);
  }

  /** Records the second that ends at this instant of the wall clock. */
  look(at: number): void {
    const now = this.#read();
    this.#seconds.push({ at, share: stolenShare(this.#last, now) });
    this.#last = now;
  }
}

export function stolenShare(from: HostTicks, to: HostTicks): number {
  const total = to.total - from.total;
  return total === 0 ? 0 : (to.stolen - from.stolen) / total;
}

/** The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, and two that `user` includes. */
export function ticksOfHost(stat: string): HostTicks {
  const ticks = stat.slice(0, stat.indexOf('\n')).split(/ +/).slice(1, 9).map(Number);
  return { total: ticks.reduce((sum, some) => sum + some, 0), stolen: ticks[7] ?? 0 };
}

function readHost(): HostTicks {
  return ticksOfHost(readFileSync('/proc/stat', 'utf8'));
}
