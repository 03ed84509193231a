import { expect } from 'chai';
import type { Recovery } from '../../../src/domain/recovery.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { MakeSubject } from './subject.js';
import { withStore } from '../../support/with-store.js';
import { node } from '../../support/ids.js';
import { ended, healedIn, opened, openIn, unended, user } from './reading.js';

const ALICE = user('9007199254740993');
const BOB = user('-9223372036854775808');
const CAROL = user('9223372036854775807');

const unsettled = (generation: number): Recovery => ({
  generation,
  silent: [
    { generation: generation - 1, deadline: instant(9_000), endsAt: instant(8_000) },
    { generation: generation - 2, deadline: instant(7_000), endsAt: instant(-6_000) },
  ],
});
const recovered = (recovery: Recovery): HistoryRecord => ({ kind: 'recovered', recovery });
const settled = (generation: number): HistoryRecord => recovered({ generation, silent: [] });
const healed = (generation: number, ...users: (typeof ALICE)[]): HistoryRecord => ({
  kind: 'healed',
  generation,
  users,
});

export function describeRecovery(make: MakeSubject): void {
  describe('keeps what a recovery needs, and', () => {
    const history = withStore(make);

    /** The summary of opening it. */
    async function restart() {
      await history.reopen();
      await history.store.close();
      return history.store.open();
    }

    it('has no watermark, recovery, end, observed time or membership when it is new', async () => {
      expect(await restart()).to.deep.equal({
        watermark: undefined,
        aliveAt: undefined,
        recovery: undefined,
        latestEnd: undefined,
        observed: undefined,
        membership: undefined,
        hasTextIds: false,
        pingSecret: undefined,
      });
    });

    it('has whether ids of users may be texts', async () => {
      await history.store.write([{ kind: 'text_ids' }]);
      expect((await restart()).hasTextIds).to.equal(true);
    });

    it('has the secret of ping UUIDs, and whose they are', async () => {
      const secret = Buffer.from('a secret');
      const uuids = ['5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278', '123e4567-e89b-12d3-a456-426614174000'] as const;
      const [first, second] = uuids;
      await history.store.write([
        { kind: 'ping_secret', secret },
        { kind: 'ping_uuids', uuids: [{ uuid: first, node: node('db1') }] },
        { kind: 'ping_uuids', uuids: [{ uuid: second, node: node('db "2"') }] },
      ]);
      expect((await restart()).pingSecret).to.deep.equal(secret);
      expect(await history.store.nodeOfPing(first)).to.equal('db1');
      await history.store.write([{ kind: 'ping_uuids', uuids: [{ uuid: first, node: undefined }] }]);
      expect(await history.store.nodeOfPing(first)).to.equal(undefined);
      expect(await history.store.nodeOfPing(second)).to.equal('db "2"');
    });

    it('has the partition and the set of partitions that it belongs to', async () => {
      const membership = { set: 'first', partition: 'users-1', partitions: 4 };
      await history.store.write([{ kind: 'membership', membership }]);
      expect((await restart()).membership).to.deep.equal(membership);
    });

    it('has the last watermark', async () => {
      await history.store.write([{ kind: 'watermark', at: instant(2_000) }]);
      await history.store.write([{ kind: 'watermark', at: instant(1_500) }]);
      const { watermark, aliveAt } = await restart();
      expect({ watermark, aliveAt }).to.deep.equal({ watermark: 1_500, aliveAt: 1_500 });
    });

    it('has the instant at which the daemon was last alive, which may be after the watermark', async () => {
      await history.store.write([{ kind: 'watermark', at: instant(1_500), aliveAt: instant(4_000) }]);
      const { watermark, aliveAt } = await restart();
      expect({ watermark, aliveAt }).to.deep.equal({ watermark: 1_500, aliveAt: 4_000 });
    });

    it('has the last recovery, settled or not', async () => {
      await history.store.write([settled(1), recovered(unsettled(2))]);
      expect((await restart()).recovery).to.deep.equal(unsettled(2));
      await history.store.write([settled(2)]);
      expect((await restart()).recovery).to.deep.equal({ generation: 2, silent: [] });
    });

    it('has the latest end of all users, whatever was written after it', async () => {
      await history.store.write([ended(ALICE, 100, 900), ended(BOB, 100, 300)]);
      await history.store.write([ended(CAROL, 100, 400)]);
      expect((await restart()).latestEnd).to.equal(900);
      await history.store.write([ended(BOB, 400, 500)]);
      expect((await restart()).latestEnd).to.equal(900);
    });

    it('has the generation in which a session was opened or extended', async () => {
      await history.store.write([opened(ALICE, 100), ended(CAROL, 50, 90)]);
      await history.store.write([recovered(unsettled(1)), opened(BOB, 200)]);
      await history.reopen();
      await history.store.write([unended(CAROL, 50, 90)]);
      expect(await openIn(history.store)).to.deep.equal([
        { user: BOB, onlineAt: 200, generation: 1 },
        { user: ALICE, onlineAt: 100, generation: 0 },
        { user: CAROL, onlineAt: 50, generation: 1 },
      ]);
    });

    it('lists the healed users of each generation, later ones last', async () => {
      await history.store.write([healed(2, CAROL)]);
      await history.store.write([healed(1, ALICE, BOB)]);
      await history.reopen();
      await history.store.write([healed(2, ALICE)]);
      await history.store.write([healed(10, BOB)]);
      expect(await healedIn(history.store)).to.deep.equal([
        { generation: 1, users: [ALICE, BOB] },
        { generation: 2, users: [CAROL] },
        { generation: 2, users: [ALICE] },
        { generation: 10, users: [BOB] },
      ]);
    });

    it('has it for very many sessions', async () => {
      const users = Array.from({ length: 40_000 }, (_, index) => user(index));
      await history.store.write([healed(1, ...users.slice(0, 20_000)), healed(1, ...users.slice(20_000))]);
      const all = await healedIn(history.store);
      expect(all.flatMap((one) => [...one.users])).to.deep.equal(users);
    });

    it('removes healed users exactly when their recovery is settled', async () => {
      await history.store.write([healed(1, ALICE), recovered(unsettled(2)), healed(2, BOB)]);
      expect(await healedIn(history.store)).to.have.length(2);
      await history.store.write([healed(2, ALICE), settled(2), healed(3, CAROL)]);
      expect(await healedIn(history.store)).to.deep.equal([{ generation: 3, users: [CAROL] }]);
      await history.reopen();
      expect(await healedIn(history.store)).to.deep.equal([{ generation: 3, users: [CAROL] }]);
    });
  });
}
