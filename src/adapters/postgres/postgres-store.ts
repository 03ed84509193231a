import type { Entry, KeyRange, OrderedStore, Reading, WriteBatch } from '../../ports/ordered-store.js';
import { byteaArray } from './bytea-array.js';
import type { FencedPartition } from './fenced-partition.js';
import { postgresReadError } from './postgres-errors.js';

/** `offset 0` looks each key up by itself: a table that looks empty would be read as a whole instead. */
const GET = `select found.key, found.value from unnest($2::bytea[]) as wanted (key) cross join lateral (
    select key, value from heartbeat.record where partition = $1 and record.key = wanted.key offset 0
  ) as found`;
const RANGE = 'select key, value from heartbeat.record where partition = $1 and key >= $2 and key < $3';
const FORWARD = `${RANGE} order by key limit $4`;
const REVERSE = `${RANGE} order by key desc limit $4`;
/** What a daemon reads with, by name. */
export const READING = { get: GET, forward: FORWARD, reverse: REVERSE };
const SIZE = "select pg_total_relation_size('heartbeat.record')::float8";

/** Sorts behind a key, and before every other one that does. */
const NEXT = Buffer.of(0);

/** The records of a partition in PostgreSQL. */
export class PostgresStore implements OrderedStore {
  /** What is deleted is in the log of writes and in backups until those age out. */
  readonly scrubbing = undefined;
  readonly #partition: FencedPartition;

  constructor(partition: FencedPartition) {
    this.#partition = partition;
  }

  get epoch(): number {
    return this.#partition.epoch;
  }

  async getMany(keys: Buffer[]): Promise<(Buffer | undefined)[]> {
    if (keys.length === 0) return [];
    const rows = await this.#read('get', GET, [byteaArray(keys)]);
    const found = new Map(rows.map(([key, value]) => [nameOf(key), value]));
    return keys.map((key) => found.get(nameOf(key)));
  }

  async *entries(
    { gte, lt }: KeyRange,
    { reverse = false, limit = Infinity, first = 512, most = first }: Reading = {},
  ): AsyncGenerator<Entry[]> {
    let from = gte;
    let to = lt;
    let left = limit;
    for (let size = first; left > 0; size = most) {
      const wanted = Math.min(size, left);
      const chunk = await this.#read(reverse ? 'reverse' : 'forward', reverse ? REVERSE : FORWARD, [
        from,
        to,
        wanted,
      ]);
      const last = chunk.at(-1)?.[0];
      if (last === undefined) return;
      left -= chunk.length;
      yield chunk;
      if (chunk.length < wanted) return;
      if (reverse) to = last;
      else from = Buffer.concat([last, NEXT]);
    }
  }

  async *snapshot(): AsyncGenerator<Entry[]> {
    try {
      yield* this.#partition.snapshot();
    } catch (error) {
      throw postgresReadError(error);
    }
  }

  async #read(name: string, text: string, values: unknown[]): Promise<Entry[]> {
    try {
      return await this.#partition.read<Entry>({
        name,
        text,
        values: [this.#partition.id, ...values],
        rowMode: 'array',
      });
    } catch (error) {
      throw postgresReadError(error);
    }
  }

  async size(): Promise<number> {
    try {
      const [row] = await this.#partition.read<[number]>({ text: SIZE, rowMode: 'array' });
      return row?.[0] ?? 0;
    } catch (error) {
      throw postgresReadError(error);
    }
  }

  sizesOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  batch(): WriteBatch {
    return new PostgresBatch(this.#partition);
  }

  checkPresence(): Promise<void> {
    return Promise.resolve();
  }

  /** PostgreSQL checks its pages itself. */
  checkFiles(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return this.#partition.close();
  }

  abandon(): Promise<void> {
    return this.#partition.close();
  }
}

class PostgresBatch implements WriteBatch {
  readonly #partition: FencedPartition;
  /** The last change of a key counts, as it does in LevelDB. */
  readonly #changes = new Map<string, readonly [Buffer, Buffer | undefined]>();
  #length = 0;

  constructor(partition: FencedPartition) {
    this.#partition = partition;
  }

  get length(): number {
    return this.#length;
  }

  put(key: Buffer, value: Buffer): void {
    this.#length++;
    this.#changes.set(nameOf(key), [key, value]);
  }

  del(key: Buffer): void {
    this.#length++;
    this.#changes.set(nameOf(key), [key, undefined]);
  }

  /** Each commit is synced: another one would not be ordered behind it. */
  write(): Promise<void> {
    const puts = new Map<Buffer, Buffer>();
    const removed: Buffer[] = [];
    for (const [key, value] of this.#changes.values()) {
      if (value === undefined) removed.push(key);
      else puts.set(key, value);
    }
    return this.#partition.commit(puts, removed);
  }

  close(): Promise<void> {
    this.#changes.clear();
    return Promise.resolve();
  }
}

function nameOf(key: Buffer): string {
  return key.toString('latin1');
}
