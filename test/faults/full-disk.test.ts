import { expect } from 'chai';
import path from 'node:path';
import { call, goodbye, heal, history, isOnline, supervision, type Answer } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { PARTITION_IDS, partitionHolding } from '../support/partitions.js';
import { user as userId } from '../support/ids.js';
import { TestResources } from '../support/test-resources.js';
import type { Session } from '../support/history-comparison.js';
import { kindsOfDisk, type SmallDisk } from '../support/small-disk.js';
import { inSeconds, readHistory } from '../support/stored-history.js';

/** Undefined stands for the only one. */
const PARTITIONS_OF_USERS = PARTITION_IDS.filter((id) => id !== 'watch');
const TIMEOUT = 4;
const FLAGS = { 'session-timeout': TIMEOUT };
/** Healed all the time. */
const STEADY = range(1, 20);
/** Healed only until the disk refuses writes. */
const FADING = range(21, 40);
const POLITE = 41;
const REFUSES = 'the store refuses writes';

for (const { name, make } of kindsOfDisk()) {
  describe(`a daemon on a full disk (${name})`, () => {
    const resources = new TestResources();
    let disk: SmallDisk;
    let data: string;
    let daemon: DaemonProcess;
    let steady: Answer[];
    let healing: NodeJS.Timeout;
    let refusing: boolean;
    let filledAt: number;

    beforeEach(async () => {
      disk = make();
      resources.onClear(() => disk.remove());
      data = path.join(disk.directory, 'data');
      daemon = await resources.daemon(data, FLAGS);
      steady = [];
      refusing = false;
      await healSteady();
      healing = setInterval(() => void healSteady().catch(() => undefined), 500);
      expect((await heal(daemon.url, POLITE)).status).to.equal(200);
      expect((await goodbye(daemon.url, POLITE)).status).to.equal(200);
      await Promise.all(FADING.map((user) => heal(daemon.url, user)));
      filledAt = performance.now();
      disk.fill(daemon);
    });

    afterEach(async () => {
      clearInterval(healing);
      await resources.clear();
    });

    it('refuses openings and goodbyes, extends sessions, keeps ends, says why, and stores all of it later', async () => {
      const opened = await openUntilRefused(1000);
      for (const answer of [await heal(daemon.url, 2000), await goodbye(daemon.url, STEADY[0] ?? 0)]) {
        expect(answer.status).to.equal(503);
        expect(Number(answer.headers.get('retry-after'))).to.be.above(0);
        expect(JSON.parse(answer.body))
          .to.have.property('error')
          .that.matches(/store refuses writes/);
      }
      const readyz = await call(daemon.url, 'GET', '/readyz');
      expect(readyz.status).to.equal(200);
      expect(JSON.parse(readyz.body)).to.deep.equal({ status: 'ready', not_storing: [REFUSES] });
      const storing = await call(daemon.url, 'GET', '/readyz/storing');
      expect(storing.status).to.equal(503);
      expect(JSON.parse(storing.body)).to.deep.equal({ status: 'not_storing', reasons: [REFUSES] });
      expect((await call(daemon.url, 'GET', '/healthz')).status).to.equal(200);

      const refused = await Promise.all(range(2001, 2200).map((user) => heal(daemon.url, user)));
      expect(refused.map(({ status }) => status)).to.deep.equal(refused.map(() => 503));
      const lines = daemon.logged('store refuses writes');
      expectOneEach(lines);
      for (const line of lines) expect(line).to.have.property('error');
      // A line for each attempt to open the store again: after 1 s, then after twice as long as before.
      const attempts = Math.log2(1 + (performance.now() - filledAt) / 1000);
      expect(daemon.logged('store still refuses writes').length).to.be.at.most(
        Math.ceil(attempts) * PARTITION_IDS.length,
      );

      await eventually(async () => {
        for (const user of FADING) expect(await isOnline(daemon.url, user)).to.equal(false);
      });
      const waiting = await supervision(daemon.url);
      expect(waiting.store).to.include({ state: 'refusing' });
      expect(waiting.store.waiting).to.be.at.least(FADING.length);
      const faded = await Promise.all(FADING.map((user) => history(daemon.url, user)));

      disk.free(daemon);
      await eventually(async () => {
        expect((await call(daemon.url, 'GET', '/readyz/storing')).status).to.equal(200);
      });
      expectOneEach(daemon.logged('store takes writes again'));
      expect((await heal(daemon.url, 2000)).status).to.equal(200);
      await eventually(async () => {
        expect((await supervision(daemon.url)).store.sessions_stored).to.equal(
          1 + FADING.length + opened.length,
        );
      });
      expect(new Set(steady.map(({ status }) => status))).to.deep.equal(new Set([200]));
      clearInterval(healing);
      daemon.signal('SIGTERM');
      expect((await daemon.ended).code).to.equal(0);

      const refusedUsers = range(2001, 2200);
      const stored = await readHistory(data, [...FADING, ...opened, POLITE, ...refusedUsers].map(String));
      const sessionsOf = (user: number): readonly Session[] => stored.sessions.get(String(user)) ?? [];
      for (const [index, user] of FADING.entries()) {
        expect(sessionsOf(user).map(inSeconds), `user ${user}`).to.deep.equal(faded[index]);
      }
      for (const user of [...FADING, ...opened]) {
        expect(sessionsOf(user), `user ${user}`).to.have.length(1);
        const [{ onlineAt, offlineAt } = { onlineAt: 0, offlineAt: 0 }] = sessionsOf(user);
        expect(offlineAt - onlineAt, `user ${user}`).to.be.at.least(TIMEOUT * 1000);
      }
      expect(sessionsOf(POLITE)).to.have.length(1);
      for (const user of refusedUsers) expect(sessionsOf(user), `user ${user}`).to.deep.equal([]);
      expect(stored.open).not.to.include.members(refusedUsers.map(String));
    });

    it('loses nothing acknowledged when it is killed while the disk is full', async () => {
      const opened = await openUntilRefused(1000);
      const before = await Promise.all(STEADY.map((user) => history(daemon.url, user)));
      const [polite] = await history(daemon.url, POLITE);
      await eventually(async () => {
        for (const user of FADING) expect(await isOnline(daemon.url, user)).to.equal(false);
      });
      const faded = await Promise.all(FADING.map((user) => history(daemon.url, user)));
      clearInterval(healing);
      await daemon.kill();
      disk.free(daemon);
      daemon = await resources.daemon(data, FLAGS);

      expect(await history(daemon.url, POLITE)).to.deep.equal([polite]);
      expect(await history(daemon.url, 2000)).to.deep.equal([]);
      await healSteady();
      for (const [index, user] of STEADY.entries()) {
        const sessions = await history(daemon.url, user);
        expect(sessions, `user ${user}`).to.have.length(1);
        expect(sessions[0]?.online_at, `user ${user}`).to.equal(before[index]?.[0]?.online_at);
      }
      await eventually(async () => {
        expect((await supervision(daemon.url)).users.online).to.equal(0);
      });
      for (const [index, user] of FADING.entries()) {
        const sessions = await history(daemon.url, user);
        const [told] = faded[index] ?? [];
        expect(sessions, `user ${user}`).to.have.length(1);
        expect(sessions[0]?.online_at, `user ${user}`).to.equal(told?.online_at);
        const end = told?.offline_at ?? 0;
        expect(sessions[0]?.offline_at, `user ${user}`).to.be.within(end - TIMEOUT, end + TIMEOUT);
      }
      for (const user of opened) expect(await history(daemon.url, user), `user ${user}`).to.have.length(1);
    });

    async function healSteady(): Promise<void> {
      if (!refusing) await Promise.all(FADING.map((user) => heal(daemon.url, user)));
      steady.push(...(await Promise.all(STEADY.map((user) => heal(daemon.url, user)))));
    }

    /** The rest of a page of the disk may still hold an opening or two. @returns the acknowledged users */
    async function openUntilRefused(first: number): Promise<number[]> {
      const opened: number[] = [];
      // Each partition has a store of its own, with a little room left.
      const open = new Set(PARTITIONS_OF_USERS);
      for (let user = first; open.size > 0; user++) {
        if ((await heal(daemon.url, user)).status === 200) opened.push(user);
        else open.delete(partitionHolding(userId(user)));
      }
      refusing = true;
      return opened;
    }

    /** One from each partition of users, and at most one from any other. */
    function expectOneEach(lines: readonly Readonly<Record<string, unknown>>[]): void {
      const partitions = lines.map(({ partition }) => partition);
      expect(partitions).to.include.members(PARTITIONS_OF_USERS);
      expect(new Set(partitions)).to.have.property('size', partitions.length);
    }
  });
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
