import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { initSchema } from '../../src/adapters/postgres/schema.js';
import type { PostgresAddress } from '../../src/adapters/postgres/postgres-url.js';
import { Primary } from '../../src/adapters/postgres/primary.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { newestPostgres, programOfPostgres } from './postgres-programs.js';

/** Emptied by `npm ci`. */
const CACHE = 'node_modules/.cache';
const run = promisify(execFile);

/** A real PostgreSQL on a free port of the loopback, with a data directory of its own. */
export class PostgresProcess {
  readonly port: number;
  readonly #directory: string;
  readonly #settings: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, directory: string, settings: readonly string[]) {
    this.port = port;
    this.#directory = directory;
    this.#settings = settings;
  }

  /** @param settings such as `fsync=off` */
  static async start(...settings: readonly string[]): Promise<PostgresProcess> {
    const postgres = new PostgresProcess(await freePort(), await postgresDirectory(), settings);
    await postgres.#makeCluster();
    await postgres.run();
    return postgres;
  }

  /** Starts a synchronous standby of this one: it has what is acknowledged. */
  async standby(): Promise<PostgresProcess> {
    const { port } = this;
    const primary = `host=127.0.0.1 port=${String(port)} user=postgres application_name=standby`;
    const standby = new PostgresProcess(await freePort(), await postgresDirectory(), this.#settings);
    await standby.#make('pg_basebackup', '--no-sync', '-X', 'stream', '-R', '-c', 'fast', '-d', primary);
    await standby.run();
    await this.query("alter system set synchronous_standby_names = 'standby'");
    await this.query('select pg_reload_conf()');
    await eventually(async () => {
      const rows = await this.query("select 1 from pg_stat_replication where sync_state = 'sync'");
      if (rows.length === 0) throw new Error('it is not synchronous yet');
    });
    return standby;
  }

  /** Copies an empty cluster of an earlier process: `initdb` takes ten times as long, a second of processor time. */
  async #makeCluster(): Promise<void> {
    const made = path.join(CACHE, `postgres-${newestPostgres()}`);
    if (existsSync(made)) {
      await run('cp', ['-a', `${made}/.`, this.#directory]);
      return;
    }
    await this.#make('initdb', '--no-sync', '--auth=trust', '--username=postgres', '-E', 'UTF8');
    mkdirSync(CACHE, { recursive: true });
    const copy = mkdtempSync(`${made}-`);
    await run('cp', ['-a', `${this.#directory}/.`, copy]);
    try {
      renameSync(copy, made);
    } catch {
      // Another process was faster.
      rmSync(copy, { recursive: true });
    }
  }

  async #make(program: string, ...given: readonly string[]): Promise<void> {
    const [command, args] = asPostgres(program, [...given, '-D', this.#directory]);
    await run(command, [...args], { cwd: this.#directory });
  }

  get address(): PostgresAddress {
    return { hosts: [{ host: '127.0.0.1', port: this.port }], database: 'postgres', user: 'postgres' };
  }

  /** Enables TLS. */
  async certify({ certificate, key }: { readonly certificate: string; readonly key: string }): Promise<void> {
    for (const [name, text] of [
      ['server.crt', certificate],
      ['server.key', key],
    ] as const) {
      const file = path.join(this.#directory, name);
      writeFileSync(file, text, { mode: 0o600 });
      if (process.getuid?.() === 0) {
        const { uid, gid } = await postgresUser();
        chownSync(file, uid, gid);
      }
    }
    await this.query('alter system set ssl = on');
    await this.query('select pg_reload_conf()');
  }

  /** Adds a tablespace in another directory. */
  async tablespace(name: string, directory: string): Promise<void> {
    if (process.getuid?.() === 0) {
      const { uid, gid } = await postgresUser();
      chownSync(directory, uid, gid);
    }
    await this.query(`create tablespace ${name} location '${directory}'`);
  }

  /** The URL for the option `store`. */
  url(database = 'postgres', user = 'postgres'): string {
    return `postgres://${user}@127.0.0.1:${String(this.port)}/${database}`;
  }

  /** Requires a password for this user. */
  async askForPassword(user: string): Promise<void> {
    const rules = path.join(this.#directory, 'pg_hba.conf');
    writeFileSync(rules, `host all ${user} all scram-sha-256\n${readFileSync(rules, 'utf8')}`);
    await this.query('select pg_reload_conf()');
  }

  /** Starts it, or starts it again. Resolves when it answers. */
  async run(): Promise<void> {
    const settings = this.#settings.flatMap((setting) => ['-c', setting]);
    const [program, args] = asPostgres('postgres', [
      ...['-D', this.#directory, '-h', '127.0.0.1', '-p', String(this.port), '-k', this.#directory],
      ...settings,
    ]);
    this.#child = spawn(program, args, { stdio: 'ignore', cwd: this.#directory });
    await eventually(() => this.query('select 1'));
  }

  /** Creates another database with the tables of Heartbeat. */
  async createDatabase(database: string): Promise<void> {
    await this.query(`create database ${database}`);
    await this.init(database);
  }

  /** Creates the tables of Heartbeat. */
  async init(database = 'postgres'): Promise<void> {
    const primary = await Primary.connect({ ...this.address, database });
    await initSchema(primary, 'under test');
    await primary.end();
  }

  /** Runs a query on a connection of its own. */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
    database = 'postgres',
  ): Promise<Row[]> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: this.port,
      database,
      user: 'postgres',
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** @param signal SIGINT closes its connections; SIGQUIT ends it at once, without a checkpoint */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Stops it, and removes what it stored. */
  async remove(): Promise<void> {
    await this.stop('SIGQUIT');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** A new directory that the user of PostgreSQL owns. */
export async function postgresDirectory(): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'heartbeat-postgres-'));
  if (process.getuid?.() === 0) {
    const { uid, gid } = await postgresUser();
    chownSync(directory, uid, gid);
  }
  return directory;
}

async function postgresUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const idOf = async (option: string): Promise<number> =>
    Number((await run('id', [option, 'postgres'])).stdout.trim());
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

function asPostgres(program: string, args: readonly string[]): [string, readonly string[]] {
  return asUserOfPostgres(programOfPostgres(program), args);
}

/** PostgreSQL's programs, and poolers, refuse to run as root. */
export function asUserOfPostgres(command: string, args: readonly string[]): [string, readonly string[]] {
  if (process.getuid?.() !== 0) return [command, args];
  return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args]];
}
