import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import { heal, history, supervision } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { describeOnEachStore } from '../support/each-store.js';
import { sized } from '../support/effort.js';
import { eventually } from '../support/eventually.js';
import { callsByUser, compareHistory, type Call } from '../support/history-comparison.js';
import { TestResources, ready, type StartFlags } from '../support/test-resources.js';
import { endLife, killed, lifeOf, outagesOf, type Life } from '../support/outages.js';
import { PARTITION_IDS, partitionHolding, PARTITIONS } from '../support/partitions.js';
import { chosenSeed, SeededRandom } from '../support/seeded-random.js';
import { user as userId } from '../support/ids.js';
import { inSeconds, readHistory, writeHistory } from '../support/stored-history.js';
import type { MortalUsersPlan, Order } from './clients/mortal-users.js';

const MORTAL_USERS = new URL('./clients/mortal-users.ts', import.meta.url);

/** When the daemon is killed: late enough after its start for sessions to end, soon, in a commit, during its start. */
type Moment = 'late' | 'soon' | 'in a commit' | 'while it starts';

const MOMENTS: readonly Moment[] = [
  ...Array<Moment>(sized(3, 6)).fill('late'),
  ...Array<Moment>(sized(3, 5)).fill('soon'),
  ...Array<Moment>(sized(3, 5)).fill('in a commit'),
  ...Array<Moment>(sized(2, 4)).fill('while it starts'),
];

describeOnEachStore('a daemon killed with SIGKILL', ({ isDatabase, make }) => {
  /** PostgreSQL takes more processor time, and with partitions the suite runs once more: fewer of each show the same. */
  const isSmaller = isDatabase || PARTITIONS > 1;
  const kills = isSmaller ? MOMENTS.filter((_, index) => index % 2 === 0) : MOMENTS;
  const users = isSmaller ? 100 : 200;
  const openSessions = isSmaller ? 5_000 : 20_000;
  const startsCutShort = isSmaller ? 3 : 6;
  const resources = new TestResources();
  const seed = chosenSeed();
  let random: SeededRandom;

  beforeEach(() => {
    random = new SeededRandom(seed);
  });

  afterEach(() => resources.clear());

  it(`has lost nothing and broken nothing after ${kills.length} kills under load (seed ${seed})`, async () => {
    const timeout = 1000;
    const store = await make(resources);
    const journal = path.join(resources.directory(), 'journal');
    const plan: MortalUsersPlan = { users, seed, timeout, journal };
    const clients = resources.clients(MORTAL_USERS, plan);
    const tell = (order: Order): void => clients.tell(order);
    const flags = { ...store.flags, 'session-timeout': timeout / 1000 };
    const lives: Life[] = [];

    for (const when of shuffled(kills, random)) {
      const daemon = resources.launch(store.dataDirectory, flags);
      await untilItIsTime(when, daemon, tell);
      lives.push(await endLife(daemon));
      await store.expire();
    }

    const last = await resources.daemon(store.dataDirectory, flags);
    tell({ kind: 'daemon', url: last.url });
    await pause(2 * timeout);
    tell({ kind: 'finish' });
    await clients.hear('finished');
    await eventually(async () => {
      expect((await supervision(last.url)).users.online).to.equal(0);
    });

    const calls = callsByUser(readFileSync(journal, 'utf8'));
    const shown = new Map<string, unknown>();
    for (const user of sample(calls.keys(), 300)) shown.set(user, await history(last.url, user));
    last.signal('SIGTERM');
    expect(await last.ended).to.deep.equal({ code: 0, signal: null });
    const stored = await readHistory(store.place, calls.keys());

    const all = [...calls.values()].flat();
    // A heal counts from before it was read. No answered heal was read later than this.
    const slowest = Math.max(...all.map(({ sent, answered }) => answered - sent));
    const lastLife = lifeOf(last);
    const outages = new Map(
      PARTITION_IDS.map((partition) => [partition, outagesOf(partition, lives, lastLife)]),
    );
    const wrong = [...calls].flatMap(([user, asked]) => {
      const ofPartition = outages.get(partitionHolding(userId(user))) ?? [];
      const around = { timeout, outages: ofPartition, tolerance: 10, stall: 1000 + slowest };
      return compareHistory(asked, stored.sessions.get(user) ?? [], around).map(
        (problem) => `user ${user}: ${problem}`,
      );
    });
    expect(wrong.slice(0, 10).join('\n'), `${wrong.length} histories are wrong`).to.equal('');
    expect(stored.open).to.deep.equal([]);
    expect(stored.count).to.equal([...stored.sessions.values()].flat().length);
    for (const [user, sessions] of shown) {
      expect(sessions, `what was shown of user ${user}`).to.deep.equal(
        stored.sessions.get(user)?.map(inSeconds),
      );
    }
    expect(all.filter(({ outcome }) => outcome === 'acknowledged').length).to.be.above(
      (users / 2) * kills.length,
    );
    expect(all.filter(({ outcome }) => outcome === 'lost').length).to.be.above((users / 40) * kills.length);
  });

  async function untilItIsTime(
    when: Moment,
    daemon: DaemonProcess,
    tell: (order: Order) => void,
  ): Promise<void> {
    if (when === 'while it starts') {
      await eventually(() => expect(daemon.hasLogged('starting')).to.equal(true), { every: 5 });
      await pause(random.between(0, 150));
      return;
    }
    await ready(daemon);
    tell({ kind: 'daemon', url: daemon.url });
    if (when === 'late') {
      await pause(random.between(2500, 3700));
    } else if (when === 'soon') {
      await pause(random.between(0, 600));
    } else {
      await pause(random.between(200, 700));
      tell({ kind: 'burst', users: 400 });
      await pause(random.between(5, 150));
    }
  }

  it(`finds all of ${openSessions.toLocaleString('en')} open sessions, however often it is killed while it recovers them (seed ${seed})`, async () => {
    const timeout = 2000;
    const ids = Array.from({ length: openSessions }, (_, index) => index + 1);
    const watermark = Date.now() - 500;
    const onlineAt = (id: number): number => watermark - (id % 10_000);
    const records: HistoryRecord[] = [
      ...ids.map((id) => opened(id, onlineAt(id))),
      { kind: 'watermark', at: instant(watermark) },
    ];
    const store = await make(resources);
    await writeHistory(store.place, records);
    const flags = { ...store.flags, 'session-timeout': timeout / 1000 };

    let recovery = await durationOfStart(records, flags);
    let interrupted = 0;
    for (let attempt = 0; attempt < 20 && interrupted < startsCutShort; attempt++) {
      const daemon = resources.launch(store.dataDirectory, flags);
      await eventually(() => expect(daemon.hasLogged('starting')).to.equal(true), { every: 5 });
      await pause(random.between(0.1, 0.9) * recovery);
      await daemon.kill();
      await store.expire();
      // A start was measured on a machine that may have been busier then.
      if (daemon.hasLogged('ready')) recovery *= 0.7;
      else interrupted++;
    }
    expect(interrupted).to.equal(startsCutShort);

    const daemon = await resources.daemon(store.dataDirectory, flags);
    expect((await supervision(daemon.url)).users.online).to.equal(ids.length);
    const heals = new Map(await Promise.all(ids.slice(0, 100).map((id) => healAndTell(daemon, id))));
    await eventually(async () => expect((await supervision(daemon.url)).users.online).to.equal(0));
    daemon.signal('SIGTERM');
    await daemon.ended;

    const stored = await readHistory(store.place, ids.map(String));
    expect(stored.open).to.deep.equal([]);
    expect(stored.count).to.equal([...stored.sessions.values()].flat().length);
    const lastAlive = { earliest: watermark, latest: watermark };
    const { recovered, stalls } = lifeOf(daemon);
    for (const id of ids) {
      const at = recovered.get(partitionHolding(userId(id)))?.at ?? 0;
      const outage = killed(lastAlive, { at, aliveAt: watermark, settled: watermark });
      const around = { timeout, outages: [outage, ...stalls], tolerance: 10, stall: 1000 };
      const sessions = stored.sessions.get(String(id)) ?? [];
      const calls = [...healedAllAlong(id, onlineAt(id), watermark, timeout), ...(heals.get(id) ?? [])];
      expect(compareHistory(calls, sessions, around), `user ${id}`).to.deep.equal([]);
      expect(sessions[0]?.onlineAt, `user ${id}`).to.equal(onlineAt(id));
      if (!heals.has(id)) expect(sessions[0]?.offlineAt, `user ${id}`).to.equal(watermark + timeout);
    }
  });

  /** Milliseconds from the first log line of a daemon with the same records until it is ready. */
  async function durationOfStart(records: readonly HistoryRecord[], flags: StartFlags): Promise<number> {
    const store = await make(resources);
    await writeHistory(store.place, records);
    const daemon = await resources.daemon(store.dataDirectory, { ...flags, ...store.flags });
    const [starting] = daemon.logged('starting');
    const [done] = daemon.logged('ready');
    await daemon.kill();
    return Date.parse(done?.timestamp ?? '') - Date.parse(starting?.timestamp ?? '');
  }
});

async function healAndTell(daemon: DaemonProcess, id: number): Promise<[number, Call[]]> {
  const sent = Date.now();
  expect((await heal(daemon.url, id)).status).to.equal(200);
  return [id, [acknowledged(id, sent, Date.now())]];
}

function healedAllAlong(id: number, first: number, last: number, timeout: number): Call[] {
  const calls: Call[] = [];
  for (let at = first; at < last; at += timeout / 2) calls.push(acknowledged(id, at));
  return [...calls, acknowledged(id, last)];
}

function acknowledged(id: number, sent: number, answered = sent): Call {
  return { user: String(id), kind: 'heal', sent, answered, outcome: 'acknowledged' };
}

function opened(id: number, onlineAt: number): HistoryRecord {
  return { kind: 'opened', user: userId(id), onlineAt: instant(onlineAt) };
}

function sample<Item>(items: Iterable<Item>, most: number): Item[] {
  return [...items].slice(0, most);
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
