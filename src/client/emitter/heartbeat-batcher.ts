import type { Millis } from '../../domain/time.js';

export interface HeartbeatBatcherPlan {
  /** How many are sent together. */
  readonly size: () => number;
  /** How long the first one may wait for others. */
  readonly lingerMs: Millis;
  /** The delay before unacknowledged ones are sent again. It doubles each time, up to the longest. */
  readonly againMs: Millis;
  readonly longestAgainMs: Millis;
  /** The shortest delay. */
  readonly leastAgainMs: () => Millis;
  /** Whether it should still be sent. */
  readonly isWanted: (name: string) => boolean;
  /** Rejects if the outcome is not known. */
  readonly send: (names: readonly string[]) => Promise<void>;
}

/** Collects names and sends them together. A name that is added again before it was sent is sent once. */
export class HeartbeatBatcher {
  readonly #plan: HeartbeatBatcherPlan;
  readonly #names = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(plan: HeartbeatBatcherPlan) {
    this.#plan = plan;
  }

  add(name: string): void {
    this.#names.add(name);
    if (this.#failures === 0 && this.#names.size >= this.#plan.size()) this.#flush();
    else this.#wait(this.#plan.lingerMs);
  }

  /** Takes a name back. */
  remove(name: string): void {
    this.#names.delete(name);
  }

  /** Sends the rest, once. */
  async end(): Promise<void> {
    this.#flush();
    await Promise.all(this.#underWay);
    clearTimeout(this.#timer);
  }

  #wait(time: Millis): void {
    this.#timer ??= setTimeout(() => {
      this.#flush();
    }, time);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const names = [...this.#names];
    this.#names.clear();
    const size = this.#plan.size();
    for (let from = 0; from < names.length; from += size) {
      const sending = this.#send(names.slice(from, from + size)).finally(() =>
        this.#underWay.delete(sending),
      );
      this.#underWay.add(sending);
    }
  }

  async #send(names: readonly string[]): Promise<void> {
    try {
      await this.#plan.send(names);
      this.#failures = 0;
    } catch {
      for (const name of names) if (this.#plan.isWanted(name)) this.#names.add(name);
      const { againMs, longestAgainMs, leastAgainMs } = this.#plan;
      this.#wait(Math.max(leastAgainMs(), Math.min(longestAgainMs, againMs * 2 ** this.#failures)));
      this.#failures++;
    }
  }
}
