import { monitorEventLoopDelay } from 'node:perf_hooks';
import { memoryInUse } from './memory-in-use.js';

/** Lateness of the event loop since the last reading, in milliseconds. */
interface EventLoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface ProcessFacts {
  readonly pid: number;
  /** Null if it cannot be read. */
  readonly rss_bytes: number | null;
  readonly heap_used_bytes: number;
  readonly event_loop_delay_ms: EventLoopDelay;
}

const RESOLUTION_MS = 20;

/** Watches this process. End it with `stop`. */
export class ProcessWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delay.enable();
  }

  read(): ProcessFacts {
    const { rss, heapUsed } = memoryInUse();
    const facts = {
      pid: process.pid,
      rss_bytes: rss ?? null,
      heap_used_bytes: heapUsed,
      event_loop_delay_ms: {
        p50: this.#late(this.#delay.percentile(50)),
        p99: this.#late(this.#delay.percentile(99)),
        max: this.#late(this.#delay.max),
      },
    };
    this.#delay.reset();
    return facts;
  }

  stop(): void {
    this.#delay.disable();
  }

  /** The histogram holds nanoseconds between ticks that are `RESOLUTION_MS` apart. */
  #late(nanoseconds: number): number {
    return Math.round(Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS) * 10) / 10;
  }
}
