import { LoadClient } from '../../../src/cli/bench/load-client.js';
import type { Problems } from '../problems.js';
import type { Provider } from '../provider.js';
import { attempted, forever } from './forever.js';

const EVERY_MS = 1_000;
/** While so many wait for their message, as in an outage, no other one fails. */
const MOST_WAITING = 200;
const FAILED = ['node.failed', 'node.reported_failure'];

interface Victim {
  readonly name: string;
  readonly since: number;
  /** Undefined while its failure is not delivered; then, when its recovery was acknowledged. */
  recoveredAt: number | undefined;
}

/** Nodes that fail, by a report or by silence, recover once that was delivered, and are deleted. */
export class Victims {
  readonly #client: LoadClient;
  readonly #provider: Provider;
  readonly #waiting = new Map<string, Victim>();
  #next = 0;
  failed = 0;
  /** From a failure that was acknowledged to its message, at the longest, in milliseconds. */
  slowestMs = 0;

  constructor(url: string, provider: Provider) {
    this.#client = new LoadClient(url, { connections: 8 });
    this.#provider = provider;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  async run(signal: AbortSignal): Promise<void> {
    await forever(signal, EVERY_MS, async () => {
      if (this.#waiting.size < MOST_WAITING) await attempted(() => this.#fail());
      await this.follow();
    });
  }

  /** Lets those recover, and deletes those, whose message has been delivered. */
  async follow(): Promise<void> {
    for (const victim of this.#waiting.values())
      await attempted(() =>
        victim.recoveredAt === undefined ? this.#recover(victim) : this.#forget(victim),
      );
  }

  /** Says which messages have not come. */
  judge(problems: Problems): void {
    for (const { name, since, recoveredAt } of this.#waiting.values()) {
      const what = recoveredAt === undefined ? 'failure' : 'recovery';
      const ago = Math.round((Date.now() - (recoveredAt ?? since)) / 1000);
      problems.add(`the ${what} of a node was not delivered`, `${name}, acknowledged ${String(ago)} s ago`);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #fail(): Promise<void> {
    const name = `victim-${String(this.#next++)}`;
    const { nodes } = this.#client;
    if (this.#next % 2 === 0) await nodes.register(name, { timeout: 1, maxRetries: 0 });
    else await nodes.fail(name, `failure of ${name}`);
    this.failed++;
    this.#waiting.set(name, { name, since: Date.now(), recoveredAt: undefined });
  }

  async #recover(victim: Victim): Promise<void> {
    const { name, since } = victim;
    if (!FAILED.some((type) => this.#provider.accepted.has(`${type} ${name}`))) return;
    this.slowestMs = Math.max(this.slowestMs, Date.now() - since);
    await this.#client.nodes.register(name, { timeout: 86_400 });
    await this.#client.nodes.heartbeat(name);
    victim.recoveredAt = Date.now();
  }

  async #forget({ name }: Victim): Promise<void> {
    if (!this.#provider.accepted.has(`node.recovered ${name}`)) return;
    this.#waiting.delete(name);
    for (const type of [...FAILED, 'node.recovered']) this.#provider.accepted.delete(`${type} ${name}`);
    await this.#client.nodes.forget(name);
  }
}
