import { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Entry } from '../../ports/ordered-store.js';
import type { QueryArrayConfig, QueryConfig } from 'pg';
import { byteaArray } from './bytea-array.js';
import { patiently } from './patiently.js';
import { CommitInDoubt, isConnectionError } from './postgres-errors.js';
import type { PostgresAddress } from './postgres-url.js';
import { Primary } from './primary.js';

/** How often a batch is sent whose connection was lost. */
const ATTEMPTS = 3;

/** Raises the epoch, so that nothing of an earlier owner is written after it. Only from an epoch or owner, if given. */
const TAKE_OVER = `insert into heartbeat.partition as p (name, epoch, seq, owner) values ($1, 1, 0, $2)
  on conflict (name) do update set epoch = p.epoch + 1, seq = 0, owner = excluded.owner
  where $3::bigint is null or p.epoch = $3 or p.owner = excluded.owner
  returning id, epoch::float8`;

const FENCE = 'select epoch::float8, seq::float8, owner from heartbeat.partition where id = $1';

/** Changes nothing. Once it is committed, everything before it is on the standby as well. */
const CONFIRM = 'update heartbeat.partition set seq = seq where id = $1 and epoch = $2 and seq = $3';

/**
 * One statement, so that nobody can be stopped in the middle of a transaction and keep others from taking over. It
 * counts the fences that held: 1, or 0 if there is another owner or the batch is stored already.
 * What is removed is looked up key by key, as `offset 0` makes it: a table that looks empty would be read as a whole.
 * While the fence holds, nobody else moves its rows.
 */
export const COMMIT = `with fence as (
    update heartbeat.partition set seq = $3 where id = $1 and epoch = $2 and seq = $3 - 1 returning 1
  ), removed as (
    delete from heartbeat.record where exists (select from fence) and ctid = any (array(
      select found.row from unnest($6::bytea[]) as gone (key) cross join lateral (
        select ctid as row from heartbeat.record where partition = $1 and record.key = gone.key offset 0
      ) as found
    ))
  ), stored as (
    insert into heartbeat.record select $1, new.key, new.value
    from unnest($4::bytea[], $5::bytea[]) as new (key, value) where exists (select from fence)
    on conflict (partition, key) do update set value = excluded.value
  )
  select count(*)::int as held from fence`;

const SNAPSHOT_PORTION = 500;
/** A portion ends with the value that makes it longer than this: bodies of pings can be large. */
const SNAPSHOT_BYTES = 256 * 1024;
/** The first is always among them. The length of a value is known without reading it. */
const SNAPSHOT = `select key, value from (
    select key, value, sum(octet_length(value)) over (order by key) - octet_length(value) as before from (
      select key, value from heartbeat.record where partition = $1 and key > $2 order by key limit $3
    ) as portion
  ) as counted where before < $4 order by key`;

interface Fence {
  readonly epoch: number;
  readonly seq: number;
  readonly owner: string;
}

interface Owned {
  readonly id: number;
  readonly epoch: number;
}

export interface PartitionOptions {
  readonly address: PostgresAddress;
  readonly name: string;
  /** Of this process: a take-over whose outcome was lost is known by it. */
  readonly owner: string;
  readonly clock: Pick<Clock, 'after'>;
  /** Another owner has taken the partition over. */
  readonly lost: (error: HeartbeatError) => void;
}

/**
 * A partition that this process owns: nothing is written after another owner has raised its epoch. A lost connection is
 * made again, and a batch that was under way is looked for by its number, and sent again if it is not there.
 */
export class FencedPartition {
  readonly #options: PartitionOptions;
  readonly #id: number;
  readonly epoch: number;
  #seq = 0;
  #primary: Primary;
  #connecting: Promise<Primary> | undefined;
  /** A batch was refused: nothing more is written until the store is opened again. */
  #isGivenUp = false;
  #isClosed = false;

  private constructor(options: PartitionOptions, primary: Primary, { id, epoch }: Owned) {
    this.#options = options;
    this.#primary = primary;
    this.#id = id;
    this.epoch = epoch;
  }

  get id(): number {
    return this.#id;
  }

  /**
   * Makes this process the owner, and waits until that is committed.
   *
   * @param from the epoch that this process had; undefined takes the partition from anybody
   * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED` if another process took it since
   */
  static async takeOver(
    primary: Primary,
    options: PartitionOptions,
    from: number | undefined,
  ): Promise<FencedPartition> {
    const values = [options.name, options.owner, from ?? null];
    const { rows } = await patiently(
      options.clock,
      () => primary.write<Owned>({ text: TAKE_OVER, values }),
      () => {
        primary.destroy();
      },
    );
    const [owned] = rows;
    if (owned === undefined) {
      const error = takenOver(options);
      options.lost(error);
      throw error;
    }
    return new FencedPartition(options, primary, owned);
  }

  /** Reads rows, on another connection if this one is lost meanwhile. */
  async read<Row extends unknown[]>(query: QueryArrayConfig): Promise<Row[]> {
    try {
      return await this.#read(query);
    } catch (error) {
      if (!isConnectionError(error) || this.#isClosed) throw error;
      return this.#read(query);
    }
  }

  /**
   * All records as of one moment, on a connection of its own. It may be read slowly; the database keeps what is deleted
   * until it ends. A server that falls silent ends it.
   */
  async *snapshot(): AsyncGenerator<Entry[]> {
    const { clock, address } = this.#options;
    const primary = await Primary.connect(address);
    const giveUp = (): void => {
      primary.destroy();
    };
    try {
      const text = 'begin transaction isolation level repeatable read read only';
      await patiently(clock, () => primary.query({ text }), giveUp);
      let after: Buffer = Buffer.alloc(0);
      for (;;) {
        const values = [this.#id, after, SNAPSHOT_PORTION, SNAPSHOT_BYTES];
        const query = { text: SNAPSHOT, values, rowMode: 'array' } as const;
        const { rows } = await patiently(clock, () => primary.queryRows<Entry>(query), giveUp);
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows;
        [after] = last;
      }
    } finally {
      primary.destroy();
    }
  }

  #read<Row extends unknown[]>(query: QueryArrayConfig): Promise<Row[]> {
    return this.#patiently(async () => (await (await this.#connected()).queryRows<Row>(query)).rows);
  }

  /** Resolves once the changes are committed. If it rejects they may be or not, and nothing more is written. */
  async commit(puts: ReadonlyMap<Buffer, Buffer>, removed: readonly Buffer[]): Promise<void> {
    const seq = ++this.#seq;
    const keys = byteaArray([...puts.keys()]);
    const contents = byteaArray([...puts.values()]);
    const values = [this.#id, this.epoch, seq, keys, contents, byteaArray(removed)];
    try {
      await this.#patiently(() => this.#committed(seq, { name: 'commit', text: COMMIT, values }));
    } catch (error) {
      this.#isGivenUp = true;
      throw error;
    }
  }

  async #committed(seq: number, commit: QueryConfig): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const primary = await this.#writable();
      try {
        const { rows } = await primary.write<{ readonly held: number }>(commit);
        if (rows[0]?.held === 1) return;
      } catch (error) {
        const isInDoubt = error instanceof CommitInDoubt;
        if ((!isInDoubt && !isConnectionError(error)) || attempt === ATTEMPTS) throw error;
        if (!isInDoubt) primary.destroy();
      }
      if (await this.#isStored(seq)) return;
      if (attempt === ATTEMPTS) throw new Error('the batch was sent again and again');
    }
  }

  /**
   * Whether a batch is stored whose outcome is unknown.
   *
   * @throws HeartbeatError if there is another owner
   */
  async #isStored(seq: number): Promise<boolean> {
    const primary = await this.#writable();
    const { rows } = await primary.query<Fence>({ text: FENCE, values: [this.#id] });
    const [fence] = rows;
    if (fence?.epoch !== this.epoch || (fence.seq !== seq && fence.seq !== seq - 1)) {
      const error = takenOver(this.#options);
      if (fence?.owner !== this.#options.owner) this.#options.lost(error);
      throw error;
    }
    if (fence.seq !== seq) return false;
    await primary.write({ text: CONFIRM, values: [this.#id, this.epoch, seq] });
    return true;
  }

  /** What is given up is not sent again: others were told that it is refused. */
  #writable(): Promise<Primary> {
    if (this.#isGivenUp) throw new Error('the batch is given up');
    return this.#connected();
  }

  #patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    return patiently(this.#options.clock, work, () => {
      this.#primary.destroy();
    });
  }

  /** The connection, made again if it was lost. */
  async #connected(): Promise<Primary> {
    if (this.#isClosed) throw new Error('the connection is closed');
    if (!this.#primary.isLost) return this.#primary;
    this.#connecting ??= this.#reconnect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #reconnect(): Promise<Primary> {
    const primary = await Primary.connect(this.#options.address);
    if (this.#isClosed) {
      primary.destroy();
      throw new Error('the connection is closed');
    }
    this.#primary = primary;
    return primary;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#primary.end();
  }
}

function takenOver({ name }: PartitionOptions): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_LOCKED',
    `another daemon has taken over the partition "${name}" of this store: this one writes no more`,
  );
}
