import { expect } from 'chai';
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { copyStore, type StoreCopy } from '../../src/adapters/copy-store.js';
import type { CopyPhase } from '../../src/adapters/history/copy.js';
import { LevelHistoryStore } from '../../src/adapters/level/level-history-store.js';
import { parseStoreLocation } from '../../src/adapters/store-location.js';
import { storesAt } from '../../src/adapters/stores.js';
import { NOTHING_CHOSEN } from '../../src/domain/node.js';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import { ended, opened, user } from '../contract/history-store/reading.js';
import { flipped } from '../contract/history-store/nodes.js';
import { recordAt } from '../support/alert-records.js';
import { HEARTBEAT, type DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { PostgresProcess } from '../support/postgres-process.js';
import { node } from '../support/ids.js';
import { TestResources } from '../support/test-resources.js';
import { problemOf } from '../unit/level/support/expect-problem.js';
import { withDatabase } from '../unit/level/support/raw.js';

const WEB = node('web');
const AT = 1_763_000_000_000;

/** A record of each kind. */
const RECORDS: readonly HistoryRecord[] = [
  ...[-3, 0, 5].flatMap((id) => [ended(user(id), AT, AT + 7_000), ended(user(id), AT + 9_000, AT + 16_000)]),
  opened(user(7), AT + 20_000),
  { kind: 'watermark', at: instant(AT + 21_000) },
  { kind: 'blind', interval: { from: instant(AT), to: instant(AT + 50), cause: 'stalled' } },
  {
    kind: 'registered',
    node: { name: WEB, registeredAt: instant(AT), settings: NOTHING_CHOSEN, pausedAt: instant(AT + 5_000) },
  },
  {
    kind: 'statuses',
    nodes: [
      {
        name: WEB,
        status: {
          state: 'failed',
          retries: 3,
          since: instant(AT + 4_000),
          deadline: 0,
          heardBlind: 0,
          lastHeartbeat: instant(AT + 1_000),
        },
      },
    ],
  },
  flipped(WEB, AT + 4_000),
  { kind: 'alerts', records: [recordAt(AT + 4_000, 'delivered'), recordAt(AT + 5_000, 'cancelled')] },
];

describe('heartbeat store copy', () => {
  const resources = new TestResources();
  let postgres: PostgresProcess;
  let made = 0;
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
  });
  afterEach(() => resources.clear());
  after(() => postgres.remove());

  /** The URL of an empty database. */
  const database = async (): Promise<string> => {
    const name = `copy${String(made++)}`;
    await postgres.createDatabase(name);
    return `postgres://postgres@127.0.0.1:${String(postgres.port)}/${name}`;
  };
  const history = async (records: readonly HistoryRecord[] = RECORDS): Promise<string> => {
    const directory = resources.directory();
    await withHistory(directory, (store) => store.write(records));
    return directory;
  };
  const command = (...given: readonly string[]): Promise<DaemonProcess> =>
    resources.heartbeat(['store', 'copy', ...given]);

  it('copies every record to a database and back, and says so when it has compared them', async () => {
    const [from, over, to] = [await history(), await database(), path.join(resources.directory(), 'new')];
    const there = await command(from, over);
    expect([there.stderr, await there.ended]).to.deep.equal(['', { code: 0, signal: null }]);
    const back = await command('--json', over, to);
    expect(back.stderr).to.equal('');
    const records = await withDatabase(from, (db) => db.iterator().all());
    const { checksum, ...result } = JSON.parse(back.stdout) as StoreCopy;
    expect(result).to.deep.equal({
      from: over,
      to,
      records: records.length,
      written: records.length,
      verified: true,
    });
    expect(there.stdout.trimEnd().split('\n').at(-1)).to.equal(
      `verified: both have the same ${String(records.length)} records, sha256 ${checksum}`,
    );
    expect(await withDatabase(to, (db) => db.iterator().all())).to.deep.equal(records);
  });

  it('lets a daemon show the same sessions, nodes, flips and alerts', async () => {
    const from = await history();
    const [over, to] = [await database(), path.join(resources.directory(), 'new')];
    const expected = await shownBy(await resources.daemon(from));
    await copied(from, over);
    await copied(over, to);
    expect(expected).to.include('"at_ms":1763000004000');
    expect(await shownBy(await resources.daemon(to))).to.equal(expected);
    const other = resources.directory();
    expect(await shownBy(await resources.daemon(other, { store: over }))).to.equal(expected);
  });

  it('goes on after kill -9, and lets no daemon start before it has finished', async () => {
    /** Whether it was killed before its end, which it says on its standard output. */
    const interrupted = async (
      args: readonly string[],
      isUnderWay: () => Promise<unknown>,
    ): Promise<boolean> => {
      const child = resources.run({ command: [process.execPath, HEARTBEAT, 'store', 'copy', ...args] });
      await eventually(() => (child.running ? isUnderWay() : undefined), { every: 5 });
      await child.kill();
      return child.stdout === '';
    };
    /** Begins to copy histories, longer and longer, until the kills came before the end. */
    const begin = async (sessions: number): Promise<readonly [from: string, over: string, count: number]> => {
      const many = Array.from({ length: sessions }, (_, id) => ended(user(id), AT, AT + id));
      const [from, over] = [await history([...RECORDS, ...many]), await database()];
      const stored = async (atLeast: number): Promise<void> => {
        const rows = await postgres.query<{ count: string }>(
          'select count(*) from heartbeat.record',
          [],
          over.split('/').at(-1),
        );
        expect(Number(rows[0]?.count)).to.be.at.least(atLeast);
      };
      const count = 2 * sessions;
      for (const part of [1, count / 2])
        if (!(await interrupted([from, over], () => stored(part)))) return begin(2 * sessions);
      return [from, over, count];
    };
    const [from, over, count] = await begin(20_000);
    const daemon = resources.launch(resources.directory(), { store: over });
    expect((await daemon.ended).code).to.equal(1);
    expect(daemon.stderr).to.include('is not finished: run heartbeat store copy again');
    const onward = await command(over, path.join(resources.directory(), 'new'));
    expect(onward.stderr).to.match(/holds an unfinished copy of .*: finish it with heartbeat store copy/);
    const there = await command('--json', from, over);
    const { records, written } = JSON.parse(there.stdout) as StoreCopy;
    expect(records).to.be.above(count);
    expect(written).to.be.below(records / 2);
    let to: string;
    do to = resources.directory();
    while (!(await interrupted([over, to], () => Promise.resolve(expect(bytesIn(to)).to.be.above(300_000)))));
    expect((JSON.parse((await command('--json', over, to)).stdout) as StoreCopy).records).to.equal(records);
    const all = await withDatabase(from, (db) => db.iterator().all());
    expect(await withDatabase(to, (db) => db.iterator().all())).to.deep.equal(all);
  });

  it('goes on wherever it was broken off, also where the source has changed since', async () => {
    const from = await history(Array.from({ length: 1_500 }, (_, id) => ended(user(id), AT, AT + id)));
    const to = path.join(resources.directory(), 'new');
    const phases: CopyPhase[] = ['checking', 'copying', 'verifying'];
    for (const [index, breakIn] of [...phases, ...phases].entries()) {
      await copied(from, to, (phase) => {
        if (phase === breakIn) throw new Error('broken off');
      }).catch((error: unknown) => {
        expect(error).to.have.property('message', 'broken off');
      });
      await withHistory(from, (store) =>
        store.write([opened(user(9_000 + index), AT), ...(index === 4 ? [unended(3)] : [])]),
      );
    }
    await copied(from, to);
    const records = await withDatabase(from, (db) => db.iterator().all());
    expect(await withDatabase(to, (db) => db.iterator().all())).to.deep.equal(records);
    expect((await copied(from, to)).written, 'a finished copy').to.equal(0);
  });

  it('refuses what is no place, or the same one', async () => {
    const from = await history();
    for (const [args, said] of [
      [['mysql://host/db', from], '<from> must be a data directory, or a URL that begins with postgres://'],
      [[from, ''], '<to> must be a data directory'],
      [[from, 'postgres://host'], '<to> must name a user'],
      [[from], "missing required argument 'to'"],
    ] as const) {
      const refused = await command(...args);
      expect([(await refused.ended).code, refused.stdout]).to.deep.equal([64, '']);
      expect(refused.stderr).to.include(said);
    }
    const missing = await command(path.join(from, 'none'), resources.directory());
    expect((await missing.ended).code).to.equal(1);
    expect(missing.stderr).to.match(/^heartbeat: there is no history in .*none\n$/);
    const url = await database();
    for (const [one, other] of [
      [from, path.join(from, '.', 'x', '..')],
      [from, path.join(from, 'history', 'new')],
      [url, url],
    ] as const)
      expect((await problemOf(copied(one, other), 'HEARTBEAT_STORE_FAILED')).message).to.include(
        'same place',
      );
    expect((await problemOf(copied(url, from), 'HEARTBEAT_STORE_FAILED')).message).to.include('no history');
  });

  it('refuses a source that a daemon owns, and a target that holds anything else', async () => {
    const [from, over] = [await history(), await database()];
    const daemon = await resources.daemon(from);
    await problemOf(copied(from, over), 'HEARTBEAT_STORE_LOCKED');
    daemon.signal('SIGTERM');
    await daemon.ended;
    await copied(from, over);
    for (const target of [await history([opened(user(1), AT)]), over]) {
      await withHistory(from, (store) => store.write([opened(user(8), AT)]));
      const error = await problemOf(copied(from, target), 'HEARTBEAT_STORE_FAILED');
      expect(error.message).to.include('holds other data');
    }
    const unfinished = path.join(resources.directory(), 'new');
    await copied(over, unfinished, (phase) => {
      if (phase === 'copying') throw new Error('broken off');
    }).catch(() => undefined);
    const error = await problemOf(copied(from, unfinished), 'HEARTBEAT_STORE_FAILED');
    expect(error.message).to.include('unfinished copy of postgres:');
    const foreign = resources.directory();
    mkdirSync(path.join(foreign, 'history'));
    await withDatabase(foreign, (db) => db.put(Buffer.from('a'), Buffer.from('b')));
    await problemOf(copied(from, foreign), 'HEARTBEAT_STORE_FAILED');
  });

  it('refuses a history that is divided into partitions, before it writes anything', async () => {
    const divided = [resources.directory(), await database()];
    for (const place of divided) {
      const { storeOf } = storesAt(parseStoreLocation(place), 4, { clock: new SystemClock() });
      const store = storeOf('users-0');
      await store.open();
      await store.write(RECORDS);
      await store.close();
    }
    const from = await history();
    for (const place of divided) {
      const to = path.join(resources.directory(), 'new');
      const refused = await command(place, to);
      expect(await refused.ended).to.include({ code: 1 });
      expect(refused.stderr).to.equal(
        `heartbeat: the history in ${place} is divided into partitions: only one that is not divided can be copied\n`,
      );
      expect(existsSync(to)).to.equal(false);
      const other = await problemOf(copied(from, place), 'HEARTBEAT_STORE_FAILED');
      expect(other.message).to.equal(
        `${place} holds a history that is divided into partitions: choose an empty store to copy to`,
      );
    }
  });

  it('refuses a damaged record, and a newer or older format', async () => {
    const from = await history();
    const broken = async (change: (key: Buffer, value: Buffer) => Buffer | undefined): Promise<string> => {
      const directory = resources.directory();
      cpSync(from, directory, { recursive: true });
      await withDatabase(directory, async (db) => {
        for (const [key, value] of await db.iterator().all()) {
          const changed = change(key, value);
          if (changed !== undefined) await db.put(key, changed);
        }
      });
      return directory;
    };
    const to = path.join(resources.directory(), 'new');
    const damaged = await broken((key, value) =>
      key[0] === 0x22 ? Buffer.concat([Buffer.of(1), value]) : undefined,
    );
    const error = await problemOf(copied(damaged, to), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.match(
      /^the flip of the node "[^"]+" at \d[^ ]+Z in .* is damaged \(key \\x22[0-9a-f]+\)/,
    );
    await copied(from, to);
    const newer = await broken((key) => (key.includes('version') ? Buffer.from('6') : undefined));
    await problemOf(copied(newer, to), 'HEARTBEAT_STORE_TOO_NEW');
    await problemOf(copied(from, newer), 'HEARTBEAT_STORE_TOO_NEW');
  });
});

const unended = (id: number): HistoryRecord => ({
  kind: 'unended',
  user: user(id),
  onlineAt: instant(AT),
  offlineAt: instant(AT + id),
});

function bytesIn(directory: string): number {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);
}

/** What the API shows of the history. Stops the daemon. */
async function shownBy(daemon: DaemonProcess): Promise<string> {
  const paths = [
    '/heart_rhythm/-3',
    '/heart_rhythm/0',
    '/heart_rhythm/7',
    '/nodes',
    '/nodes/web/flips',
    '/alerts',
  ];
  const answers = [];
  for (const each of paths) {
    const answer = await fetch(`${daemon.url}${each}`);
    expect(answer.status, each).to.equal(200);
    answers.push(await answer.json());
  }
  daemon.signal('SIGTERM');
  await daemon.ended;
  // The end of an open session is its deadline, which each daemon computes again.
  return JSON.stringify(answers).replace(/("online_at":1763000020,"offline_at":)\d+/, '$1null');
}

async function copied(
  from: string,
  to: string,
  progress: (phase: CopyPhase) => void = () => undefined,
): Promise<StoreCopy> {
  return copyStore(parseStoreLocation(from), parseStoreLocation(to), { clock: new SystemClock(), progress });
}

async function withHistory(directory: string, use: (store: HistoryStore) => Promise<void>): Promise<void> {
  const store = new LevelHistoryStore(directory);
  await store.open();
  try {
    await use(store);
  } finally {
    await store.close();
  }
}
