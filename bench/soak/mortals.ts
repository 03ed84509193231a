import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MortalUsersPlan, Order } from '../../test/faults/clients/mortal-users.js';
import { ClientProcess } from '../../test/support/client-process.js';
import { callsByUser, compareHistory, type Outage } from '../../test/support/history-comparison.js';
import { readHistory } from '../../test/support/stored-history.js';
import type { Problems } from './problems.js';

const SCRIPT = new URL('../../test/faults/clients/mortal-users.ts', import.meta.url);
/** Two processes read one clock. */
const TOLERANCE_MS = 10;
/** A shorter stall of the daemon is no outage. */
const STALL_MS = 1_000;

/** Users in a process of their own who come, heal, leave and fall silent, with a journal of all that they did. */
export class Mortals {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'heartbeat-soak-'));
  readonly #plan: MortalUsersPlan & { readonly first: number };
  readonly #process: ClientProcess;

  /** @param plan who they are */
  constructor(plan: Omit<MortalUsersPlan, 'journal'> & { readonly first: number }) {
    this.#plan = { ...plan, journal: path.join(this.#directory, 'journal') };
    this.#process = new ClientProcess(SCRIPT, this.#plan);
  }

  get ids(): readonly string[] {
    const { users, first } = this.#plan;
    return Array.from({ length: users }, (_, index) => String(first + index));
  }

  /** The daemon answers again at this address. */
  answersAt(url: string): void {
    this.#tell({ kind: 'daemon', url });
  }

  async finish(): Promise<void> {
    this.#tell({ kind: 'finish' });
    await this.#process.hear('finished');
    await this.#process.kill();
  }

  /**
   * Compares the sessions in the store of a daemon that is stopped with all that the users did.
   *
   * @returns the number of calls that were acknowledged
   */
  async judge(store: string, outages: readonly Outage[], problems: Problems): Promise<number> {
    const calls = callsByUser(readFileSync(this.#plan.journal, 'utf8'));
    const stored = await readHistory(store, calls.keys());
    const all = [...calls.values()].flat();
    const slowest = all.reduce((most, { sent, answered }) => Math.max(most, answered - sent), 0);
    const { timeout } = this.#plan;
    const circumstances = { timeout, outages, tolerance: TOLERANCE_MS, stall: STALL_MS + slowest };
    for (const [user, asked] of calls)
      for (const problem of compareHistory(asked, stored.sessions.get(user) ?? [], circumstances))
        problems.add('a history is not what its user did', `user ${user}: ${problem}`);
    return all.filter(({ outcome }) => outcome === 'acknowledged').length;
  }

  async remove(): Promise<void> {
    await this.#process.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #tell(order: Order): void {
    this.#process.tell(order);
  }
}
