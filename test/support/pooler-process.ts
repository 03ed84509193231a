import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { PostgresAddress } from '../../src/adapters/postgres/postgres-url.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { asUserOfPostgres, postgresDirectory, type PostgresProcess } from './postgres-process.js';

/** A real PgBouncer on a free port of the loopback, before a server. */
export class PoolerProcess {
  readonly port: number;
  readonly #directory: string;
  readonly #child: ChildProcess;

  private constructor(port: number, directory: string, child: ChildProcess) {
    this.port = port;
    this.#directory = directory;
    this.#child = child;
  }

  static async start(postgres: PostgresProcess, mode: 'session' | 'transaction'): Promise<PoolerProcess> {
    const port = await freePort();
    const directory = await postgresDirectory();
    const settings = path.join(directory, 'pgbouncer.ini');
    writeFileSync(
      settings,
      [
        '[databases]',
        `* = host=127.0.0.1 port=${String(postgres.port)} user=postgres`,
        '[pgbouncer]',
        `listen_addr = 127.0.0.1\nlisten_port = ${String(port)}\nunix_socket_dir =`,
        `auth_type = any\npool_mode = ${mode}`,
      ].join('\n'),
    );
    const [program, args] = asUserOfPostgres('/usr/sbin/pgbouncer', [settings]);
    const child = spawn(program, args, { stdio: 'ignore', cwd: directory });
    const pooler = new PoolerProcess(port, directory, child);
    await eventually(() => pooler.#answers());
    return pooler;
  }

  async #answers(): Promise<void> {
    const client = new pg.Client({ ...this.address.hosts[0], database: 'postgres', user: 'postgres' });
    client.on('error', () => undefined);
    await client.connect();
    await client.end();
  }

  get address(): PostgresAddress {
    return { hosts: [{ host: '127.0.0.1', port: this.port }], database: 'postgres', user: 'postgres' };
  }

  async remove(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGQUIT');
    await ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
