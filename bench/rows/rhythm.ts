import { UserRange } from '../../src/cli/bench/virtual-users.js';
import { LevelHistoryStore } from '../../src/adapters/level/level-history-store.js';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import { wrkWithCpu, type WrkFigures } from '../meters/wrk.js';
import { untilQuiet } from '../population/groups.js';
import { atMost, type Row } from '../row.js';
import { ratios } from '../statistics.js';

const USERS = 1_000;
const SHORT = 100;
const CONNECTIONS = 8;
/** Each session lasts 7 s, as does the gap after it. */
const SESSION_MS = 7_000;
const WRITTEN_TOGETHER = 5_000;
const [LONG_USER, SHORT_USER] = [1, 2];

type Round = WrkFigures & { readonly cpuUs: number };

export const rhythm: Row = {
  name: 'rhythm',
  title:
    'heart_rhythm?limit=100 of a user with 100,000 sessions against one with 100, in a store of 1,000 users',
  needs: ['wrk'],
  goals: { 'cost, oldest first': atMost(3, 1.5), 'cost, newest first': atMost(3, 1.5) },
  run: async ({ servers, signal, say, size, rounds, seconds }) => {
    const long = size(100_000, 20_000);
    const directory = servers.temporaryDirectory();
    say('filling the store');
    await fill(directory, long);
    const { url, pid } = await servers.daemon({ sessionTimeoutSeconds: 7, directory });
    await untilQuiet([pid], signal);
    const measured = new Map<string, Round[]>();
    for (let round = 1; round <= rounds; round++) {
      for (const order of ['asc', 'desc']) {
        for (const user of [LONG_USER, SHORT_USER]) {
          say(`round ${String(round)} of ${String(rounds)}: user ${String(user)}, ${order}`);
          const page = `${url}/heart_rhythm/${String(user)}?limit=100&order=${order}`;
          const run = { url: page, connections: CONNECTIONS, seconds, signal };
          const key = keyOf(order, user);
          measured.set(key, [...(measured.get(key) ?? []), await wrkWithCpu(run, [pid])]);
        }
      }
    }
    const of = (order: string, user: number, figure: 'perSecond' | 'cpuUs'): number[] =>
      (measured.get(keyOf(order, user)) ?? []).map((round) => round[figure]);
    const cost = (order: string): number[] =>
      ratios(of(order, SHORT_USER, 'perSecond'), of(order, LONG_USER, 'perSecond'));
    return {
      figures: [
        { name: 'cost, oldest first', unit: '×', rounds: cost('asc') },
        { name: 'cost, newest first', unit: '×', rounds: cost('desc') },
        { name: '100 sessions', unit: '/s', rounds: of('asc', SHORT_USER, 'perSecond') },
        { name: '100,000 sessions', unit: '/s', rounds: of('asc', LONG_USER, 'perSecond') },
        { name: '100 sessions, CPU a request', unit: 'µs', rounds: of('asc', SHORT_USER, 'cpuUs') },
        { name: '100,000 sessions, CPU a request', unit: 'µs', rounds: of('asc', LONG_USER, 'cpuUs') },
      ],
    };
  },
};

function keyOf(order: string, user: number): string {
  return `${order} ${String(user)}`;
}

/** The sessions of all users, with ends spread over the same time, so that the store merges its files often. */
async function fill(directory: string, long: number): Promise<void> {
  const store = new LevelHistoryStore(directory);
  await store.open();
  const ids = new UserRange(0n);
  const until = Date.now() - 60_000;
  const ended = (user: number, ago: number): HistoryRecord => {
    const offlineAt = until - ago * 2 * SESSION_MS;
    return {
      kind: 'ended',
      user: ids.id(user),
      onlineAt: instant(offlineAt - SESSION_MS),
      offlineAt: instant(offlineAt),
      lastSeen: instant(offlineAt - SESSION_MS),
    };
  };
  let batch: HistoryRecord[] = [];
  for (let ago = long - 1; ago >= 0; ago--) {
    batch.push(ended(LONG_USER, ago));
    if (ago % (long / SHORT) === 0) {
      for (let user = SHORT_USER; user <= USERS; user++) batch.push(ended(user, ago));
    }
    if (batch.length >= WRITTEN_TOGETHER || ago === 0) {
      await store.write(batch);
      batch = [];
    }
  }
  await store.close();
}
