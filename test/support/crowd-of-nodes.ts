import { setTimeout as pause } from 'node:timers/promises';

/** Names in one call. */
const BATCH = 1_000;

interface Answered {
  readonly accepted: number;
}

/** Very many nodes that send heartbeats in batches, one batch after another, whether they are answered or not. */
export class CrowdOfNodes {
  readonly #url: string;
  readonly #batches: readonly string[];
  readonly answers: Answered[] = [];
  #beating: Promise<void> | undefined;
  #isBeating = false;

  constructor(names: readonly string[], url: string) {
    this.#url = url;
    this.#batches = Array.from({ length: Math.ceil(names.length / BATCH) }, (_, index) =>
      JSON.stringify(names.slice(index * BATCH, (index + 1) * BATCH)),
    );
  }

  /** Sends one heartbeat of each, spread over so many milliseconds. */
  async beatOnce(within: number): Promise<void> {
    const every = within / this.#batches.length;
    const begun = performance.now();
    await Promise.all(
      this.#batches.map(async (body, index) => {
        await pause(Math.max(0, begun + index * every - performance.now()));
        await this.#send(body);
      }),
    );
  }

  /** Sends a heartbeat of each every so many milliseconds, until it is stopped. */
  beat(every: number): void {
    this.#isBeating = true;
    const beating = async (): Promise<void> => {
      while (this.#isBeating) await this.beatOnce(every);
    };
    this.#beating = beating();
  }

  async stop(): Promise<void> {
    this.#isBeating = false;
    await this.#beating;
  }

  async #send(body: string): Promise<void> {
    const response = await fetch(`${this.#url}/nodes/heartbeats`, { method: 'POST', body });
    const { accepted } = (await response.json()) as { accepted?: number };
    this.answers.push({ accepted: accepted ?? 0 });
  }
}
