import type { Millis } from '../../domain/time.js';

export interface HeartbeatBatcherPlan {
  /** As many are sent at once. */
  readonly size: () => number;
  /** How long the first may wait for others. */
  readonly lingerMs: Millis;
  /** How soon those are sent again that were not acknowledged; twice as long each time, up to the longest. */
  readonly againMs: Millis;
  readonly longestAgainMs: Millis;
  /** How long they wait at the least. */
  readonly leastAgainMs: () => Millis;
  /** Whether it is still to be sent. */
  readonly isWanted: (name: string) => boolean;
  /** Rejects when it is not known what became of them. */
  readonly send: (names: readonly string[]) => Promise<void>;
}

/** Names that come one by one, and go together. One that comes again before it went is still one. */
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

  /** It is not to be sent after all. */
  remove(name: string): void {
    this.#names.delete(name);
  }

  /** Sends what is left, once. */
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
