import { readdirSync } from 'node:fs';
import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { Histogram } from '../../domain/histogram.js';
import type { Instant } from '../../domain/time.js';
import { counter, gauge, type MetricFamily } from '../../ports/metrics.js';
import { mostDescriptors } from './descriptors.js';
import { memoryInUse } from './memory-in-use.js';

/** Buckets for the length of a collection, in seconds. */
const COLLECTIONS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

const KINDS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** Missing from Node's types. */
type Collection = PerformanceEntry & { readonly detail: { readonly kind: number } };

/**
 * Process metrics under the names of Prometheus's client libraries, so that dashboards for any Node program work. End
 * it with `stop`. See decision 35.
 */
export class ProcessMetrics {
  readonly #startedAt: number;
  readonly #version: string;
  readonly #collections = new Map([...KINDS.values()].map((kind) => [kind, new Histogram(COLLECTIONS)]));
  readonly #observer = new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries() as Collection[]) {
      const kind = KINDS.get(detail.kind);
      if (kind !== undefined) this.#collections.get(kind)?.observe(duration / 1000);
    }
  });

  /** @param version of the daemon */
  constructor(wall: Instant, version: string) {
    this.#startedAt = wall / 1000;
    this.#version = version;
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#observer.disconnect();
  }

  read(): readonly MetricFamily[] {
    const { user, system } = process.cpuUsage();
    const { rss, heapTotal, heapUsed, external, arrayBuffers } = memoryInUse();
    return [
      counter('process_cpu_user_seconds_total', 'CPU time in user mode.', user / 1e6),
      counter('process_cpu_system_seconds_total', 'CPU time in system mode.', system / 1e6),
      counter('process_cpu_seconds_total', 'CPU time, user and system.', (user + system) / 1e6),
      gauge('process_start_time_seconds', 'When the process started, in Unix seconds.', this.#startedAt),
      ...(rss === undefined
        ? []
        : [gauge('process_resident_memory_bytes', 'Memory of the process that is in RAM.', rss)]),
      ...fileDescriptors(),
      gauge('nodejs_heap_size_total_bytes', 'Size of the heap.', heapTotal),
      gauge('nodejs_heap_size_used_bytes', 'Used part of the heap.', heapUsed),
      gauge(
        'nodejs_external_memory_bytes',
        'Memory outside the heap that belongs to objects in it.',
        external,
      ),
      ...(arrayBuffers === undefined
        ? []
        : [
            gauge(
              'nodejs_array_buffers_bytes',
              'The part of the external memory that is in buffers.',
              arrayBuffers,
            ),
          ]),
      {
        name: 'nodejs_gc_duration_seconds',
        help: 'How long garbage collections took, by kind.',
        type: 'histogram',
        samples: [...this.#collections].map(([kind, { bounds, counts, sum }]) => ({
          labels: { kind },
          bounds,
          counts,
          sum,
        })),
      },
      versionInfo('nodejs_version_info', 'The version of Node.', process.version),
      versionInfo('heartbeat_build_info', 'The version of the daemon.', this.#version),
    ];
  }
}

/** Only where there is a `/proc`. */
function fileDescriptors(): MetricFamily[] {
  try {
    const open = readdirSync('/proc/self/fd').length;
    const most = mostDescriptors();
    return [
      gauge('process_open_fds', 'File descriptors that are open.', open),
      ...(most === undefined
        ? []
        : [gauge('process_max_fds', 'File descriptors that the process may open.', most)]),
    ];
  } catch {
    return [];
  }
}

function versionInfo(name: string, help: string, version: string): MetricFamily {
  return { name, help, type: 'gauge', samples: [{ labels: { version }, value: 1 }] };
}
