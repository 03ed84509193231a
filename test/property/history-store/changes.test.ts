import { expect } from 'chai';
import fc from 'fast-check';
import { instant } from '../../../src/domain/time.js';
import { isInteger, type UserId } from '../../../src/domain/user-id.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { HistoryStore } from '../../../src/ports/history-store.js';
import type { Subject } from '../../contract/history-store/subject.js';
import { byUser, historyOf, openIn } from '../../contract/history-store/reading.js';
import { levelSubject, memorySubject } from '../../contract/subjects.js';
import { neighbours } from './arbitraries.js';
import { StoredModel, undo } from './model.js';

const who = fc.nat(2);
const fate = fc.oneof(
  { weight: 4, arbitrary: fc.constant('stored' as const) },
  fc.record({
    outcome: fc.constantFrom('stored' as const, 'lost' as const),
    then: fc.constantFrom('again', 'undo'),
  }),
);
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin' as const), who, wait: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('end' as const), who, length: fc.nat(4) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const), fate }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recover' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('prune' as const), age: fc.nat(10), limit: fc.nat(4) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** A store, and a model of its content. */
class Ledger {
  #now = 1_000;
  #stored = new StoredModel();
  #next = new StoredModel();
  #batch: HistoryRecord[] = [];
  readonly #subject: Subject;
  readonly #users: readonly UserId[];
  #store: HistoryStore;

  constructor(subject: Subject, users: readonly UserId[]) {
    this.#subject = subject;
    this.#store = subject.store;
    this.#users = users;
  }

  async play(one: Happening): Promise<void> {
    switch (one.do) {
      case 'begin':
        this.#now += one.wait;
        this.#batch.push(...this.#next.begin(this.#user(one.who), this.#now));
        return;
      case 'end':
        this.#batch.push(...this.#next.end(this.#user(one.who), one.length));
        return;
      case 'commit':
        await this.#commit(one.fate);
        return;
      case 'recover':
        await this.#commit('stored');
        this.#batch.push(...this.#next.recover());
        await this.#commit('stored');
        return;
      case 'erase':
        await this.#commit('stored');
        await this.#store.erase(this.#user(one.who));
        this.#next.erase(this.#user(one.who));
        break;
      case 'prune':
        await this.#commit('stored');
        await this.#prune(this.#now - one.age, one.limit);
        break;
      case 'restart':
        await this.#commit('stored');
        this.#store = await this.#subject.reopen();
        break;
    }
    this.#stored = new StoredModel(this.#next);
    await this.#compare();
  }

  #user(index: number): UserId {
    return this.#users[index % this.#users.length]!;
  }

  async #commit(fate: Extract<Happening, { do: 'commit' }>['fate']): Promise<void> {
    let records = this.#batch;
    if (fate !== 'stored' && records.length > 0) {
      await this.#subject.refuse(records, fate.outcome);
      if (fate.then === 'undo') {
        const undone = undo(records, this.#stored);
        records = undone.records;
        this.#next = undone.after;
      }
    }
    await this.#store.write(records);
    this.#batch = [];
    this.#stored = new StoredModel(this.#next);
    await this.#compare();
  }

  /** Of sessions with the same end it may keep any, so the model adopts the rest. */
  async #prune(before: number, limit: number): Promise<void> {
    const old = this.#next.ended.filter(({ offlineAt }) => offlineAt < before);
    expect(await this.#store.prune(instant(before), limit)).to.equal(Math.min(limit, old.length));
    const left = await Promise.all(
      this.#users.map(async (user) => (await historyOf(this.#store, user)).map((one) => ({ user, ...one }))),
    );
    const kept = new Set(left.flat().map(({ user, onlineAt }) => `${user} ${onlineAt}`));
    const removed = this.#next.ended.filter(({ user, onlineAt }) => !kept.has(`${user} ${onlineAt}`));
    this.#next.ended = this.#next.ended.filter((one) => !removed.includes(one));
    // Texts have an index of their own.
    for (const one of old) {
      const alike = removed.filter(({ user }) => isInteger(user) === isInteger(one.user));
      const latest = Math.max(...alike.map(({ offlineAt }) => offlineAt));
      if (!removed.includes(one)) expect(one.offlineAt).to.be.at.least(latest);
    }
  }

  async #compare(): Promise<void> {
    const model = this.#stored;
    expect(this.#store.countSessions()).to.equal(model.ended.length);
    const open = model.open.toSorted(byUser);
    expect(await openIn(this.#store)).to.deep.equal(open);
    for (const user of this.#users) {
      const history = model.historyOf(user);
      expect(await historyOf(this.#store, user)).to.deep.equal(history);
      expect(await this.#store.lastSession(user)).to.deep.equal(history.at(-1));
    }
  }
}

for (const [name, make, numRuns] of [
  ['memory', memorySubject, 200],
  ['LevelDB', levelSubject, 60],
] as const)
  describe(`records that are written to ${name}, refused, written again or taken back`, () => {
    it('are stored and counted once', async () => {
      const happenings = fc.array(happening, { maxLength: 40, size: 'max' });
      await fc.assert(
        fc.asyncProperty(neighbours, happenings, async (users, all) => {
          const subject = await make();
          try {
            const ledger = new Ledger(subject, users);
            for (const one of all) await ledger.play(one);
            await ledger.play({ do: 'restart' });
          } finally {
            await subject.dispose();
          }
        }),
        { numRuns },
      );
    });
  });
