/** One heal, with what the check needs. Times are of the wall clock, in milliseconds. */
export interface JournalledHeal {
  readonly sentAt: number;
  /** When the answer or the failure came. */
  readonly answeredAt: number;
  readonly acknowledged: boolean;
}

const CHUNK = 65_536;
const NONE = -1;

interface Chunk {
  readonly sentAt: Float64Array;
  readonly answeredAt: Float64Array;
  readonly acknowledged: Uint8Array;
  /** The position of the same user's previous heal. */
  readonly previous: Int32Array;
}

/** All heals of the bench, in the order of their answers: 21 bytes each, so that long benches fit in memory. */
export class HealJournal {
  readonly #chunks: Chunk[] = [];
  readonly #latest: Int32Array;
  #length = 0;

  /** @param users the number of users; they are numbered from 0 */
  constructor(users: number) {
    this.#latest = new Int32Array(users).fill(NONE);
  }

  record(user: number, heal: JournalledHeal): void {
    const at = this.#length++;
    const place = at % CHUNK;
    const chunk = place === 0 ? this.#grow() : this.#chunkOf(at);
    chunk.sentAt[place] = heal.sentAt;
    chunk.answeredAt[place] = heal.answeredAt;
    chunk.acknowledged[place] = heal.acknowledged ? 1 : 0;
    chunk.previous[place] = this.#latest[user] ?? NONE;
    this.#latest[user] = at;
  }

  /** The user's heals, oldest first. */
  heals(user: number): JournalledHeal[] {
    const heals: JournalledHeal[] = [];
    for (let at = this.#latest[user] ?? NONE; at !== NONE;) {
      const chunk = this.#chunkOf(at);
      const place = at % CHUNK;
      heals.push({
        sentAt: chunk.sentAt[place] ?? NaN,
        answeredAt: chunk.answeredAt[place] ?? NaN,
        acknowledged: chunk.acknowledged[place] === 1,
      });
      at = chunk.previous[place] ?? NONE;
    }
    return heals.reverse();
  }

  #grow(): Chunk {
    const chunk = {
      sentAt: new Float64Array(CHUNK),
      answeredAt: new Float64Array(CHUNK),
      acknowledged: new Uint8Array(CHUNK),
      previous: new Int32Array(CHUNK),
    };
    this.#chunks.push(chunk);
    return chunk;
  }

  #chunkOf(at: number): Chunk {
    const chunk = this.#chunks[Math.floor(at / CHUNK)];
    if (chunk === undefined) throw new RangeError(`the journal has no heal ${String(at)}`);
    return chunk;
  }
}
