import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { LevelHistoryStore } from '../../src/adapters/level/level-history-store.js';
import { PostgresHistoryStore } from '../../src/adapters/postgres/postgres-history-store.js';
import { instant, type Instant, type Millis } from '../../src/domain/time.js';
import { userIdFromBigInt } from '../../src/domain/user-id.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import { PostgresProcess } from '../../test/support/postgres-process.js';
import type { BenchContext } from '../context.js';
import type { Row } from '../row.js';
import { quantile } from '../statistics.js';

/** Openings per second, and as many ends. */
const RATE = 5_000;
const SECONDS = 20;
/** Open sessions that a start finds. */
const SESSIONS = 1_000_000;
/** Sessions whose size on disk is measured. */
const ENDED = 200_000;
/** Records written at a time at most: a batch is refused that takes more than 2 s. */
const PORTION = 2_000;
const AT = 1_700_000_000_000;

export const postgres: Row = {
  name: 'postgres',
  title: `a history in PostgreSQL: ${String(RATE)} openings and as many ends a second, a start, and its size`,
  needs: ['postgres'],
  goals: {},
  run: async (context) => {
    const { servers, say, size } = context;
    const server = await PostgresProcess.start();
    try {
      await server.init();
      const open = async (): Promise<HistoryStore> => {
        const options = { address: server.address, partition: 'all', clock: new SystemClock() };
        const store = new PostgresHistoryStore(options);
        await store.open();
        return store;
      };
      let store = await open();
      say('openings and ends');
      const load = await steadyLoad(context, store, size(SECONDS, 3));
      const sessions = size(ENDED, ENDED / 10);
      say('ended sessions, to PostgreSQL and LevelDB');
      const bytes = await bytesPerSession(store, sessions, () => sizeOf(server));
      const level = new LevelHistoryStore(servers.temporaryDirectory());
      await level.open();
      const levelBytes = await bytesPerSession(level, sessions, () => level.size());
      await level.close();
      const count = size(SESSIONS, SESSIONS / 20);
      say(`${String(count)} open sessions`);
      await fill(store, count, opening);
      await store.close();
      const begun = performance.now();
      store = await open();
      let found = 0;
      for await (const chunk of store.openSessions()) found += chunk.length;
      const seconds = (performance.now() - begun) / 1000;
      await store.close();
      return {
        figures: [
          { name: 'records a second', unit: '/s', rounds: [load.perSecond] },
          { name: 'from due to stored, p50', unit: 'ms', rounds: [quantile(load.waits, 0.5)] },
          { name: 'from due to stored, p99', unit: 'ms', rounds: [quantile(load.waits, 0.99)] },
          { name: 'open sessions read at a start', unit: 'sessions', rounds: [found] },
          { name: 'their start', unit: 's', rounds: [seconds] },
          { name: 'disk of an ended session', unit: 'B', rounds: [bytes] },
          { name: 'on LevelDB', unit: 'B', rounds: [levelBytes] },
        ],
      };
    } finally {
      await server.remove();
    }
  },
};

/** Writes everything due in one batch, as group commit does, and then what became due meanwhile. */
async function steadyLoad(
  { signal }: BenchContext,
  store: HistoryStore,
  seconds: number,
): Promise<{ readonly perSecond: number; readonly waits: readonly Millis[] }> {
  const waits: Millis[] = [];
  const begun = performance.now();
  const total = RATE * seconds;
  const dueAt = (index: number): Millis => begun + (index / RATE) * 1000;
  for (let done = 0; done < total;) {
    signal.throwIfAborted();
    const due = Math.min(total, done + PORTION / 2, Math.floor(((performance.now() - begun) / 1000) * RATE));
    if (due === done) {
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    const records: HistoryRecord[] = [];
    // Users who came a second ago leave.
    for (let index = done; index < due; index++)
      records.push(opening(index), ...(index >= RATE ? [ending(index - RATE)] : []));
    await store.write(records);
    const stored = performance.now();
    for (let index = done; index < due; index++) waits.push(stored - dueAt(index));
    done = due;
  }
  return { perSecond: (2 * total - RATE) / ((performance.now() - begun) / 1000), waits };
}

async function sizeOf(server: PostgresProcess): Promise<number> {
  const [row] = await server.query<{ readonly bytes: number }>(
    "select pg_total_relation_size('heartbeat.record')::float8 as bytes",
  );
  return row?.bytes ?? NaN;
}

async function bytesPerSession(
  store: HistoryStore,
  sessions: number,
  size: () => Promise<number>,
): Promise<number> {
  const before = await size();
  await fill(store, sessions, (index) => ending(SESSIONS + index));
  return ((await size()) - before) / sessions;
}

async function fill(
  store: HistoryStore,
  count: number,
  recordOf: (index: number) => HistoryRecord,
): Promise<void> {
  for (let at = 0; at < count; at += PORTION)
    await store.write(
      Array.from({ length: Math.min(PORTION, count - at) }, (_, index) => recordOf(at + index)),
    );
}

function opening(index: number): HistoryRecord {
  return { kind: 'opened', user: userIdFromBigInt(BigInt(index)), onlineAt: onlineAt(index) };
}

function ending(index: number): HistoryRecord {
  const at = onlineAt(index);
  const user = userIdFromBigInt(BigInt(index));
  return {
    kind: 'ended',
    user,
    onlineAt: at,
    offlineAt: instant(at + 60_000),
    lastSeen: instant(at + 53_000),
  };
}

function onlineAt(index: number): Instant {
  return instant(AT + index);
}
