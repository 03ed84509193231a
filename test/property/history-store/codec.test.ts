import { expect } from 'chai';
import fc from 'fast-check';
import {
  endedKeyOf,
  endOf,
  healedFrom,
  healedRecords,
  openFrom,
  openKey,
  openKeyOf,
  openValue,
  sequenceOf,
  sessionFrom,
  sessionKey,
  sessionKeyOf,
  sessionsOf,
  sessionValue,
} from '../../../src/adapters/history/session-codec.js';
import { session } from '../../contract/history-store/reading.js';
import { anyInstant, anyText, anyUser } from './arbitraries.js';

const generation = fc.nat(2 ** 32 - 1);
const sequence = fc.nat(2 ** 48 - 1);
const order = (a: bigint | number, b: bigint | number) => (a < b ? -1 : a > b ? 1 : 0);

describe('keys and values of random records', () => {
  it('sort in the order of their numbers', () => {
    fc.assert(
      fc.property(anyUser, anyUser, anyInstant, anyInstant, (a, b, at, later) => {
        const users = order(BigInt(a), BigInt(b));
        expect(Buffer.compare(openKey(a), openKey(b))).to.equal(users);
        expect(Buffer.compare(sessionKey(a, at), sessionKey(b, later))).to.equal(users || order(at, later));
        const ends = Buffer.compare(
          endedKeyOf(sessionKey(a, later), at),
          endedKeyOf(sessionKey(b, at), later),
        );
        expect(ends).to.equal(order(at, later) || users);
      }),
    );
  });

  it('keep users apart whose ids are texts, in the order of time', () => {
    fc.assert(
      fc.property(anyText, fc.oneof(anyText, anyUser), anyInstant, anyInstant, (a, b, at, later) => {
        fc.pre(a !== b);
        const { gte, lt } = sessionsOf(a);
        const isOf = (key: Buffer) => Buffer.compare(gte, key) <= 0 && Buffer.compare(key, lt) < 0;
        expect([isOf(sessionKey(a, at)), isOf(sessionKey(b, at))]).to.deep.equal([true, false]);
        expect(Buffer.compare(sessionKey(a, at), sessionKey(a, later))).to.equal(order(at, later));
        expect(openKeyOf(sessionKey(a, at))).to.deep.equal(openKey(a));
      }),
    );
  });

  it('are decoded to what was stored', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyUser, anyText),
        anyInstant,
        anyInstant,
        anyInstant,
        generation,
        (id, online, offline, seen, from) => {
          const key = sessionKey(id, online);
          expect(sessionFrom(key, sessionValue(session(online, offline, seen)))).to.deep.equal(
            session(online, offline, seen),
          );
          expect(openFrom(openKey(id), openValue(online, from))).to.deep.equal({
            user: id,
            onlineAt: online,
            generation: from,
          });
          const index = endedKeyOf(key, offline);
          expect([sessionKeyOf(index), endOf(index)]).to.deep.equal([key, offline]);
        },
      ),
    );
  });

  it('are decoded to the user who was healed', () => {
    fc.assert(
      fc.property(
        fc.array(anyUser),
        fc.array(anyText),
        generation,
        sequence,
        (integers, texts, number, at) => {
          const records = healedRecords(number, at, [...texts, ...integers]);
          const found = records.map(({ key, value }) => healedFrom(key, value));
          expect(found.map((each) => each.generation)).to.deep.equal(records.map(() => number));
          expect(found.flatMap(({ users }) => users)).to.deep.equal([...integers, ...texts]);
          for (const { key } of records) expect(sequenceOf(key)).to.equal(at);
        },
      ),
    );
  });
});
