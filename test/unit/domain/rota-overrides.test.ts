import { expect } from 'chai';
import fc from 'fast-check';
import type { OverrideId } from '../../../src/domain/rota-override.js';
import { turnAt, type Replacement, type Rota } from '../../../src/domain/rota.js';
import { instant } from '../../../src/domain/time.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-02T00:00:00Z');

const rotaOf = (...names: readonly string[]): Rota => ({
  name: 'ops',
  people: names.map((name) => ({ name, channel: `${name}-phone` })),
  turns: 'daily',
  start: START,
  handOver: 0,
  timeZone: 'UTC',
});
const overrideOf = (id: number, person: string, from: number, to: number, rota = 'ops'): Replacement => ({
  id: String(id) as OverrideId,
  rota,
  person,
  startsAt: instant(START + from * HOUR),
  endsAt: instant(START + to * HOUR),
});
const at = (hour: number) => instant(START + hour * HOUR);

describe('a turn with overrides', () => {
  it('says who is on call, in place of whom, from when to when, and who is next', () => {
    const [ann, ben, cid] = rotaOf('ann', 'ben', 'cid').people;
    const turn = turnAt(rotaOf('ann', 'ben', 'cid'), at(10), [overrideOf(1, 'cid', 9, 30)]);
    expect(turn).to.deep.equal({
      on: cid,
      second: ben,
      from: at(9),
      until: at(30),
      next: ben,
      override: { id: '1', insteadOf: ann },
    });
  });

  it('begins and ends at the instants of the override, and is the usual one around it', () => {
    const rota = rotaOf('ann', 'ben');
    const overrides = [overrideOf(1, 'ben', 9, 12)];
    const on = (when: number) => turnAt(rota, instant(when), overrides).on.name;
    expect([at(9) - 1, at(9), at(12) - 1, at(12)].map(on)).to.deep.equal(['ann', 'ben', 'ben', 'ann']);
    expect(turnAt(rota, at(8), overrides)).to.deep.include({ from: at(0), until: at(9) });
    expect(turnAt(rota, at(13), overrides)).to.deep.include({ from: at(12), until: at(24) });
  });

  it('is that of the override which was made last, of those that count', () => {
    const rota = rotaOf('ann', 'ben', 'cid');
    const overrides = [
      overrideOf(3, 'cid', 10, 11),
      overrideOf(2, 'ben', 8, 20),
      overrideOf(4, 'zoe', 8, 20),
      overrideOf(5, 'cid', 8, 20, 'other'),
      overrideOf(6, 'cid', 9, 9),
    ];
    expect(turnAt(rota, at(9), overrides)).to.deep.include({ from: at(8), until: at(10) });
    expect(turnAt(rota, at(10), overrides)).to.deep.include({ from: at(10), until: at(11) });
    expect(turnAt(rota, at(12), overrides)).to.deep.include({ from: at(11), until: at(20) });
    expect([9, 10, 12].map((hour) => turnAt(rota, at(hour), overrides).on.name)).to.deep.equal([
      'ben',
      'cid',
      'ben',
    ]);
  });

  it('has whoever is replaced as the second only if there is nobody else', () => {
    const secondOf = (...names: readonly string[]) =>
      turnAt(rotaOf(...names), at(1), [overrideOf(1, 'ben', 0, 5)]).second?.name;
    expect(secondOf('ann', 'ben', 'cid')).to.equal('cid');
    expect(secondOf('ann', 'ben')).to.equal('ann');
    expect(secondOf('ben')).to.equal(undefined);
  });

  it('answer as a look at each instant does', () => {
    const hour = fc.integer({ min: -5, max: 80 });
    const people = ['ann', 'ben', 'cid'];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...people, 'zoe'), hour, hour), { maxLength: 6 }),
        hour,
        (given, when) => {
          const rota = rotaOf(...people);
          const overrides = given.map(([person, from, to], id) => overrideOf(id, person, from, to));
          const plain = (hours: number): string => {
            const inForce = given.findLast(
              ([person, from, to]) => person !== 'zoe' && from <= hours && hours < to,
            );
            const day = Math.floor((hours * HOUR) / DAY);
            return inForce?.[0] ?? people[((day % 3) + 3) % 3] ?? '';
          };
          const turn = turnAt(rota, at(when), overrides);
          expect(turn.on.name).to.equal(plain(when));
          expect(turn.from).to.be.at.most(at(when));
          expect(turn.until).to.be.greaterThan(at(when));
          const [from, until] = [turn.from, turn.until].map((each) => (each - START) / HOUR);
          for (let hours = from ?? 0; hours < (until ?? 0); hours++)
            expect(plain(hours), String(hours)).to.equal(turn.on.name);
          expect(turn.next.name).to.equal(plain(until ?? 0));
        },
      ),
    );
  });
});
