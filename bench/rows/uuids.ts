import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { UserRange } from '../../src/cli/bench/virtual-users.js';
import { LoadClient } from '../../src/cli/bench/load-client.js';
import { parseTextId, type UserId } from '../../src/domain/user-id.js';
import type { BenchContext } from '../context.js';
import { wrkWithCpu } from '../meters/wrk.js';
import { GROUP, healAll } from '../population/groups.js';
import { settledBytes } from '../process/memory.js';
import type { Figure, Row } from '../row.js';
import { ratios } from '../statistics.js';
import { rateOf } from './batch.js';

const USERS = 500_000;
/** Users whom wrk heals, and so does a round of batches. */
const HEALED = 100_000;
const CONNECTIONS = 64;
const SESSION_TIMEOUT_S = 600;
const SETTLE = { stillMs: 10_000, mostMs: 60_000 };
const SETTLE_QUICKLY = { stillMs: 2_000, mostMs: 5_000 };

/** The kinds of ids that are compared: integers of 19 digits, and UUIDs. */
const KINDS = ['integers', 'UUIDs'] as const;
type Kind = (typeof KINDS)[number];

export const uuids: Row = {
  name: 'uuids',
  title: 'heal, batch and memory with UUIDs as ids, beside integers of 19 digits',
  needs: ['wrk'],
  goals: {},
  run: async (context) => {
    const { rounds, say, size } = context;
    const users = size(USERS, USERS / 10);
    const crowds = {
      integers: await crowd(context, 'integers', users),
      UUIDs: await crowd(context, 'UUIDs', users),
    };
    const heal: Record<Kind, number[]> = { integers: [], UUIDs: [] };
    const batch: Record<Kind, number[]> = { integers: [], UUIDs: [] };
    for (let round = 0; round < rounds; round++) {
      for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
        say(`round ${String(round + 1)} of ${String(rounds)}: ${kind}`);
        heal[kind].push(await crowds[kind].heal());
        batch[kind].push(await crowds[kind].batch());
      }
    }
    for (const kind of KINDS) await crowds[kind].client.close();
    const memory = (kind: Kind): number => crowds[kind].bytes;
    return {
      figures: [
        { name: 'heal, of integers', unit: '×', rounds: ratios(heal.UUIDs, heal.integers) },
        { name: 'batch, of integers', unit: '×', rounds: ratios(batch.UUIDs, batch.integers) },
        { name: 'memory, of integers', unit: '×', rounds: [memory('UUIDs') / memory('integers')] },
        ...KINDS.flatMap((kind): Figure[] => [
          { name: `heal, ${kind}, CPU a request`, unit: 'µs', rounds: heal[kind] },
          { name: `batch, ${kind}, CPU a heal`, unit: 'µs', rounds: batch[kind] },
          { name: `RSS for a user, ${kind}`, unit: 'B', rounds: [memory(kind)] },
        ]),
      ],
    };
  },
};

/** A daemon with users of a kind online, and the loads on it. */
interface Crowd {
  readonly client: LoadClient;
  /** Resident memory for a user. */
  readonly bytes: number;
  /** Both return microseconds of CPU for a heal. */
  readonly heal: () => Promise<number>;
  readonly batch: () => Promise<number>;
}

async function crowd(context: BenchContext, kind: Kind, users: number): Promise<Crowd> {
  const { servers, signal, say, seconds, size } = context;
  const directory = servers.temporaryDirectory();
  const configuration = join(directory, 'heartbeat.json');
  writeFileSync(configuration, JSON.stringify({ user_ids: kind === 'UUIDs' ? 'text' : 'integer' }));
  const { url, pid } = await servers.daemon({ sessionTimeoutSeconds: SESSION_TIMEOUT_S, configuration });
  const client = new LoadClient(url);
  const idle = await settledBytes(pid, { ...SETTLE_QUICKLY, signal });
  const all = kind === 'UUIDs' ? randomUuids(users) : integers(users);
  say(`${String(users)} users come online, with ${kind}`);
  await healAll(client, groupsOf(all), signal);
  const settled = await settledBytes(pid, { ...size(SETTLE, SETTLE_QUICKLY), signal });
  const healed = all.slice(0, size(HEALED, HEALED / 10));
  const ids = join(directory, 'ids');
  writeFileSync(ids, healed.join('\n'));
  const load = { url, script: 'heal', users: healed.length, ids, connections: CONNECTIONS } as const;
  const groups = groupsOf(healed);
  return {
    client,
    bytes: (settled - idle) / users,
    heal: async () => (await wrkWithCpu({ ...load, seconds, signal }, [pid])).cpuUs,
    batch: async () => (await rateOf(context, client, pid, groups)).cpuUs,
  };
}

function integers(users: number): readonly UserId[] {
  const range = UserRange.random();
  return Array.from({ length: users }, (_, user) => range.id(user));
}

function randomUuids(users: number): readonly UserId[] {
  return Array.from({ length: users }, () => parseTextId(randomUUID()) ?? refuse());
}

function refuse(): never {
  throw new TypeError('a UUID is a text');
}

function groupsOf(users: readonly UserId[]): readonly (readonly UserId[])[] {
  return Array.from({ length: Math.ceil(users.length / GROUP) }, (_, at) =>
    Object.freeze(users.slice(at * GROUP, (at + 1) * GROUP)),
  );
}
