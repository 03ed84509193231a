import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { PostgresHistoryStore } from '../../src/adapters/postgres/postgres-history-store.js';
import { HeartbeatError } from '../../src/errors.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import { CommitCutter } from '../support/commit-cutter.js';
import type { PostgresProcess } from '../support/postgres-process.js';
import { RefusingStore } from '../support/refusing-store.js';
import { levelData } from '../support/level-data.js';
import { refuseNextBatch } from '../unit/level/support/refuse-batch.js';
import type { Subject } from './history-store/subject.js';

export async function memorySubject(): Promise<Subject> {
  const store = new RefusingStore();
  await store.open();
  return {
    store,
    reopen: async () => {
      await store.close();
      await store.open();
      return store;
    },
    refuse: async (records, outcome) => {
      store.full = true;
      store.keepsRefused = outcome === 'stored';
      await expectRefusal(store.write(records));
      store.full = false;
      await store.reopen();
    },
    dispose: () => store.close(),
  };
}

/** A real LevelDB in a directory of its own. */
export async function levelSubject(): Promise<Subject> {
  const data = await levelData();
  let current = data.store;
  return {
    ...data,
    reopen: async () => (current = await data.reopen()),
    refuse: async (records, outcome) => {
      refuseNextBatch(outcome);
      await expectRefusal(current.write(records));
      await current.reopen();
    },
  };
}

/** A partition of its own in a real PostgreSQL, behind a proxy that can cut the connection. */
export async function postgresSubject(postgres: PostgresProcess): Promise<Subject> {
  const cutter = await CommitCutter.before(postgres.port);
  const address = { ...postgres.address, hosts: [{ host: '127.0.0.1', port: cutter.port }] };
  const partition = randomUUID();
  let current: HistoryStore = new PostgresHistoryStore({ address, partition, clock: new SystemClock() });
  await current.open();
  return {
    store: current,
    reopen: async () => {
      await current.close();
      current = new PostgresHistoryStore({ address, partition, clock: new SystemClock() });
      await current.open();
      return current;
    },
    refuse: async (records, outcome) => {
      cutter.cutNextCommit(outcome, true);
      await expectRefusal(current.write(records));
      cutter.up();
      await current.reopen();
    },
    dispose: async () => {
      await current.close();
      await cutter.close();
    },
  };
}

async function expectRefusal(write: Promise<void>): Promise<void> {
  const error = await write.then(
    () => undefined,
    (refused: unknown) => refused,
  );
  expect(error).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_STORE_REFUSES');
}
