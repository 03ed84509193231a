import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { Level } from 'level';
import { KIND, VERSION } from '../../../src/adapters/history/format.js';
import { parseTextId } from '../../../src/domain/user-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { NOTHING_CHOSEN, type Flip, type NodeStatus, type Registration } from '../../../src/domain/node.js';
import { parseNodeName } from '../../../src/domain/node-name.js';
import { instant } from '../../../src/domain/time.js';
import { UTC_DAY, utcDayOf } from '../../../src/domain/uptime-day.js';
import type { ObservedTime } from '../../../src/domain/observed-time.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { StoredNode } from '../../../src/ports/history-store.js';
import {
  collect,
  healedIn,
  historyOf,
  opened,
  openIn,
  session,
  user,
} from '../../contract/history-store/reading.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { withUnopenedStore } from '../../support/level-data.js';
import { problemOf } from './support/expect-problem.js';
import { withDatabase } from './support/raw.js';

/** One for each version that there has been. What is called 2 has all of 1 in it, and nodes; 3 has an index of their past; 4 adaptive timeouts, and what people on call say; 5 a checksum behind each value. */
const GOLDEN = {
  1: new URL('format-1.golden.txt', import.meta.url),
  2: new URL('format-2.golden.txt', import.meta.url),
  3: new URL('format-3.golden.txt', import.meta.url),
  4: new URL('format-4.golden.txt', import.meta.url),
  5: new URL('format-5.golden.txt', import.meta.url),
  '5, texts': new URL('format-5-texts.golden.txt', import.meta.url),
  '5, schedules': new URL('format-5-schedules.golden.txt', import.meta.url),
};

const VERSION_KEY = Buffer.from('\x01version');

const LEAST = user('-9223372036854775808');
const MOST = user('9223372036854775807');
const SNOWFLAKE = user('9007199254740993');

const recovery = {
  generation: 3,
  silent: [{ generation: 2, deadline: instant(1_700_000_127_000), endsAt: instant(1_700_000_007_000) }],
};
const stalled = {
  from: instant(1_700_000_000_000),
  to: instant(1_700_000_002_500),
  cause: 'stalled' as const,
};
const restarted = { from: instant(-2_000), to: instant(-1), cause: 'restarted' as const };

const RECORDS: readonly HistoryRecord[] = [
  opened(user(12345), 1_638_360_000_000),
  { kind: 'ended', user: LEAST, ...session(-1_000, -1, -500) },
  { kind: 'ended', user: user(-1), ...session(0, 7_000, 1) },
  { kind: 'ended', user: user(0), ...session(1_638_360_000_000, 1_638_360_300_000, 1_638_360_293_000) },
  { kind: 'ended', user: SNOWFLAKE, ...session(1_638_360_000_000, 1_638_360_000_000, 1_638_360_000_000) },
  { kind: 'ended', user: MOST, ...session(1_638_360_000_000, 1_638_360_007_001, 1_638_360_000_001) },
  { kind: 'watermark', at: instant(1_700_000_000_250) },
  { kind: 'recovered', recovery },
  opened(SNOWFLAKE, 1_700_000_000_123),
  { kind: 'healed', generation: 3, users: [SNOWFLAKE, user(-1)] },
  { kind: 'healed', generation: 3, users: [MOST] },
  { kind: 'blind', interval: stalled },
  { kind: 'blind', interval: restarted },
];

const NODE = parseNodeName('db/1 ü')!;
const PLAIN = parseNodeName('db')!;
const registration: Registration = {
  name: NODE,
  registeredAt: instant(1_700_000_000_000),
  settings: { timeout: 90_000_000, maxRetries: 0, labels: { zone: 'é' }, channels: ['ops'] },
  pausedAt: instant(1_700_000_001_000),
};
const plain: Registration = {
  name: PLAIN,
  registeredAt: instant(1_700_000_000_000),
  settings: NOTHING_CHOSEN,
  pausedAt: undefined,
};
const failed: NodeStatus = {
  state: 'failed',
  retries: 3,
  since: instant(1_700_000_120_000),
  lastHeartbeat: instant(1_700_000_000_500),
  deadline: 120_500.25,
  heardBlind: 0.5,
};
const fresh: NodeStatus = {
  state: 'active',
  retries: 0,
  since: instant(1_700_000_000_000),
  lastHeartbeat: undefined,
  deadline: 30_000,
  heardBlind: 0,
};
const flip: Flip = {
  node: NODE,
  from: 'inactive',
  to: 'failed',
  at: instant(1_700_000_120_000),
  cause: 'silence',
  retries: 3,
  blind: 2_500.5,
};
const pause = { from: instant(1_700_000_001_000), to: instant(1_700_000_002_000) };
const observed: ObservedTime = {
  awake: 130_000.5,
  blind: 2_500.5,
  wall: instant(1_700_000_130_000),
  resumptions: [{ awake: 60_000, blind: 0 }],
};

const NODES: readonly HistoryRecord[] = [
  { kind: 'registered', node: registration },
  { kind: 'registered', node: plain },
  {
    kind: 'statuses',
    nodes: [
      { name: NODE, status: failed },
      { name: PLAIN, status: fresh },
    ],
  },
  { kind: 'flip', flip },
  { kind: 'paused', node: NODE, pause },
  { kind: 'observed_time', observed },
];

const adaptive: Registration = {
  name: parseNodeName('job')!,
  registeredAt: instant(1_700_000_000_000),
  settings: { ...NOTHING_CHOSEN, timeout: { min: 2000, max: 60_000, threshold: 12 } },
  pausedAt: undefined,
};
const rhythmic: NodeStatus = {
  ...fresh,
  deadline: 60_000,
  lastHeartbeat: instant(1_700_000_100_000),
  heartbeatHistory: { mean: 10_000.5, deviation: 250.25, samples: 42 },
};

const WEB = parseNodeName('web')!;
const caredFor: Registration = {
  name: WEB,
  registeredAt: instant(1_700_000_000_000),
  settings: { ...NOTHING_CHOSEN, dependsOn: [PLAIN, NODE] },
  pausedAt: undefined,
  acknowledged: {
    by: 'ann',
    reason: 'a disk is being changed',
    at: instant(1_700_000_130_000),
    since: failed.since,
  },
};
const told: AlertRecord = {
  alert: alertAt(1_700_000_120_000, {
    node: { ...alertAt(1).node!, name: WEB, adaptive: { min: 2000, max: 60_000 }, dependsOn: [PLAIN, NODE] },
    causedBy: NODE,
    reminder: 1,
  }),
  deliveries: [
    delivery('held', { hold: 'dependency' }),
    delivery('held', { channel: 'boss', hold: 'acknowledged', insteadOf: 'ops' }),
  ],
};

/** Entries that a daemon of version 3 would report as damage, or drop. */
const ADDED: readonly HistoryRecord[] = [
  { kind: 'registered', node: adaptive },
  { kind: 'statuses', nodes: [{ name: adaptive.name, status: rhythmic }] },
  { kind: 'registered', node: caredFor },
  { kind: 'statuses', nodes: [{ name: WEB, status: failed }] },
  { kind: 'alerts', records: [told] },
];
/** Added to version 5 before its release. */
const UNNOTIFIED = { node: NODE, channels: ['boss', 'é'] };

const JOBS: readonly StoredNode[] = [
  {
    node: {
      ...plain,
      name: parseNodeName('nightly')!,
      settings: {
        ...NOTHING_CHOSEN,
        schedule: { cron: ['0 4 * * 1-5'], timeZone: 'Europe/Berlin', grace: 600_000 },
      },
    },
    status: { ...fresh, expected: instant(1_700_017_200_000) },
  },
  {
    node: {
      ...plain,
      name: parseNodeName('sync')!,
      settings: { ...NOTHING_CHOSEN, schedule: { every: 3_600_000, grace: 500.5 } },
    },
    status: { ...fresh, lastHeartbeat: instant(1_700_000_100_000), expected: instant(1_700_003_700_000) },
  },
];

const ANN = parseTextId('ann:é')!;
const DIGITS = parseTextId('007')!;
const TEXTS: readonly HistoryRecord[] = [
  { kind: 'text_ids' },
  opened(ANN, 1_700_000_000_123),
  opened(DIGITS, 0),
  { kind: 'ended', user: DIGITS, ...session(0, 7_000, 1) },
  { kind: 'healed', generation: 3, users: [ANN, user(7), DIGITS] },
];
const TEXT_KINDS: ReadonlySet<number> = new Set([
  KIND.TEXT_SESSION,
  KIND.TEXT_OPEN,
  KIND.TEXT_ENDED,
  KIND.TEXT_HEALED,
]);

/** One entry per line, in the order of the keys: key and value in hexadecimal, with spaces between the key's parts. */
async function goldenEntries(version: keyof typeof GOLDEN): Promise<[Buffer, Buffer][]> {
  const lines = (await readFile(GOLDEN[version], 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [key = '', value = ''] = line.split('=>').map((part) => part.replaceAll(/\s/g, ''));
    return [Buffer.from(key, 'hex'), Buffer.from(value, 'hex')];
  });
}

const shown = (entries: [Buffer, Buffer][]) =>
  entries.map((entry) => entry.map((part) => part.toString('hex')).join(' => '));

describe(`the format of a history on disk, version ${VERSION}`, () => {
  const data = withUnopenedStore();

  // A change here is a new version: it needs a step in `upgrade` and another golden file.
  it('is written as it always was', async () => {
    await data.store.open();
    // History ends only sessions that it has opened.
    const begun = RECORDS.flatMap((record) =>
      record.kind === 'ended'
        ? [{ kind: 'opened', user: record.user, onlineAt: record.onlineAt } as const]
        : [],
    );
    const unnotified: HistoryRecord = { kind: 'alerts', records: [], unnotified: [UNNOTIFIED] };
    await data.store.write([...begun, ...RECORDS, ...NODES, ...ADDED, unnotified]);
    await data.store.close();
    const written = await withDatabase(data.path, (db) => db.iterator().all());
    expect(shown(written)).to.deep.equal(shown(await goldenEntries(VERSION)));
  });

  async function writeGolden(version: keyof typeof GOLDEN): Promise<void> {
    await write(await goldenEntries(version));
  }

  async function write(entries: readonly [Buffer, Buffer][]): Promise<void> {
    const db = new Level<Buffer, Buffer>(path.join(data.path, 'history'), {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    for (const [key, value] of entries) await db.put(key, value);
    await db.close();
  }

  it('is read as it always was', async () => {
    await writeGolden(VERSION);
    await expectAll({ node: adaptive, status: rhythmic }, { node: caredFor, status: failed });
    expect(await collect(data.store.openAlerts())).to.deep.equal([told]);
    expect(await collect(data.store.unnotified())).to.deep.equal([UNNOTIFIED]);
  });

  it('is taken over from version 3, and no daemon of that version reads it any more', async () => {
    await writeGolden(3);
    await expectAll();
    await data.store.close();
    expect(await entriesNow()).to.deep.equal(
      await entriesOf(3, { nodes: 2, alerts: 0, open: 2, open_alerts: 0 }),
    );
  });

  it('is taken over from version 4, with a checksum behind each value', async () => {
    await writeGolden(4);
    await expectAll({ node: adaptive, status: rhythmic }, { node: caredFor, status: failed });
    await data.store.close();
    expect(await entriesNow()).to.deep.equal(await upgradedFrom4());
  });

  const entriesNow = async () => shown(await withDatabase(data.path, (db) => db.iterator().all()));

  /** The entries of this version without those that version 4 did not have. */
  const upgradedFrom4 = async () => shown((await goldenEntries(VERSION)).filter(([key]) => key[0] !== 0x33));

  /** An entry as this version writes it. */
  function sealed([key, value]: [Buffer, Buffer]): [Buffer, Buffer] {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(Buffer.concat([key, value])));
    return [key, Buffer.concat([value, checksum])];
  }

  const inOrder = (entries: [Buffer, Buffer][]) => entries.sort(([a], [b]) => Buffer.compare(a, b));
  const meta = (name: string, value: object): [Buffer, Buffer] =>
    sealed([Buffer.from(`\x01${name}`), Buffer.from(JSON.stringify(value))]);

  /** The entries of an older version, as this one writes them. */
  async function entriesOf(version: 1 | 2 | 3, counts: object): Promise<string[]> {
    const entries = (await goldenEntries(version)).map(([key, value]): [Buffer, Buffer] => {
      if (key.equals(VERSION_KEY)) return [key, Buffer.from(String(VERSION))];
      const facts = key.equals(Buffer.from('\x01facts'));
      const added = value.toString().replace('}', `,${JSON.stringify(counts).slice(1)}`);
      return sealed([key, facts ? Buffer.from(added) : value]);
    });
    return shown(inOrder([...entries, meta('format', { version: VERSION })]));
  }

  it('goes on with the checksums where a daemon that was stopped meanwhile left them', async () => {
    const bare = await goldenEntries(4);
    const whole = await upgradedFrom4();
    for (let done = 4; done <= bare.length; done += 9) {
      const begun = bare.slice(0, done);
      const counts = {
        nodes: begun.filter(([key]) => key[0] === 0x20).length,
        alerts: begun.filter(([key]) => key[0] === 0x30).length,
        open: begun.filter(([key]) => key[0] === 0x11).length,
        // The only one is open.
        open_alerts: begun.filter(([key]) => key[0] === 0x30).length,
      };
      const last = begun.at(-1)?.[0].toString('hex');
      const entries = bare.map((entry, index): [Buffer, Buffer] => {
        if (entry[0].equals(VERSION_KEY)) return [entry[0], Buffer.from(String(VERSION))];
        return index < done ? sealed(entry) : entry;
      });
      await data.makeAnew();
      await write([...entries, meta('format', { version: VERSION, sealed_to: last, ...counts })]);
      await data.store.open();
      await data.store.close();
      expect(await entriesNow(), `${done} done`).to.deep.equal(whole);
    }
  });

  it('is called damaged where its version cannot be trusted', async () => {
    for (const version of ['4', '1']) {
      await data.makeAnew();
      const entries = await goldenEntries(VERSION);
      await write(
        entries.map(([key, value]) => [key, key.equals(VERSION_KEY) ? Buffer.from(version) : value]),
      );
      await problemOf(data.store.open(), 'HEARTBEAT_STORE_CORRUPT');
    }
  });

  it('is taken over from version 2, with the nodes to be pruned', async () => {
    await writeGolden(2);
    await expectAll();
    await data.store.close();
    expect(await entriesNow()).to.deep.equal(
      await entriesOf(3, { nodes: 2, alerts: 0, open: 2, open_alerts: 0 }),
    );
    await data.store.open();
    const [from, to] = [utcDayOf(flip.at), instant(utcDayOf(flip.at) + UTC_DAY)];
    await data.store.write([{ kind: 'uptime_days', nodes: [], marks: { storedTo: to } }]);
    expect(await data.store.pruneNodes(from, 10)).to.equal(0);
    expect(await data.store.pruneNodes(to, 10)).to.equal(2);
    expect(await collect(data.store.flips(NODE, { order: 'asc' }))).to.deep.equal([]);
  });

  async function expectAll(...more: readonly StoredNode[]): Promise<void> {
    expect(await data.store.open()).to.deep.equal({
      watermark: 1_700_000_000_250,
      aliveAt: 1_700_000_000_250,
      recovery,
      latestEnd: 1_638_360_300_000,
      observed,
      membership: undefined,
      hasTextIds: false,
      pingSecret: undefined,
    });
    await expectUsers();
    expect(await collect(data.store.nodes())).to.deep.equal([
      { node: plain, status: fresh },
      { node: registration, status: failed },
      ...more,
    ]);
    expect(await collect(data.store.flips(NODE, { order: 'asc' }))).to.deep.equal([flip]);
    expect(await collect(data.store.pauses(NODE))).to.deep.equal([pause]);
  }

  it('has users whose ids are texts as it always had', async () => {
    await data.store.open();
    await data.store.write(TEXTS);
    await data.store.close();
    const written = await withDatabase(data.path, (db) => db.iterator().all());
    const isOfTexts = ([key]: [Buffer, Buffer]) => TEXT_KINDS.has(key[0] ?? 0) || key.includes('user_ids');
    expect(shown(written.filter(isOfTexts))).to.deep.equal(shown(await goldenEntries('5, texts')));
    expect((await data.store.open()).hasTextIds).to.equal(true);
    expect(await openIn(data.store)).to.deep.equal([
      { user: ANN, onlineAt: 1_700_000_000_123, generation: 0 },
    ]);
    expect(await historyOf(data.store, DIGITS)).to.deep.equal([session(0, 7_000, 1)]);
    expect(await healedIn(data.store)).to.deep.equal([
      { generation: 3, users: [user(7)] },
      { generation: 3, users: [ANN, DIGITS] },
    ]);
  });

  it('has nodes with schedules as it always had', async () => {
    await data.store.open();
    await data.store.write([
      ...JOBS.map(({ node }): HistoryRecord => ({ kind: 'registered', node })),
      { kind: 'statuses', nodes: JOBS.map(({ node: { name }, status }) => ({ name, status })) },
    ]);
    await data.store.close();
    const written = await withDatabase(data.path, (db) => db.iterator().all());
    const isOfNode = ([key]: [Buffer, Buffer]) => key[0] === KIND.NODE || key[0] === KIND.STATUS;
    expect(shown(written.filter(isOfNode))).to.deep.equal(shown(await goldenEntries('5, schedules')));
    await data.store.open();
    expect(await collect(data.store.nodes())).to.deep.equal(JOBS);
  });

  it('is taken over from version 1, which knew no nodes, and is of this version from then on', async () => {
    await writeGolden(1);
    expect((await data.store.open()).observed).to.equal(undefined);
    await expectUsers();
    expect(await data.store.prune(instant(0), 10)).to.equal(1);
    expect(await collect(data.store.nodes())).to.deep.equal([]);
    await data.store.close();
    const version = await withDatabase(data.path, (db) => db.get(VERSION_KEY));
    expect(String(version)).to.equal(String(VERSION));
  });

  async function expectUsers(): Promise<void> {
    expect(await openIn(data.store)).to.deep.equal([
      { user: user(12345), onlineAt: 1_638_360_000_000, generation: 0 },
      { user: SNOWFLAKE, onlineAt: 1_700_000_000_123, generation: 3 },
    ]);
    for (const record of RECORDS)
      if (record.kind === 'ended') {
        const { onlineAt, offlineAt, lastSeen } = record;
        expect(await historyOf(data.store, record.user)).to.deep.equal([
          session(onlineAt, offlineAt, lastSeen),
        ]);
      }
    expect(await healedIn(data.store)).to.deep.equal([
      { generation: 3, users: [SNOWFLAKE, user(-1)] },
      { generation: 3, users: [MOST] },
    ]);
    expect(await data.store.blindIntervals(10)).to.deep.equal([stalled, restarted]);
    expect(data.store.countSessions()).to.equal(5);
  }
});
