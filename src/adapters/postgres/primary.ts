import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type {
  Client,
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryResult,
  QueryResultRow,
} from 'pg';
import { loadDriver } from './driver.js';
import { CommitInDoubt } from './postgres-errors.js';
import type { PostgresAddress } from './postgres-url.js';

/** A server that does not answer for so long is not waited for. */
const CONNECTING_MS = 3_000;

/**
 * Every statement finds its rows by the index. Until a new table is analyzed, the planner takes it for small: each batch
 * would read a whole partition, and each chunk of a start sort one.
 */
const OTHER_WAYS = ['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'jit'];

/*
 * A write waits for another one's lock no longer than this: behind one that waits for a standby, more and more backends
 * would wait. `off` and `local` would lose acknowledged writes. Nothing here cancels a commit: it would be done all the
 * same.
 */
const SESSION = `select pg_backend_pid() as backend,
  pg_is_in_recovery() or current_setting('transaction_read_only')::bool as refuses,
  set_config('lock_timeout', '2s', false),
  set_config('statement_timeout', '0', false),
  set_config('synchronous_commit', case when current_setting('synchronous_commit') in ('off', 'local')
    then 'on' else current_setting('synchronous_commit') end, false),
  (select count(set_config(way, 'off', false)) from unnest('{${OTHER_WAYS.join(',')}}'::text[]) as way)`;

interface SessionRow {
  /** The process of the server that serves the connection. */
  readonly backend: number;
  readonly refuses: boolean;
}

const BACKEND = 'select pg_backend_pid() as backend';
const BY_TURNS =
  'a pooler gives its connections to the server in turns: connect to the server itself, or pool whole sessions (pool_mode = session)';

/** A connection to the server that takes writes. Its queries run one after the other. */
export class Primary {
  readonly #client: Client;
  readonly #socket: Socket;
  #turn: Promise<unknown> = Promise.resolve();
  #isLost = false;
  readonly #warnings: string[] = [];

  private constructor(client: Client, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    client.on('error', () => {
      this.#isLost = true;
    });
    client.on('end', () => {
      this.#isLost = true;
    });
    socket.on('timeout', () => {
      this.#isLost = true;
      socket.destroy(new Error('timeout expired'));
    });
    client.on('notice', ({ severity, message }) => {
      if (severity === 'WARNING') this.#warnings.push(message ?? '');
    });
  }

  /** @throws AggregateError with what each server said, if none takes writes */
  static async connect(address: PostgresAddress): Promise<Primary> {
    const attempts = address.hosts.map((_, index) => Primary.#connectTo(address, index));
    const found = await Promise.any(attempts);
    for (const attempt of attempts)
      void attempt.then(
        (other) => {
          if (other !== found) other.destroy();
        },
        () => undefined,
      );
    return found;
  }

  static async #connectTo(address: PostgresAddress, index: number): Promise<Primary> {
    const primary = await Primary.#open(address, index);
    try {
      const { rows } = await primary.query<SessionRow>({ text: SESSION });
      const { host, port } = address.hosts[index] ?? {};
      if (rows[0]?.refuses !== false) throw new Error(`${String(host)}:${String(port)} takes no writes`);
      await primary.#requireOwnSession(rows[0].backend, () => Primary.#open(address, index));
      primary.#destroyAfter(0);
      return primary;
    } catch (error) {
      primary.destroy();
      throw error;
    }
  }

  /** Opens a connection that is given up when the server falls silent. */
  static async #open(address: PostgresAddress, index: number): Promise<Primary> {
    const { Client } = await loadDriver();
    const { hosts, database, user, password } = address;
    const { host, port } = hosts[index] ?? {};
    const socket = new Socket();
    const client = new Client({
      host,
      port,
      database,
      user,
      password: password?.reveal(),
      ssl: tlsOf(address) ?? false,
      stream: () => socket,
      keepAlive: true,
      connectionTimeoutMillis: CONNECTING_MS,
      application_name: 'heartbeat',
    });
    const primary = new Primary(client, socket);
    try {
      await client.connect();
      // The driver's own limit ends here, and a server that then falls silent would be waited for a quarter of an hour.
      primary.#destroyAfter(CONNECTING_MS);
      return primary;
    } catch (error) {
      primary.destroy();
      throw error;
    }
  }

  /**
   * Refuses a pooler that would take the settings of the session away. A pooler shows by a process number of its own;
   * one that works by turns shows when another connection gets the same process of the server.
   */
  async #requireOwnSession(backend: number, another: () => Promise<Primary>): Promise<void> {
    if (Reflect.get(this.#client, 'processID') === backend) return;
    const other = await another();
    try {
      const { rows } = await other.query<Pick<SessionRow, 'backend'>>({ text: BACKEND });
      if (rows[0]?.backend === backend) throw new Error(BY_TURNS);
    } finally {
      other.destroy();
    }
  }

  /** It is of no more use: the server or the network ended it. */
  get isLost(): boolean {
    return this.#isLost || this.#socket.destroyed;
  }

  query<Row extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<Row>> {
    return this.#inTurn(() => this.#client.query<Row>(query));
  }

  /** Rows as arrays, which are cheaper when they are many. */
  queryRows<Row extends unknown[]>(query: QueryArrayConfig): Promise<QueryArrayResult<Row>> {
    return this.#inTurn(() => this.#client.query<Row>(query));
  }

  /**
   * Runs a statement that writes.
   *
   * @throws CommitInDoubt
   */
  write<Row extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<Row>> {
    return this.#inTurn(async () => {
      this.#warnings.length = 0;
      const result = await this.#client.query<Row>(query);
      if (this.#warnings.length > 0) throw new CommitInDoubt(this.#warnings.join('; '));
      return result;
    });
  }

  /** A client queues queries itself only in its present version. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Ends it at once. What runs on the server goes on there. */
  destroy(): void {
    this.#isLost = true;
    this.#socket.destroy();
  }

  async end(): Promise<void> {
    if (this.isLost) return;
    this.#destroyAfter(CONNECTING_MS);
    await this.#client.end();
  }

  /** @param silence without which it goes on, in milliseconds; 0 for any */
  #destroyAfter(silence: number): void {
    this.#socket.setTimeout(silence);
  }
}

/** As PostgreSQL's own clients: with certificates to trust, `require` checks the server's too. */
function tlsOf({ sslMode = 'disable', ca }: PostgresAddress): ConnectionOptions | undefined {
  if (sslMode === 'disable') return undefined;
  if (sslMode === 'verify-full') return { ca };
  if (sslMode === 'require' && ca === undefined) return { rejectUnauthorized: false };
  return { ca, checkServerIdentity: () => undefined };
}
