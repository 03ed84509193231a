import { setTimeout as sleep } from 'node:timers/promises';

import { Pool } from 'undici';

/** Nodes in one call. */
const BATCH = 1_000;

/** The most calls at once. */
const IN_FLIGHT = 8;

/** The outcome of one call. */
interface Beat {
  /** From when it was due until its answer, in milliseconds. The time that a call waited to be sent counts. */
  readonly tookMs: number;
  /** On the monotonic clock. */
  readonly answeredAt: number;
  readonly accepted: number;
}

/** Nodes whose heartbeats are sent in fixed batches, always in the same order. */
export class Herd {
  readonly #pool: Pool;
  readonly #batches: Buffer[] = [];
  readonly #prefix: string;

  /** @param prefix of the names; herds with the same prefix have the same nodes */
  constructor(url: string, prefix = 'node') {
    this.#prefix = prefix;
    this.#pool = new Pool(url, { connections: IN_FLIGHT, pipelining: 1 });
  }

  get nodes(): number {
    return this.#batches.length * BATCH;
  }

  /** Registers nodes until there are this many, as fast as the daemon accepts them. */
  async grow(nodes: number, signal: AbortSignal): Promise<void> {
    const first = this.#batches.length;
    while (this.nodes < nodes) this.#batches.push(namesFrom(this.#prefix, this.nodes));
    let next = first;
    const work = async (): Promise<void> => {
      for (let batch = next++; batch < this.#batches.length; batch = next++) {
        signal.throwIfAborted();
        const { accepted } = await this.#send(batch, performance.now());
        if (accepted !== BATCH) throw new Error(`${String(BATCH - accepted)} nodes were not registered`);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  }

  /** Sends a heartbeat of every node, spread evenly over the time. After that the next turn may begin. */
  async beat(everyMs: number, signal: AbortSignal): Promise<readonly Beat[]> {
    const begin = performance.now();
    const gap = everyMs / this.#batches.length;
    const beats: Promise<Beat>[] = [];
    for (let batch = 0; batch < this.#batches.length; batch++) {
      const due = begin + batch * gap;
      if (due > performance.now()) await sleep(due - performance.now(), undefined, { signal });
      beats.push(this.#send(batch, due));
    }
    const sent = await Promise.all(beats);
    await sleep(Math.max(0, begin + everyMs - performance.now()), undefined, { signal });
    return sent;
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #send(batch: number, dueAt: number): Promise<Beat> {
    const body = this.#batches[batch] ?? Buffer.from('[]');
    const answer = await this.#pool.request({ method: 'POST', path: '/nodes/heartbeats', body });
    const text = await answer.body.text();
    const answeredAt = performance.now();
    const tookMs = answeredAt - dueAt;
    if (answer.statusCode !== 200) return { tookMs, answeredAt, accepted: 0 };
    const { accepted } = JSON.parse(text) as { readonly accepted: number };
    return { tookMs, answeredAt, accepted };
  }
}

function namesFrom(prefix: string, first: number): Buffer {
  const names = Array.from(
    { length: BATCH },
    (_, index) => `${prefix}-${String(first + index).padStart(7, '0')}`,
  );
  return Buffer.from(JSON.stringify(names));
}
