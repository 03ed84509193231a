import { expect } from 'chai';
import type { StoredJob } from '../../../src/domain/job.js';
import type { KeptPing } from '../../../src/domain/ping.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { node } from '../../support/ids.js';
import { withStore } from '../../support/with-store.js';
import { collect } from './reading.js';
import type { MakeSubject } from './subject.js';

const [DB, DB2] = [node('db'), node('db2 "☃"')];
const RID = '728b3763-ea80-4113-9fc0-f49b3adf226a';
const JOB: StoredJob = {
  pings: 7,
  lastDuration: 1.5,
  runs: [
    { startedAt: instant(1000), deadline: 61_000.25, blind: 5, isWatched: true },
    { rid: RID, startedAt: instant(2000), deadline: 62_000, blind: 5, isWatched: false },
  ],
};

const ping = (n: number, body = `body ${n}`): KeptPing => ({
  n,
  kind: 'exit',
  exitStatus: 255,
  at: instant(1000 * n),
  rid: RID,
  duration: 0.25,
  bytes: 20_000,
  method: 'POST',
  body: Buffer.from(body),
});
const pinged = (name: typeof DB, kept: KeptPing, job = JOB): HistoryRecord => ({
  kind: 'pinged',
  node: name,
  job,
  ping: kept,
});

export function describePings(make: MakeSubject): void {
  describe('keeps pings, and', () => {
    const history = withStore(make);

    const register = (name: typeof DB): Promise<void> =>
      history.store.write([
        {
          kind: 'registered',
          node: {
            name,
            registeredAt: instant(0),
            settings: { timeout: undefined, maxRetries: undefined, labels: {}, channels: undefined },
            pausedAt: undefined,
          },
        },
        {
          kind: 'statuses',
          nodes: [
            {
              name,
              status: {
                state: 'active',
                retries: 0,
                lastHeartbeat: undefined,
                since: instant(0),
                deadline: 1,
                heardBlind: 0,
              },
            },
          ],
        },
      ]);
    const numbers = async (name: typeof DB, before?: number): Promise<number[]> =>
      (await collect(history.store.pings(name, before))).map(({ n }) => n);

    it('finds them whole after a restart, newest first, and the job with its node', async () => {
      await register(DB);
      await register(DB2);
      const bare: KeptPing = {
        n: 2,
        kind: 'start',
        at: instant(-5),
        bytes: 0,
        method: 'HEAD',
        body: Buffer.alloc(0),
      };
      await history.store.write([pinged(DB, ping(1)), pinged(DB, bare), pinged(DB2, ping(1, 'other'))]);
      await history.reopen();
      const { body: _, ...facts } = ping(1);
      const { body: __, ...bareFacts } = bare;
      expect(await collect(history.store.pings(DB))).to.deep.equal([bareFacts, facts]);
      expect((await history.store.pingBody(DB, 1))?.toString()).to.equal('body 1');
      expect((await history.store.pingBody(DB, 2))?.length).to.equal(0);
      expect(await history.store.pingBody(DB, 3)).to.equal(undefined);
      expect((await history.store.pingBody(DB2, 1))?.toString()).to.equal('other');
      const nodes = await collect(history.store.nodes());
      expect(nodes.map(({ job }) => job)).to.deep.equal([JOB, JOB]);
    });

    it('keeps the last 100 of each node, and reads those before one', async () => {
      for (let n = 1; n <= 130; n += 10)
        await history.store.write(Array.from({ length: 10 }, (_, more) => pinged(DB, ping(n + more))));
      await history.store.write([pinged(DB2, ping(1))]);
      expect(await numbers(DB)).to.deep.equal(Array.from({ length: 100 }, (_, older) => 130 - older));
      expect(await numbers(DB, 33)).to.deep.equal([32, 31]);
      expect(await history.store.pingBody(DB, 30)).to.equal(undefined);
      expect(await numbers(DB2)).to.deep.equal([1]);
    });

    it('removes the oldest of all beyond so many bytes, no more than it should, also after a restart', async () => {
      const large = (n: number): KeptPing => ping(n, 'x'.repeat(9_800));
      for (const n of [1, 2, 3])
        await history.store.write([pinged(DB, large(2 * n)), pinged(DB2, large(2 * n + 1))]);
      expect(await history.store.prunePings(60_000, 10)).to.equal(0);
      await history.reopen();
      expect(await history.store.prunePings(41_000, 1)).to.equal(1);
      expect(await history.store.prunePings(41_000, 10)).to.equal(1);
      expect([await numbers(DB), await numbers(DB2)]).to.deep.equal([
        [6, 4],
        [7, 5],
      ]);
      expect(await history.store.pingBody(DB, 2)).to.equal(undefined);
      expect(await history.store.prunePings(0, 10)).to.equal(4);
      expect(await history.store.prunePings(0, 10)).to.equal(0);
    });

    it('deletes those of a node with it, also in the same batch, and no others', async () => {
      await register(DB);
      await history.store.write([pinged(DB, ping(1)), pinged(DB2, ping(1))]);
      await history.store.write([pinged(DB, ping(2)), { kind: 'forgotten', node: DB }]);
      expect([await numbers(DB), await numbers(DB2)]).to.deep.equal([[], [1]]);
      expect(await history.store.pingBody(DB, 2)).to.equal(undefined);
      await register(DB);
      expect((await collect(history.store.nodes())).map(({ job }) => job)).to.deep.equal([undefined]);
      expect(await history.store.prunePings(0, 10)).to.equal(1);
    });
  });
}
