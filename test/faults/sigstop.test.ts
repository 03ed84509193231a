import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { heal, history, isOnline, supervision, type ShownSession } from '../support/calls.js';
import type { ClientProcess } from '../support/client-process.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { describeOnEachStore } from '../support/each-store.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';
import type { Order, SocketUsersPlan, SocketUsersReport } from './clients/socket-users.js';

const SOCKET_USERS = new URL('./clients/socket-users.ts', import.meta.url);
const USERS = 200;
/** Milliseconds between two heals of a user. */
const EVERY = 2000;
/** Seconds between ticks of a nearly idle daemon. */
const TICK = 0.1;

describeOnEachStore('a daemon that stands still', ({ isDatabase, make }) => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('declares no user offline after 20 s of SIGSTOP while their heals waited in the sockets', async () => {
    const daemon = await start(7);
    const clients = await healAll({ url: daemon.url, users: USERS, every: EVERY });
    const silent = USERS + 1;
    await heal(daemon.url, silent);
    const expectOnline = async (): Promise<void> => {
      expect(await isOnline(daemon.url, silent)).to.equal(true);
    };

    // Between two answers its event loop has turned, and a tick that was due has run.
    const awake = Date.now();
    // One on PostgreSQL refuses everybody until it has renewed its row.
    const seeOnline = (): Promise<void> => (isDatabase ? eventually(expectOnline) : expectOnline());
    for (let look = 0; look < 3; look++) await seeOnline();
    daemon.signal('SIGSTOP');
    const stopped = Date.now();
    await pause(20_000);
    const resumed = Date.now();
    daemon.signal('SIGCONT');
    await seeOnline();
    const noticed = await eventually(async () => {
      const { blind_intervals } = await supervision(daemon.url);
      expect(longestFirst(blind_intervals, 'seconds')[0]?.seconds).to.be.at.least(19);
      return Date.now();
    });
    await pause(8000);

    const now = Date.now() / 1000;
    const shown = new Map<number, ShownSession[]>();
    for (let user = 1; user <= USERS; user++) shown.set(user, await history(daemon.url, user));
    const [end] = await history(daemon.url, silent);
    expect(end?.offline_at).to.be.at.least(Math.floor(resumed / 1000) + 7);
    const { users, seenOffline, troubles, looks } = await finish(clients);
    expect(troubles.filter((trouble) => !isDatabase || !trouble.startsWith('503 '))).to.deep.equal([]);
    // On a busy machine a client may be late itself, or be refused for long, and its user goes offline correctly.
    const inTime = users.filter(
      (user) => lateGaps(user, 7000) === 0 && user.refusedAt < resumed + 7000 - 2 * EVERY,
    );
    expect(inTime).not.to.deep.equal([]);
    for (const { user } of inTime) {
      const sessions = shown.get(user);
      expect(sessions, `user ${user}`).to.have.length(1);
      expect(sessions?.[0]?.online_at, `user ${user}`).to.be.below(stopped / 1000);
      expect(sessions?.[0]?.offline_at, `user ${user}`).to.be.above(now);
      expect(seenOffline).not.to.include(user);
    }
    expect(looks, 'each user was looked at').to.be.at.least(2 * USERS);

    const [interval] = longestFirst((await supervision(daemon.url)).blind_intervals, 'seconds');
    expect(interval).to.include({ cause: 'stalled' });
    // At the earliest one tick before `awake`; shown in whole seconds.
    expect(interval?.from).to.be.within(awake / 1000 - 1 - TICK, stopped / 1000);
    expect(interval?.to).to.be.within(Math.floor(resumed / 1000), noticed / 1000);
    const [line] = longestFirst(daemon.logged('was blind'), 'blind_seconds');
    expect(line).to.include({ level: 'warn' });
    expect(line?.['blind_seconds']).to.be.within(
      (resumed - stopped) / 1000 - 0.01,
      (noticed - awake) / 1000 + TICK,
    );
  });

  it('ends no session healed in time while the process repeatedly stands still for 0.6 s', async () => {
    const timeout = 2000;
    const daemon = await start(timeout / 1000);
    const clients = await healAll({ url: daemon.url, users: USERS, every: timeout - 250 });
    const stalls: Stall[] = [];
    for (let stall = 0; stall < 8; stall++) {
      daemon.signal('SIGSTOP');
      const from = Date.now();
      await pause(600);
      stalls.push({ from, to: Date.now() });
      daemon.signal('SIGCONT');
      await pause(500 + 40 * stall);
    }
    const report = await finish(clients);
    expect(report.troubles).to.deep.equal([]);
    await eventually(async () => {
      expect((await supervision(daemon.url)).users.online).to.equal(0);
    });

    let inSocket = 0;
    const wasBlind = daemon.hasLogged('was blind');
    for (const healed of report.users) {
      const { user, written, answeredAt } = healed;
      // Its session may have ended only if the client was late itself, on a busy machine.
      const late = lateGaps(healed, timeout);
      const sessions = await history(daemon.url, user);
      expect(sessions.length, `sessions of user ${user}`).to.be.within(1, 1 + late);
      if (late === 0) expect(report.seenOffline).not.to.include(user);
      inSocket += savedInSocket(written, timeout, stalls);
      const last = Math.max(...sessions.map(({ offline_at }) => offline_at));
      expect(last, `user ${user}`).to.be.at.least(Math.floor(((written.at(-1) ?? 0) + timeout - 10) / 1000));
      // On a machine so busy that the daemon was blind, sessions are extended.
      if (!wasBlind)
        expect(last, `user ${user}`).to.be.at.most(Math.floor((answeredAt + timeout + 10) / 1000));
    }
    expect(inSocket, 'deadlines that passed while the next heal lay in the socket').to.be.above(0);
  });

  async function start(timeout: number): Promise<DaemonProcess> {
    const { dataDirectory, flags } = await make(resources);
    return resources.daemon(dataDirectory, { ...flags, 'session-timeout': timeout });
  }

  async function healAll(plan: SocketUsersPlan): Promise<ClientProcess> {
    const clients = resources.clients(SOCKET_USERS, plan);
    await clients.hear('healed');
    tell(clients, { kind: 'look' });
    await pause(plan.every);
    return clients;
  }

  function finish(clients: ClientProcess): Promise<SocketUsersReport> {
    tell(clients, { kind: 'finish' });
    return clients.hear<SocketUsersReport>('finished');
  }

  function tell(clients: ClientProcess, order: Order): void {
    clients.tell(order);
  }
});

type HealedUser = SocketUsersReport['users'][number];

interface Stall {
  readonly from: number;
  readonly to: number;
}

/** How often a client wrote a heal too late, or nearly. Then the result depends on the machine. */
function lateGaps({ written, sent }: HealedUser, timeout: number): number {
  return sent.filter((at, index) => at - (written[index - 1] ?? at) >= timeout - 50).length;
}

/** How often a deadline passed during a stall while the next heal, written in time, was in the socket. */
function savedInSocket(written: readonly number[], timeout: number, stalls: readonly Stall[]): number {
  return written.filter((at, index) => {
    const deadline = (written[index - 1] ?? -Infinity) + timeout;
    return at < deadline && stalls.some(({ from, to }) => at > from && deadline < to);
  }).length;
}

function longestFirst<Item extends object>(items: readonly Item[], length: keyof Item): Item[] {
  return items.toSorted((a, b) => Number(b[length]) - Number(a[length]));
}
