import { expect } from 'chai';
import { NameInUse } from '../../src/ports/ownership.js';
import { expectNoLoss, expectShared } from './ownership/members.js';
import type { MemberUnderTest, Subject } from './ownership/subject.js';

/** The promises of every `SharedOwnership`, whatever coordinates it. */
export function describeOwnership(name: string, make: () => Subject): void {
  describe(`${name}, as what shares partitions among daemons`, () => {
    let subject: Subject;
    let a: MemberUnderTest;
    let b: MemberUnderTest;
    let c: MemberUnderTest;
    beforeEach(() => {
      subject = make();
      a = subject.member('a');
      b = subject.member('b');
      c = subject.member('c');
    });
    afterEach(() => subject.dispose());

    async function join(...members: MemberUnderTest[]): Promise<void> {
      await settled(...members.map((member) => member.ownership.join()));
      await subject.eventually(() => expectShared(subject, ...members));
    }

    /** Waits for what needs time to pass. */
    async function settled(...promises: Promise<unknown>[]): Promise<void> {
      let isDone = false;
      const all = Promise.all(promises).finally(() => (isDone = true));
      all.catch(() => undefined);
      await subject.eventually(() => expect(isDone).to.equal(true));
      await all;
    }

    it('gives one member everything, and says who owns what', async () => {
      await join(a);
      await subject.eventually(() => {
        const { members, owners } = a.ownership.directory;
        expect([...members.keys()]).to.deep.equal(['a']);
        expect(members.get('a')).to.include({ advertise: 'http://a:3520', isLeaving: false });
        expect([...owners.keys()].sort()).to.deep.equal([...subject.partitions]);
        for (const [partition, { member, epoch }] of owners) {
          expect(member).to.equal('a');
          expect(epoch).to.equal(a.running.get(partition));
        }
      });
      expect(a.mostAtOnce, 'take-overs at once').to.be.at.most(2);
    });

    it('shares among several that start together', async () => {
      await join(a, b, c);
    });

    it('hands over to a newcomer what it is to have, and nothing else moves', async () => {
      await join(a);
      await settled(b.ownership.join());
      await subject.eventually(() => expectShared(subject, a, b));
      expectNoLoss(subject, a, b);
      const moved = a.happenings.filter(({ kind }) => kind === 'hand-over');
      if (a.losses === 0) expect(moved).to.have.length(3);
    });

    it('gives what a dead member had to the others, once it can answer no more', async () => {
      await join(a, b);
      a.cut(true);
      await subject.eventually(() => expect(b.answering.size).to.equal(subject.partitions.length));
      expect(a.holds).to.equal(false);
      a.cut(false);
      await subject.eventually(() => expectShared(subject, a, b));
      expect(a.losses, 'partitions that it has dropped').to.be.at.least(3);
    });

    it('loses nothing when a member leaves', async () => {
      await join(a, b, c);
      await settled(a.ownership.leave(60_000));
      await subject.eventually(() => expectShared(subject, b, c));
      expect(a.running.size).to.equal(0);
      expectNoLoss(subject, a, b, c);
      await subject.eventually(() => expect([...b.ownership.directory.members.keys()]).to.not.include('a'));
    });

    it('lets the last member leave, and the next one start with everything', async () => {
      await join(a);
      await settled(a.ownership.leave(60_000));
      expect(a.running.size).to.equal(0);
      expectNoLoss(subject, a);
      await join(b);
    });

    it('refuses a name that another process has, and the first one goes on', async () => {
      await join(a);
      const newcomer = subject.member('a');
      const refused: Promise<unknown> = newcomer.ownership.join().catch((error: unknown) => error);
      await settled(refused);
      expect(await refused).to.be.instanceOf(NameInUse);
      expectNoLoss(subject, a);
      await subject.eventually(() => expectShared(subject, a));
      expect(newcomer.happenings).to.deep.equal([]);
    });

    it('gives the name of a dead process to the next one, once its lease has ended', async () => {
      await join(a);
      a.cut(true);
      const next = subject.member('a');
      await settled(next.ownership.join());
      expect(a.holds).to.equal(false);
      await subject.eventually(() => expectShared(subject, next));
      a.cut(false);
      await subject.eventually(() => expect(a.refusal).to.be.instanceOf(NameInUse));
      await subject.eventually(() => expectShared(subject, next));
    });

    it('loses nothing when the service gets another leader', async () => {
      await join(a, b);
      await subject.changeLeader();
      const before = [a, b].map(({ ownership }) => ownership.validUntil);
      await subject.eventually(() => {
        for (const [index, { ownership }] of [a, b].entries())
          expect(ownership.validUntil).to.be.above(before[index] ?? Infinity);
      });
      await subject.eventually(() => expectShared(subject, a, b));
      expectNoLoss(subject, a, b);
    });

    it('answers nothing while the service is away, and goes on with what it had', async () => {
      await join(a, b);
      const before = [a, b].map(({ running }) => new Map(running));
      await subject.stop();
      await subject.eventually(() => expect([a.holds, b.holds]).to.deep.equal([false, false]));
      await subject.start();
      await subject.eventually(() => expect([a.holds, b.holds]).to.deep.equal([true, true]));
      await subject.eventually(() => expectShared(subject, a, b));
      expectNoLoss(subject, a, b);
      if (a.losses + b.losses === 0) expect([a.running, b.running]).to.deep.equal(before);
    });

    it('drops everything of a lease that was ended from outside, and joins again', async () => {
      await join(a, b);
      await subject.endLease('a');
      await subject.eventually(() => expect(a.losses).to.be.at.least(3));
      await subject.eventually(() => expectShared(subject, a, b));
    });

    it('gives up a partition whose store has another owner, and takes it over again later', async () => {
      await join(a);
      const before = a.running.get('users-3') ?? 0;
      a.ownership.giveUp('users-3');
      expect(a.running.has('users-3')).to.equal(false);
      await subject.eventually(() => {
        expectShared(subject, a);
        expect(a.running.get('users-3')).to.be.above(before);
      });
    });

    it('tries again to take over what it could not, after a while', async () => {
      a.failing.add('users-3');
      await settled(a.ownership.join());
      await subject.eventually(() => expect(a.answering.size).to.equal(subject.partitions.length - 1));
      expect([...a.answering]).to.not.include('users-3');
      a.failing.clear();
      await subject.eventually(() => expectShared(subject, a));
    });
  });
}
