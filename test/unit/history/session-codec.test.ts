import { expect } from 'chai';
import {
  endedBound,
  endedKeyOf,
  endOf,
  openFrom,
  openKey,
  openKeyOf,
  openValue,
  sessionBound,
  sessionFrom,
  sessionKey,
  sessionKeyOf,
  sessionsOf,
  sessionValue,
} from '../../../src/adapters/history/session-codec.js';
import { instant, type Instant } from '../../../src/domain/time.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { session, user } from '../../contract/history-store/reading.js';

const USERS = [
  '-9223372036854775808',
  '-9223372036854775807',
  '-9007199254740993',
  '-4294967297',
  '-4294967296',
  '-4294967295',
  '-257',
  '-256',
  '-1',
  '0',
  '1',
  '255',
  '256',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '9223372036854775806',
  '9223372036854775807',
].map(user);

const EARLIEST = instant(-(2 ** 47));
const LATEST = instant(2 ** 47 - 1);
const INSTANTS = [EARLIEST, -62_135_596_800_000, -1, 0, 1, 2 ** 40, 1_638_360_000_000, LATEST].map(instant);

const expectAscending = (keys: Buffer[]) => {
  expect(keys.toSorted((a, b) => Buffer.compare(a, b))).to.deep.equal(keys);
  expect(new Set(keys.map((key) => key.toString('hex'))).size).to.equal(keys.length);
};
const each = (make: (id: UserId, at: Instant) => Buffer) =>
  USERS.flatMap((id) => INSTANTS.map((at) => make(id, at)));

describe('a key of the database', () => {
  it('of a session sorts as user, then instant', () => {
    expectAscending(each(sessionKey));
  });

  it('of an open session sorts as its user', () => {
    expectAscending(USERS.map(openKey));
  });

  it('of an end sorts as the end, then user, then beginning', () => {
    const keys = INSTANTS.flatMap((end) => each((id, at) => endedKeyOf(sessionKey(id, at), end)));
    expectAscending(keys);
  });

  it("keeps a user's sessions together, and everybody else's out", () => {
    USERS.forEach((id, index) => {
      const { gte, lt } = sessionsOf(id);
      for (const at of INSTANTS) {
        const key = sessionKey(id, at);
        expect(Buffer.compare(gte, key)).to.be.below(0);
        expect(Buffer.compare(key, lt)).to.be.below(0);
      }
      const [before, after] = [USERS[index - 1], USERS[index + 1]];
      if (before !== undefined) expect(Buffer.compare(sessionsOf(before).lt, gte)).to.be.below(0);
      if (after !== undefined) expect(Buffer.compare(lt, sessionsOf(after).gte)).to.be.below(0);
    });
  });

  it('gives back user and instants', () => {
    for (const id of USERS)
      for (const at of INSTANTS) {
        const key = sessionKey(id, at);
        expect(sessionFrom(key, sessionValue(session(at, LATEST, EARLIEST)))).to.deep.equal(
          session(at, LATEST, EARLIEST),
        );
        expect(openFrom(openKey(id), openValue(at, 2 ** 32 - 1))).to.deep.equal({
          user: id,
          onlineAt: at,
          generation: 2 ** 32 - 1,
        });
        expect(openKeyOf(key)).to.deep.equal(openKey(id));
        expect(sessionKeyOf(endedKeyOf(key, LATEST))).to.deep.equal(key);
        expect(endOf(endedKeyOf(key, at))).to.equal(at);
      }
  });

  it('bounds what began, or ended, before an instant', () => {
    for (const bound of INSTANTS)
      for (const at of INSTANTS) {
        const key = sessionKey(user(1), at);
        expect(Buffer.compare(key, sessionBound(user(1), bound)) < 0).to.equal(at < bound);
        expect(Buffer.compare(endedKeyOf(key, at), endedBound(bound)) < 0).to.equal(at < bound);
      }
  });

  for (const beyond of [2 ** 47, 8.64e15, Infinity])
    it(`bounds all or nothing by ${beyond}, where no session is`, () => {
      const key = sessionKey(user(1), LATEST);
      expect(Buffer.compare(key, sessionBound(user(1), beyond))).to.be.below(0);
      expect(Buffer.compare(endedKeyOf(key, LATEST), endedBound(beyond))).to.be.below(0);
      const first = sessionKey(user(1), EARLIEST);
      expect(Buffer.compare(first, sessionBound(user(1), -beyond - 1))).to.be.above(0);
      expect(Buffer.compare(endedKeyOf(first, EARLIEST), endedBound(-beyond - 1))).to.be.above(0);
    });
});
