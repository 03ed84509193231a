import { expect } from 'chai';
import type { PostgresHistoryStore } from '../../../src/adapters/postgres/postgres-history-store.js';
import {
  ended,
  healedIn,
  historyOf,
  opened,
  openIn,
  session,
  user,
} from '../../contract/history-store/reading.js';
import { sized } from '../../support/effort.js';
import { problemOf } from '../level/support/expect-problem.js';
import { withPartition } from './support/with-partition.js';

const ALICE = user(7);
const BOB = user(8);
/** One statement would take longer than its 2 s for the larger one. */
const SESSIONS = sized(5_000, 300_000);
const AT_ONCE = 2_000;

describe('the erasure of a long history in PostgreSQL', () => {
  const partition = withPartition();

  /** Both have an open session besides. */
  async function fill(store: PostgresHistoryStore, sessions: number): Promise<void> {
    for (let first = 0; first < sessions; first += AT_ONCE) {
      const size = Math.min(AT_ONCE, sessions - first);
      await store.write(
        Array.from({ length: size }, (_, index) =>
          ended(ALICE, 10 * (first + index), 10 * (first + index) + 5),
        ),
      );
    }
    await store.write([ended(BOB, 1, 2), opened(BOB, 3), opened(ALICE, 20 * sessions)]);
    await store.write([{ kind: 'healed', generation: 1, users: [ALICE, BOB] }]);
  }

  async function expectOnlyBob(store: PostgresHistoryStore): Promise<void> {
    expect(await historyOf(store, ALICE)).to.deep.equal([]);
    expect(await historyOf(store, BOB)).to.deep.equal([session(1, 2)]);
    expect((await openIn(store)).map(({ user: id }) => id)).to.deep.equal([BOB]);
    expect(await healedIn(store)).to.deep.equal([{ generation: 1, users: [BOB] }]);
    expect(store.countSessions()).to.equal(1);
  }

  it(`removes ${SESSIONS} sessions in steps of 1,000`, async () => {
    const store = await partition.open();
    await fill(store, SESSIONS);
    let steps = 1;
    while (!(await store.erase(ALICE))) steps++;
    expect(steps).to.equal(SESSIONS / 1_000 + 1);
    await expectOnlyBob(store);
    const [index] = await partition.postgres.query<{ ends: number }>(
      `select count(*)::int as ends from heartbeat.record join heartbeat.partition on id = partition
       where name = $1 and substr(key, 1, 1) = '\\x12'`,
      [partition.name],
    );
    expect(index, 'the index of ends').to.deep.equal({ ends: 1 });
  });

  it('removes the oldest first, and the open session last: a process that ends in between loses no more', async () => {
    const store = await partition.open({ erasedAtOnce: 2 });
    await fill(store, 5);
    expect(await store.erase(ALICE)).to.equal(false);
    await store.close();
    const next = await partition.open({ erasedAtOnce: 2 });
    expect(await historyOf(next, ALICE)).to.have.length(3);
    expect(next.countSessions()).to.equal(4);
    expect((await openIn(next)).map(({ user: id }) => id)).to.deep.equal([ALICE, BOB]);
    expect(await next.erase(ALICE)).to.equal(false);
    expect(await next.erase(ALICE)).to.equal(true);
    await expectOnlyBob(next);
  });

  it('ends with the step in which another process takes the history over', async () => {
    const store = await partition.open({ erasedAtOnce: 2 });
    await fill(store, 5);
    expect(await store.erase(ALICE)).to.equal(false);
    await partition.postgres.query(
      'update heartbeat.partition set epoch = epoch + 1, seq = 0 where name = $1',
      [partition.name],
    );
    await problemOf(store.erase(ALICE), 'HEARTBEAT_STORE_LOCKED');
    const [left] = await partition.postgres.query<{ sessions: number }>(
      `select count(*)::int as sessions from heartbeat.record join heartbeat.partition on id = partition
       where name = $1 and substr(key, 1, 1) = '\\x10'`,
      [partition.name],
    );
    expect(left).to.deep.equal({ sessions: 4 });
  });
});
