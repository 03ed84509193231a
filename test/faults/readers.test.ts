import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-store.js';
import { call, goodbye, heal, history, supervision, type ShownSession } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { Household } from '../support/household.js';
import { user as userId } from '../support/simulated-app.js';
import { writeHistory } from '../support/stored-history.js';

const VETERAN = 1;
const RECENT = 2;
const SESSIONS = 100_000;
/** A session of five seconds every ten, the last of them long ago. */
const FIRST = 1_600_000_000;
const EXPECTED: readonly ShownSession[] = Array.from({ length: SESSIONS }, (_, index) => ({
  online_at: FIRST + 10 * index,
  offline_at: FIRST + 10 * index + 5,
}));

interface Page {
  readonly history: readonly ShownSession[];
  readonly next_cursor?: string;
}

describe('a user with 100,000 sessions', () => {
  const household = new Household();
  let data: string;
  let daemon: DaemonProcess;

  before(async () => {
    data = household.directory();
    await writeHistory(data, EXPECTED.map(ended));
    daemon = await household.daemon(data);
  });

  after(() => household.clear());

  it('has a history that can be read whole, while others go on to be answered', async () => {
    expect(await history(daemon.url, VETERAN)).to.deep.equal(EXPECTED);

    const readers = Promise.all([1, 2, 3].map(() => readInAnotherProcess(daemon)));
    const { heals, longest, total } = await healUntil(daemon, readers);
    for (const bytes of await readers) expect(bytes).to.be.above(SESSIONS * 40);
    expect(heals, 'heals answered while the histories were read').to.be.above(20);
    expect(longest, `of ${total} ms of reading, a heal took`).to.be.below(total / 3);
  });

  it('has a history that can be paged through from either end, and cut to a range', async () => {
    const read = async (query: string): Promise<Page> =>
      JSON.parse((await call(daemon.url, 'GET', `/heart_rhythm/${VETERAN}?${query}`)).body) as Page;

    for (const order of ['asc', 'desc']) {
      const sessions: ShownSession[] = [];
      let page = await read(`limit=9000&order=${order}`);
      for (
        ;
        page.next_cursor !== undefined;
        page = await read(`limit=9000&order=${order}&cursor=${page.next_cursor}`)
      ) {
        expect(page.history).to.have.length(9000);
        sessions.push(...page.history);
      }
      sessions.push(...page.history);
      expect(sessions).to.deep.equal(order === 'asc' ? EXPECTED : EXPECTED.toReversed());
    }

    const [from, to] = [FIRST + 500_003, FIRST + 500_031];
    const { history: range } = await read(`from=${from}&to=${to}`);
    expect(range).to.deep.equal(EXPECTED.slice(50_000, 50_004));
    const { history: newest, next_cursor } = await read('order=desc&limit=2');
    expect(newest).to.deep.equal(EXPECTED.slice(-2).toReversed());
    expect(next_cursor).to.be.a('string');
  });

  it('loses sessions older than the retention in the background, and no others, while heals are answered', async () => {
    daemon.signal('SIGTERM');
    await daemon.ended;
    daemon = await household.daemon(data, { 'history-retention': 20 });
    expect((await supervision(daemon.url)).store.sessions_stored).to.be.at.least(SESSIONS);
    await heal(daemon.url, RECENT);
    await goodbye(daemon.url, RECENT);
    await eventually(async () => {
      expect((await supervision(daemon.url)).store.sessions_stored).to.be.below(SESSIONS);
    });
    const pruned = eventually(async () => {
      expect((await supervision(daemon.url)).store.sessions_stored).to.be.below(200);
    });
    const { heals, longest, total } = await healUntil(daemon, pruned);
    await eventually(async () => expect(await history(daemon.url, VETERAN)).to.deep.equal([]));
    expect(await history(daemon.url, RECENT)).to.have.length(1);
    expect(heals, 'heals answered while sessions were pruned').to.be.above(20);
    expect(longest, `of ${total} ms of pruning, a heal took`).to.be.below(total / 3);
  });
});

function ended({ online_at, offline_at }: ShownSession): HistoryRecord {
  const offlineAt = instant(offline_at * 1000);
  return {
    kind: 'ended',
    user: userId(VETERAN),
    onlineAt: instant(online_at * 1000),
    offlineAt,
    lastSeen: offlineAt,
  };
}

/** @returns the bytes read */
async function readInAnotherProcess({ url }: DaemonProcess): Promise<number> {
  const given = ['--silent', '--output', '/dev/null', '--write-out', '%{size_download}'];
  const { stdout } = await promisify(execFile)('curl', [...given, `${url}/heart_rhythm/${VETERAN}`]);
  return Number(stdout);
}

/** Heals one user after the other. Times in milliseconds. */
async function healUntil(
  { url }: DaemonProcess,
  over: Promise<unknown>,
): Promise<{ heals: number; longest: number; total: number }> {
  const work = { over: false };
  const stop = (): void => {
    work.over = true;
  };
  over.then(stop, stop);
  const begun = performance.now();
  let heals = 0;
  let longest = 0;
  while (!work.over) {
    const sent = performance.now();
    expect((await heal(url, 100 + (heals++ % 50))).status).to.equal(200);
    longest = Math.max(longest, performance.now() - sent);
  }
  return { heals, longest, total: performance.now() - begun };
}
