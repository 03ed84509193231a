import { expect } from 'chai';
import fc from 'fast-check';
import {
  endedKeyOf,
  endOf,
  healedFrom,
  healedKey,
  healedValue,
  openFrom,
  openKey,
  openValue,
  sequenceOf,
  sessionFrom,
  sessionKey,
  sessionKeyOf,
  sessionValue,
} from '../../../src/adapters/history/session-codec.js';
import { session } from '../../contract/history-store/reading.js';
import { anyInstant, anyUser } from './arbitraries.js';

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

  it('are decoded to what was stored', () => {
    fc.assert(
      fc.property(
        anyUser,
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
      fc.property(fc.array(anyUser), generation, sequence, (users, number, at) => {
        const key = healedKey(number, at);
        expect(healedFrom(key, healedValue(users))).to.deep.equal({ generation: number, users });
        expect(sequenceOf(key)).to.equal(at);
      }),
    );
  });
});
