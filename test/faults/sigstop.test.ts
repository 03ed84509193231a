import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { heal, history, isOnline, supervision, type ShownSession } from '../support/calls.js';
import type { ClientProcess } from '../support/client-process.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { Household } from '../support/household.js';
import type { Order, SocketUsersPlan, SocketUsersReport } from './clients/socket-users.js';

const SOCKET_USERS = new URL('./clients/socket-users.ts', import.meta.url);
const USERS = 200;
/** Seconds from one tick to the next, where little is due. */
const TICK = 0.1;

describe('a daemon that stands still', () => {
  const household = new Household();

  afterEach(() => household.clear());

  it('declares nobody offline after 20 s of SIGSTOP in which its users healed into their sockets', async () => {
    const daemon = await household.daemon(household.directory(), { 'session-timeout': 7 });
    const clients = await healAll(daemon, { url: daemon.url, users: USERS, every: 2000 });
    const silent = USERS + 1;
    await heal(daemon.url, silent);

    // Between two answers it has gone round its loop, and has looked whether a tick is due.
    const awake = Date.now();
    for (let look = 0; look < 3; look++) expect(await isOnline(daemon.url, silent)).to.equal(true);
    daemon.signal('SIGSTOP');
    const stopped = Date.now();
    await pause(20_000);
    const resumed = Date.now();
    daemon.signal('SIGCONT');
    expect(await isOnline(daemon.url, silent)).to.equal(true);
    const noticed = await eventually(async () => {
      const { blind_intervals } = await supervision(daemon.url);
      expect(longestFirst(blind_intervals, 'seconds')[0]?.seconds).to.be.at.least(19);
      return Date.now();
    });
    await pause(8000);

    const now = Date.now() / 1000;
    for (let user = 1; user <= USERS; user++) {
      const sessions = await history(daemon.url, user);
      expect(sessions, `user ${user}`).to.have.length(1);
      expect(sessions[0]?.online_at, `user ${user}`).to.be.below(stopped / 1000);
      expect(sessions[0]?.offline_at, `user ${user}`).to.be.above(now);
    }
    const [end] = await history(daemon.url, silent);
    expect(end?.offline_at).to.be.at.least(Math.floor(resumed / 1000) + 7);
    const { seenOffline, troubles, looks } = await finish(clients);
    expect(seenOffline).to.deep.equal([]);
    expect(troubles).to.deep.equal([]);
    expect(looks, 'each user was looked at').to.be.at.least(2 * USERS);

    const [interval] = longestFirst((await supervision(daemon.url)).blind_intervals, 'seconds');
    expect(interval).to.include({ cause: 'stalled' });
    // A tick before it was awake at the earliest; shown in whole seconds.
    expect(interval?.from).to.be.within(awake / 1000 - 1 - TICK, stopped / 1000);
    expect(interval?.to).to.be.within(Math.floor(resumed / 1000), noticed / 1000);
    const [line] = longestFirst(daemon.logged('was blind'), 'blind_seconds');
    expect(line).to.include({ level: 'warn' });
    expect(line?.['blind_seconds']).to.be.within(
      (resumed - stopped) / 1000 - 0.01,
      (noticed - awake) / 1000 + TICK,
    );
  });

  it('ends nobody who healed in time while it stood still for 0.6 s again and again', async () => {
    const timeout = 2000;
    const daemon = await household.daemon(household.directory(), { 'session-timeout': timeout / 1000 });
    const clients = await healAll(daemon, { url: daemon.url, users: USERS, every: timeout - 250 });
    for (let stall = 0; stall < 8; stall++) {
      daemon.signal('SIGSTOP');
      await pause(600);
      daemon.signal('SIGCONT');
      await pause(500 + 40 * stall);
    }
    const report = await finish(clients);
    expect(report.troubles).to.deep.equal([]);
    await eventually(async () => {
      expect((await supervision(daemon.url)).users.online).to.equal(0);
    });

    // On a busy machine a client may itself be late.
    const inTime = report.users.filter(({ written }) => longestGap(written) < timeout - 50);
    expect(inTime.length, 'users whose clients were in time').to.be.above(USERS / 10);
    for (const { user, written } of inTime) {
      expect(report.seenOffline).not.to.include(user);
      const sessions = await history(daemon.url, user);
      expect(sessions, `user ${user}`).to.have.length(1);
      expectEnd(sessions[0], (written.at(-1) ?? 0) + timeout, daemon.hasLogged('was blind'));
    }
  });

  async function healAll(daemon: DaemonProcess, plan: SocketUsersPlan): Promise<ClientProcess> {
    const clients = household.clients(SOCKET_USERS, plan);
    await eventually(async () => {
      expect((await supervision(daemon.url)).users.online).to.equal(plan.users);
    });
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

function longestGap(written: readonly number[]): number {
  return Math.max(...written.map((at, index) => at - (written[index - 1] ?? at)));
}

/**
 * A heal that lay in the socket while the daemon stood still holds its user from when it was read. A few milliseconds
 * are lost where instants of two clocks are rounded. A machine so busy that the daemon was blind gives time again.
 */
function expectEnd(session: ShownSession | undefined, deadline: number, wasBlind: boolean): void {
  expect(session?.offline_at).to.be.at.least(Math.floor((deadline - 10) / 1000));
  if (!wasBlind) expect(session?.offline_at).to.be.at.most(Math.floor((deadline + 1000) / 1000));
}

function longestFirst<Item extends object>(items: readonly Item[], length: keyof Item): Item[] {
  return items.toSorted((a, b) => Number(b[length]) - Number(a[length]));
}
