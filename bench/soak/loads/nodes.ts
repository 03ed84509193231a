import { LoadClient } from '../../../src/cli/bench/load-client.js';
import type { Problems } from '../problems.js';
import { forever } from './forever.js';

const NODES = 2_000;
const PROBED = 20;
const JOBS = 20;
/** Of all nodes, in seconds: for the configuration. */
export const TIMEOUT = 10;
/** Long, since the machine is also the load generator's. */
const PROBED_TIMEOUT = 120;

/** Nodes that send heartbeats in batches, nodes that are probed, and jobs that ping. None of them ever fails. */
export class SteadyNodes {
  readonly #client: LoadClient;
  readonly #problems: Problems;
  readonly #probe: string;
  readonly #uuids = new Map<string, string>();
  #lastAccepted = -Infinity;

  /** @param probe the URL that is probed */
  constructor(url: string, probe: string, problems: Problems) {
    this.#client = new LoadClient(url, { connections: 4 });
    this.#probe = probe;
    this.#problems = problems;
  }

  async run(signal: AbortSignal): Promise<void> {
    const names = Array.from({ length: NODES }, (_, index) => `steady-${String(index)}`);
    await Promise.all([
      forever(signal, (TIMEOUT * 1000) / 4, () => this.#beat(names)),
      forever(signal, 1_000, () => this.#ping()),
      forever(signal, 5_000, () => this.#expectNoFailure('probed-')),
      forever(signal, 5_000, () => this.#expectNoFailure('job-')),
    ]);
    await this.#client.close();
  }

  /** Before the first fault. */
  async register(): Promise<void> {
    const { nodes } = this.#client;
    for (let index = 0; index < PROBED; index++)
      await nodes.register(`probed-${String(index)}`, {
        timeout: PROBED_TIMEOUT,
        maxRetries: 0,
        probe: { http: this.#probe, every: 5 },
      });
    for (let index = 0; index < JOBS; index++) {
      const { name, pingUuid } = await nodes.register(`job-${String(index)}`, {
        schedule: { every: 86_400, grace: 86_400 },
      });
      if (pingUuid !== undefined) this.#uuids.set(name, pingUuid);
    }
  }

  async #beat(names: readonly string[]): Promise<void> {
    const sentAt = performance.now();
    const { accepted } = await this.#client.nodes.heartbeat(names);
    if (accepted < names.length) return;
    this.#lastAccepted = sentAt;
    await this.#expectNoFailure('steady-');
  }

  async #ping(): Promise<void> {
    for (const pingUuid of this.#uuids.values()) {
      await this.#client.ping(pingUuid, { kind: 'start' });
      await this.#client.ping(pingUuid);
    }
  }

  async #expectNoFailure(name: string): Promise<void> {
    const failed: string[] = [];
    for await (const node of this.#client.nodes.list({ state: 'failed', name })) failed.push(node.name);
    // A list that came too late says nothing.
    if (name === 'steady-' && performance.now() >= this.#lastAccepted + TIMEOUT * 1000) return;
    for (const node of failed) this.#problems.add('a node failed that was heard in time', node);
  }
}
