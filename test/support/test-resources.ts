import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ClientProcess } from './client-process.js';
import { DaemonProcess, HEARTBEAT, type ProcessPlan } from './daemon-process.js';
import { eventually } from './eventually.js';
import { PARTITIONS } from './partitions.js';
import { dropDatabases, storeFlags } from './databases.js';

/** Flags of `heartbeat start` without their dashes, such as `{ 'session-timeout': 2 }`. */
export type StartFlags = Readonly<Record<string, string | number>>;

/** Everything that a test sets up outside its own process. `clear` removes it. */
export class TestResources {
  readonly #directories: string[] = [];
  readonly #processes: { kill(): Promise<void> }[] = [];
  readonly #chores: (() => void | Promise<void>)[] = [];

  directory(): string {
    const directory = mkdtempSync(path.join(tmpdir(), 'heartbeat-test-'));
    this.#directories.push(directory);
    return directory;
  }

  /** Starts a program. */
  run(plan: ProcessPlan): DaemonProcess {
    const child = new DaemonProcess(plan);
    this.#processes.push(child);
    return child;
  }

  /** Runs the built command, and waits for its end. */
  async heartbeat(given: readonly string[], plan: Omit<ProcessPlan, 'command'> = {}): Promise<DaemonProcess> {
    const child = this.run({ ...plan, command: [process.execPath, HEARTBEAT, ...given] });
    await child.ended;
    return child;
  }

  /** Starts the built daemon on a free port, without waiting. */
  launch(
    dataDirectory: string,
    flags: StartFlags = {},
    plan: Omit<ProcessPlan, 'command'> = {},
  ): DaemonProcess {
    return this.run({
      ...plan,
      command: [process.execPath, HEARTBEAT, 'start', ...startFlags(dataDirectory, flags)],
    });
  }

  /** Starts the built daemon; resolves when it is ready. */
  async daemon(
    dataDirectory: string,
    flags: StartFlags = {},
    plan: Omit<ProcessPlan, 'command'> = {},
  ): Promise<DaemonProcess> {
    return ready(this.launch(dataDirectory, flags, plan));
  }

  /** Starts clients in a process of their own. */
  clients(script: URL, plan: object): ClientProcess {
    const clients = new ClientProcess(script, plan);
    this.#processes.push(clients);
    return clients;
  }

  /** Runs before directories are removed. */
  onClear(chore: () => void | Promise<void>): void {
    this.#chores.push(chore);
  }

  async clear(): Promise<void> {
    await Promise.all(this.#processes.splice(0).map((child) => child.kill()));
    for (const chore of this.#chores.splice(0).reverse()) await chore();
    const directories = this.#directories.splice(0);
    dropDatabases(directories);
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  }
}

/** Resolves when the daemon has printed its address; rejects if it ends before. */
export async function ready(daemon: DaemonProcess): Promise<DaemonProcess> {
  await eventually(
    () => {
      if (daemon.running && !daemon.isReady)
        throw new Error(`not ready in time; it has said:\n${daemon.stderr}`);
    },
    { every: 10 },
  );
  if (!daemon.isReady) throw new Error(`the daemon ended before it was ready:\n${daemon.stderr}`);
  return daemon;
}

export function startFlags(dataDirectory: string, flags: StartFlags = {}): string[] {
  const divided = PARTITIONS > 1 ? { partitions: PARTITIONS } : {};
  const all = { port: 0, 'data-dir': dataDirectory, ...storeFlags(dataDirectory), ...divided, ...flags };
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
