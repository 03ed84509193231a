import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadClient } from '../../src/cli/bench/load-client.js';
import { UserRange } from '../../src/cli/bench/virtual-users.js';
import type { BenchContext } from '../context.js';
import { firstUsers, healAll } from '../population/groups.js';
import { cpuMicroseconds } from '../process/cpu.js';
import { residentBytes } from '../process/memory.js';
import { atMost, type Row } from '../row.js';
import { quantile } from '../statistics.js';

const READERS = 1_000;
const WATCHED = 100;
/** Seconds. Nobody expires while it is measured. */
const SESSION_TIMEOUT_S = 3_600;
/** Changes a second: each is a goodbye or the heal after it. */
const CHANGES = 500;
/** Prime, so that readers watch users from everywhere. */
const STRIDE = 7_919;

/** Of some seconds. */
interface Round {
  /** From a change to its readers, in milliseconds. */
  readonly delays: readonly number[];
  readonly cpuUs: number;
  readonly changes: number;
}

export const events: Row = {
  name: 'events',
  title: 'a million online, 500 changes a second, and 1,000 readers of events who watch 100 users each',
  needs: [],
  goals: { 'change to reader, p99': atMost(250, 100) },
  run: async (context) => {
    const { servers, signal, say, size, seconds } = context;
    const users = size(1_000_000, 20_000);
    const readers = size(READERS, 100);
    const { url, pid } = await servers.daemon({ sessionTimeoutSeconds: SESSION_TIMEOUT_S });
    const client = new LoadClient(url, { connections: 16 });
    const fleet = new Readers(url);
    try {
      say(`${String(users)} users come online`);
      await healAll(client, firstUsers(users), signal);
      say('changes without readers');
      const alone = await change(context, client, pid, users, fleet, seconds);
      const before = residentBytes(pid);
      say(`${String(readers)} readers of ${String(WATCHED)} users each`);
      await fleet.open(readers, users, signal);
      const bytes = residentBytes(pid) - before;
      say('changes with readers');
      const read = await change(context, client, pid, users, fleet, 2 * seconds);
      return {
        figures: [
          { name: 'change to reader, p99', unit: 'ms', rounds: [quantile(read.delays, 0.99)] },
          { name: 'change to reader, median', unit: 'ms', rounds: [quantile(read.delays, 0.5)] },
          { name: 'CPU a change, with readers', unit: 'µs', rounds: [read.cpuUs / read.changes] },
          { name: 'CPU a change, without', unit: 'µs', rounds: [alone.cpuUs / alone.changes] },
          { name: 'RSS for a reader', unit: 'B', rounds: [bytes / readers] },
        ],
        notes: [
          `${String(read.delays.length)} events were read. A change counts from the instant that its event names, which for a goodbye is before it was on disk`,
        ],
      };
    } finally {
      fleet.close();
      await client.close();
    }
  },
};

/** Lets users leave and come back for some seconds, at a steady pace. */
async function change(
  { signal }: BenchContext,
  client: LoadClient,
  pid: number,
  users: number,
  fleet: Readers,
  seconds: number,
): Promise<Round> {
  const ids = new UserRange(1n);
  fleet.delays.length = 0;
  const used = cpuMicroseconds([pid]);
  const calls: Promise<unknown>[] = [];
  const pairs = (seconds * CHANGES) / 2;
  const begin = performance.now();
  for (let pair = 0; pair < pairs; pair++) {
    const user = ids.id((pair * STRIDE) % users);
    calls.push(client.goodbye(user).then(() => client.heal(user)));
    const ahead = (1000 * 2 * pair) / CHANGES - (performance.now() - begin);
    if (ahead > 1) await sleep(ahead, undefined, { signal });
  }
  await Promise.all(calls);
  await sleep(1_000, undefined, { signal });
  return { delays: [...fleet.delays], cpuUs: cpuMicroseconds([pid]) - used, changes: 2 * pairs };
}

/** Readers of events, each on a connection of its own. */
class Readers {
  /** From each change to its reader, in milliseconds. */
  readonly delays: number[] = [];
  readonly #url: string;
  readonly #close: (() => void)[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  /** Resolves once each has its state. */
  async open(readers: number, users: number, signal: AbortSignal): Promise<void> {
    for (let reader = 0; reader < readers; reader++) {
      signal.throwIfAborted();
      const watched = Array.from(
        { length: WATCHED },
        (_, index) => (((reader * WATCHED + index) * STRIDE) % users) + 1,
      );
      await this.#read(JSON.stringify({ users: watched, types: ['user.online', 'user.offline'] }));
    }
  }

  #read(body: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const call = request(`${this.#url}/events`, { method: 'POST', headers, agent: false }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`a reader was answered ${answer.statusCode}`));
        let rest = '';
        answer.setEncoding('latin1').on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (line.startsWith('data: ')) this.#heard(line, resolve);
        });
      });
      call.on('error', reject);
      call.end(body);
      this.#close.push(() => call.destroy());
    });
  }

  #heard(line: string, begun: () => void): void {
    const [, type, at] = /^data: \{"type":"([a-z.]+)","at_ms":(\d+)/.exec(line) ?? [];
    if (type === 'state') begun();
    else if (at !== undefined) this.delays.push(Date.now() - Number(at));
  }

  close(): void {
    for (const close of this.#close) close();
  }
}
