import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { repairStore } from '../../../src/adapters/repair-store.js';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { sealed } from '../../../src/adapters/history/checksum.js';
import { EVERYTHING, KIND, metaKey } from '../../../src/adapters/history/format.js';
import type { Finding } from '../../../src/adapters/history/verification.js';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import { areOne } from '../../../src/adapters/store-end.js';
import { parseStoreLocation } from '../../../src/adapters/store-location.js';
import { verifyStore, type Verified } from '../../../src/adapters/verify-store.js';
import { NOTHING_CHOSEN } from '../../../src/domain/node.js';
import { instant } from '../../../src/domain/time.js';
import { UTC_DAY } from '../../../src/domain/uptime-day.js';
import type { Entry } from '../../../src/ports/ordered-store.js';
import { acknowledged, flipped } from '../../contract/history-store/nodes.js';
import { collect, ended, historyOf, opened, user } from '../../contract/history-store/reading.js';
import { kept, probeResults } from '../../contract/history-store/probe-results.js';
import { uptimeDay, uptimeDays } from '../../contract/history-store/uptime-days.js';
import { recordAt } from '../../support/alert-records.js';
import { EFFORT, sized } from '../../support/effort.js';
import { node } from '../../support/ids.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { problemOf } from './support/expect-problem.js';
import { fileOf, keysIn, withDatabase } from './support/raw.js';

const clock = new SystemClock();
const WEB = node('web');
/** A store is verified with one byte in so many changed, since each time takes two openings: all in `test:long`. */
const EVERY = sized(61, 1);

interface Outcome extends Verified {
  readonly findings: readonly Finding[];
  readonly sound: ReadonlyMap<string, string>;
}

async function verified(directory: string): Promise<Outcome> {
  const findings: Finding[] = [];
  const sound = new Map<string, string>();
  const read = await verifyStore(
    { kind: 'leveldb', directory },
    {
      clock,
      found: (finding) => findings.push(finding),
      progress: () => undefined,
      sound: async (records) => {
        for (const [key, value] of records) sound.set(key.toString('hex'), value.toString('hex'));
      },
    },
  );
  return { ...read, findings, sound };
}

/** Counts and instants of the whole are older where the end of the log is lost. */
function isOfTheWhole(key: string): boolean {
  return key.startsWith('01');
}

function contentsOf(directory: string): Promise<Entry[]> {
  return withDatabase(directory, (db) => db.iterator(EVERYTHING).all());
}

describe('heartbeat store verify', () => {
  let root: TemporaryDirectory;
  let made = 0;
  before(async () => {
    root = await temporaryDirectory();
  });
  after(() => root.remove());

  const fresh = (): string => path.join(root.path, String(made++));
  /** Some records of most kinds, half of them in a table. */
  async function small(): Promise<string> {
    const directory = fresh();
    for (const runs of [0, 1]) {
      const store = new LevelHistoryStore(directory);
      await store.open();
      await store.write([ended(user(runs), 1_000, 8_000), opened(user(10 + runs), 9_000)]);
      await store.write([
        {
          kind: 'registered',
          node: { name: WEB, registeredAt: instant(0), settings: NOTHING_CHOSEN, pausedAt: undefined },
        },
        {
          kind: 'statuses',
          nodes: [
            {
              name: WEB,
              status: {
                state: 'active',
                retries: 0,
                since: instant(0),
                deadline: 0,
                heardBlind: 0,
                lastHeartbeat: undefined,
              },
            },
          ],
        },
      ]);
      await store.write([
        flipped(WEB, 4_000 + runs),
        uptimeDays(WEB, uptimeDay(runs)),
        probeResults(kept(WEB, { at: instant(4_000), took: 12.3, timings: { connect: 1.5 } })),
        { kind: 'alerts', records: [recordAt(4_000 + runs, 'pending')] },
      ]);
      await store.close();
    }
    return directory;
  }
  async function filesOf(directory: string): Promise<ReadonlyMap<string, Buffer>> {
    const history = path.join(directory, 'history');
    const names = (await readdir(history)).filter((name) => !/^LO(?:CK|G)/.test(name));
    return new Map(
      await Promise.all(
        names.map(async (name): Promise<[string, Buffer]> => [
          name,
          await readFile(path.join(history, name)),
        ]),
      ),
    );
  }
  async function madeOf(files: ReadonlyMap<string, Buffer>): Promise<string> {
    const directory = fresh();
    await mkdir(path.join(directory, 'history'), { recursive: true });
    for (const [name, bytes] of files) await writeFile(path.join(directory, 'history', name), bytes);
    return directory;
  }

  it('finds nothing in a whole store, and changes no file of it', async () => {
    const directory = await small();
    const before = await filesOf(directory);
    const { findings, records, sound } = await verified(directory);
    expect(findings).to.deep.equal([]);
    expect(await filesOf(directory)).to.deep.equal(before);
    expect(records)
      .to.equal((await contentsOf(directory)).length)
      .and.to.equal(sound.size);
  });

  it('takes a store that somebody else has open for what it is', async () => {
    const directory = await small();
    const store = new LevelHistoryStore(directory);
    await store.open();
    await problemOf(verified(directory), 'HEARTBEAT_STORE_LOCKED');
    await store.write([opened(user(99), 9_000)]);
    await store.close();
    expect((await verified(directory)).findings).to.deep.equal([]);
    await problemOf(verified(fresh()), 'HEARTBEAT_STORE_FAILED');
  });

  it('names a damaged record, one that is missing, and a count that is too high', async () => {
    const directory = await small();
    const session = (await keysIn(directory)).filter((key) => key[0] === 0x10);
    await withDatabase(directory, async (db) => {
      const [first, second] = session;
      if (first === undefined || second === undefined) throw new TypeError('there are two');
      const value = await db.get(first);
      value.writeUInt8(value.readUInt8(3) ^ 1, 3);
      await db.put(first, value);
      await db.del(second);
      await db.put(Buffer.from([0x77]), Buffer.of());
    });
    const { findings } = await verified(directory);
    expect(findings.map(({ kind, what, problem }) => `${kind}: ${what}: ${problem}`)).to.deep.equal([
      'record: session of user 0 from 1970-01-01T00:00:01.000Z: it is not what was written: its checksum is wrong',
      'record: record of an unknown kind: it is no record of Heartbeat',
      'missing: session of user 1 from 1970-01-01T00:00:01.000Z: it is not there: only its entry in an index is',
      'missing: sessions: 0 are there of 2',
    ]);
    expect(findings[0]?.key).to.equal(session[0]?.toString('hex'));
  });

  it('names records that were written whole and that no daemon could read', async () => {
    const directory = await small();
    const keys = [
      ...[KIND.OVERRIDE, KIND.INCIDENT, KIND.STATUS_PAGE, KIND.SIGN_IN].map((kind) =>
        Buffer.from([kind, 0x61]),
      ),
      ...(['watermark', 'recovery', 'vigil', 'membership'] as const).map(metaKey),
    ];
    await withDatabase(directory, async (db) => {
      for (const key of keys) await db.put(key, sealed(key, Buffer.from('{}')));
    });
    const { findings, sound } = await verified(directory);
    expect(new Set(findings.map(({ key }) => key))).to.deep.equal(
      new Set(keys.map((key) => key.toString('hex'))),
    );
    for (const { kind, problem } of findings) {
      expect(kind).to.equal('record');
      expect(problem).to.match(/^it cannot be read: /);
    }
    expect(keys.some((key) => sound.has(key.toString('hex')))).to.equal(false);
  });

  it('neither ends nor misses a changed byte of a file, wherever it is', async function () {
    this.timeout(900_000 * EFFORT);
    const directory = await small();
    const files = await filesOf(directory);
    const original = (await verified(directory)).sound;
    for (const [name, contents] of files) {
      for (let at = 0; at < contents.length; at += EVERY) {
        const damaged = Buffer.from(contents);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << (at & 7));
        const { findings, sound } = await verified(await madeOf(new Map([...files, [name, damaged]])));
        const where = `byte ${at} of ${name}`;
        expect(findings.length, where).to.be.above(0);
        for (const [key, value] of sound)
          if (!isOfTheWhole(key)) expect(original.get(key), `${where}: ${key}`).to.equal(value);
      }
    }
  });

  it('says of a log that was cut that its end is torn or damaged, unless that is between two records', async function () {
    this.timeout(900_000 * EFFORT);
    const directory = await small();
    const files = await filesOf(directory);
    const log = path.basename(await fileOf(directory, /\.log$/));
    const contents = files.get(log) ?? Buffer.of();
    const original = (await verified(directory)).sound;
    const boundaries = new Set([0]);
    for (let at = 0; at < contents.length; at += 7 + contents.readUInt16LE(at + 4)) boundaries.add(at);
    expect(boundaries.size).to.be.above(2);
    const near = [...boundaries].flatMap((at) => [at - 1, at, at + 1, at + 7]);
    for (let length = 0; length < contents.length; length++) {
      if (length % EVERY !== 0 && !near.includes(length)) continue;
      const cut = new Map([...files, [log, contents.subarray(0, length)]]);
      const { findings, sound } = await verified(await madeOf(cut));
      const torn = findings.filter(({ kind }) => kind === 'torn');
      expect(torn.length, `${length} bytes`).to.equal(boundaries.has(length) ? 0 : 1);
      if (torn.length > 0) expect(torn[0]?.problem).to.match(/^its last \d+ bytes are torn or damaged$/);
      for (const [key, value] of sound)
        if (!isOfTheWhole(key)) expect(original.get(key), `${length}: ${key}`).to.equal(value);
    }
  });
});

describe('heartbeat store repair', () => {
  let root: TemporaryDirectory;
  before(async () => {
    root = await temporaryDirectory();
  });
  after(() => root.remove());

  it('saves what can be read in another place, with indexes and counts that fit, and leaves the damaged store', async () => {
    const from = path.join(root.path, 'from');
    const to = path.join(root.path, 'to');
    const store = new LevelHistoryStore(from);
    await store.open();
    await store.write(Array.from({ length: 50 }, (_, id) => ended(user(id), 1_000, 2_000 + id)));
    await store.write([opened(user(99), 9_000), { kind: 'alerts', records: [recordAt(5_000, 'pending')] }]);
    await store.write([
      acknowledged(WEB, { by: 'ann', at: instant(5_000), since: instant(4_000) }),
      { kind: 'uptime_days', nodes: [], marks: { storedTo: instant(UTC_DAY) } },
    ]);
    await store.close();
    await withDatabase(from, async (db) => {
      for (const key of (await db.keys().all())
        .filter(([kind]) => kind === 0x10 || kind === 0x12)
        .slice(45, 52))
        await db.put(key, Buffer.from('damaged'));
    });
    const before = await contentsOf(from);
    const findings: Finding[] = [];
    const deps = { clock, found: (finding: Finding) => findings.push(finding), progress: () => undefined };
    const at = (directory: string) => ({ kind: 'leveldb', directory }) as const;
    const repaired = await repairStore(at(from), at(to), deps);
    expect(findings.filter(({ kind }) => kind === 'record')).to.have.length(7);
    expect(repaired).to.include({ to, isUnreadable: false });
    expect(await contentsOf(from)).to.deep.equal(before);
    const saved = new LevelHistoryStore(to);
    await saved.open();
    expect(saved.countSessions()).to.equal(45);
    expect(await historyOf(saved, user(3))).to.have.length(1);
    expect(await collect(saved.openSessions())).to.have.length(1);
    expect(await collect(saved.openAlerts())).to.have.length(1);
    expect(await saved.prune(instant(2_010), 100), 'the index finds them').to.equal(10);
    expect(await saved.pruneNodes(instant(UTC_DAY), 100), 'acknowledgements as well').to.equal(1);
    await saved.close();
    const after: Finding[] = [];
    await verifyStore(at(to), { ...deps, found: (finding) => after.push(finding) });
    expect(after).to.deep.equal([]);
    await problemOf(repairStore(at(from), at(to), deps), 'HEARTBEAT_STORE_FAILED');
    await problemOf(repairStore(at(from), at(path.join(from, 'new')), deps), 'HEARTBEAT_STORE_FAILED');
  });

  it('refuses a database that is the same one, whoever opens it, before it connects', async () => {
    const deps = { clock, found: () => undefined, progress: () => undefined };
    const at = (text: string) => parseStoreLocation(`postgres://${text}/heartbeat`);
    for (const [from, to] of [
      ['ann@127.0.0.1:1', 'ann@127.0.0.1:1'],
      ['ann:secret@127.0.0.1:1', 'bob@127.0.0.2:1,127.0.0.1:1'],
    ] as const)
      expect(
        (await problemOf(repairStore(at(from), at(to), deps), 'HEARTBEAT_STORE_FAILED')).message,
      ).to.equal('the repaired store must be in another place');
    const directory = { kind: 'leveldb', directory: root.path } as const;
    expect(areOne(at('ann@a'), at('ann@b'))).to.equal(false);
    expect(areOne(at('ann@a'), directory)).to.equal(false);
    expect(areOne(directory, { kind: 'leveldb', directory: `${root.path}2` })).to.equal(false);
  });

  it('saves nothing where nothing can be read, and says so', async () => {
    const [from, to] = [path.join(root.path, 'lost'), path.join(root.path, 'empty')];
    const store = new LevelHistoryStore(from);
    await store.open();
    await store.write([ended(user(1), 1_000, 2_000)]);
    await store.close();
    await writeFile(await fileOf(from, /^MANIFEST/), Buffer.alloc(200, 0x5a));
    const findings: Finding[] = [];
    const deps = { clock, found: (finding: Finding) => findings.push(finding), progress: () => undefined };
    const error = await problemOf(
      repairStore({ kind: 'leveldb', directory: from }, { kind: 'leveldb', directory: to }, deps),
      'HEARTBEAT_STORE_FAILED',
    );
    expect(error.message).to.equal(`nothing in ${from} can be read: restore a backup`);
    expect(findings).to.have.length(1);
  });
});
