import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:http';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import { call, goodbye, heal, history, supervision, type ShownSession } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';
import { user as userId } from '../support/ids.js';
import { writeHistory } from '../support/stored-history.js';

const VETERAN = 1;
const RECENT = 2;
const SESSIONS = 100_000;
const READERS = 3;
const HEALS = 50;
/** A session of five seconds every ten seconds, the last one long ago. */
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
  const resources = new TestResources();
  let data: string;
  let daemon: DaemonProcess;

  before(async () => {
    data = resources.directory();
    await writeHistory(data, EXPECTED.map(ended));
    daemon = await resources.daemon(data);
  });

  after(() => resources.clear());

  it('has a history that can be read whole while heals are answered', async () => {
    expect(await history(daemon.url, VETERAN)).to.deep.equal(EXPECTED);

    // The daemon reads the requests for histories first and then the heals, all in one pass, on any machine.
    const answered: string[] = [];
    const note = (what: string) => (): number => answered.push(what);
    daemon.signal('SIGSTOP');
    const readers = await Promise.all(Array.from({ length: READERS }, () => send(daemon, 'GET', VETERAN)));
    const heals = await Promise.all(
      Array.from({ length: HEALS }, (_, index) => send(daemon, 'PUT', 100 + index)),
    );
    daemon.signal('SIGCONT');
    const reading = Promise.all(readers.map(({ bytes }) => bytes.finally(note('history'))));
    const healing = Promise.all(heals.map(({ bytes }) => bytes.finally(note('heal'))));
    await healUntil(daemon, reading);
    for (const bytes of await reading) expect(bytes).to.be.above(SESSIONS * 40);
    await healing;
    expect(answered.slice(0, HEALS), 'answered before a history was at its end').to.deep.equal(
      Array.from({ length: HEALS }, () => 'heal'),
    );
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
    daemon = await resources.daemon(data, { 'history-retention': 20 });
    expect((await supervision(daemon.url)).store.sessions_stored).to.be.at.least(SESSIONS);
    await heal(daemon.url, RECENT);
    await goodbye(daemon.url, RECENT);
    await eventually(async () => {
      expect((await supervision(daemon.url)).store.sessions_stored).to.be.below(SESSIONS);
    });
    const pruned = eventually(async () => {
      expect((await supervision(daemon.url)).store.sessions_stored).to.be.below(200);
    });
    await healUntil(daemon, pruned);
    await eventually(async () => expect(await history(daemon.url, VETERAN)).to.deep.equal([]));
    expect(await history(daemon.url, RECENT)).to.have.length(1);
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

interface Sent {
  /** Resolves with the length of the body; rejects for a status other than 200. */
  readonly bytes: Promise<number>;
}

/** Resolves once the request was sent, on a connection of its own. */
async function send({ url }: DaemonProcess, method: 'GET' | 'PUT', user: number): Promise<Sent> {
  const call = method === 'GET' ? 'heart_rhythm' : 'heal';
  const asked = request(`${url}/${call}/${user}`, { method, agent: false });
  const bytes = new Promise<number>((resolve, reject) => {
    asked.once('error', reject).once('response', (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => (length += chunk.length)).once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve(length);
        else reject(new Error(`${method} answered ${String(response.statusCode)}`));
      });
    });
  });
  const left = once(asked, 'finish');
  asked.end();
  await left;
  return { bytes };
}

/** Heals one user after another; each heal must be answered with 200. */
async function healUntil({ url }: DaemonProcess, over: Promise<unknown>): Promise<void> {
  const work = { over: false };
  const stop = (): void => {
    work.over = true;
  };
  over.then(stop, stop);
  for (let turn = 0; !work.over; turn++) expect((await heal(url, 1000 + (turn % 50))).status).to.equal(200);
}
