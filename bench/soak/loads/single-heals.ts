import { LoadClient } from '../../../src/cli/bench/load-client.js';
import { quantile } from '../../statistics.js';
import { attempted, forever } from './forever.js';

const USERS = 50;
const FIRST = 2n ** 41n;
const EVERY_MS = 50;

/** Single heals by HTTP, whose time is measured. Those that wait for a daemon that is away are not answered. */
export class SingleHeals {
  readonly #client: LoadClient;
  #took: number[] = [];
  #sent = 0;

  constructor(url: string) {
    this.#client = new LoadClient(url, { connections: 4 });
  }

  async run(signal: AbortSignal): Promise<void> {
    await forever(signal, EVERY_MS, async () => {
      const sentAt = performance.now();
      const user = FIRST + BigInt(this.#sent++ % USERS);
      const status = await attempted(() => this.#client.heal(user));
      if (status !== undefined) this.#took.push(performance.now() - sentAt);
    });
    await this.#client.close();
  }

  /** The 99th percentile since it was last asked, in milliseconds; undefined without an answer. */
  takeP99(): number | undefined {
    const took = this.#took;
    this.#took = [];
    return took.length === 0 ? undefined : quantile(took, 0.99);
  }
}
