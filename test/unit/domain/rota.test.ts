import { expect } from 'chai';
import fc from 'fast-check';
import { turnAt, type Rota } from '../../../src/domain/rota.js';
import { instant } from '../../../src/domain/time.js';

const at = (iso: string) => instant(Date.parse(iso));
const iso = (when: number) => new Date(when).toISOString().slice(0, 16);
const HOUR = 3_600_000;

const rotaOf = (names: readonly string[], more: Partial<Rota> = {}): Rota => ({
  name: 'ops',
  people: names.map((name) => ({ name, channel: `${name}-phone` })),
  turns: 'weekly',
  // A Monday.
  start: Date.parse('2026-03-02T00:00:00Z'),
  handOver: 9 * HOUR,
  timeZone: 'Europe/Berlin',
  ...more,
});
const onAt = (rota: Rota, when: string) => turnAt(rota, at(when)).on.name;

describe('the turns of a rota', () => {
  it('change at the minute of the hand-over, by the clocks, over a change of the clocks', () => {
    const rota = rotaOf(['ann', 'ben']);
    expect(onAt(rota, '2026-03-23T07:59:59.999Z')).to.equal('ann');
    expect(onAt(rota, '2026-03-23T08:00:00Z')).to.equal('ben');
    // The clocks are put forward on the 29th: nine o'clock is an hour sooner.
    expect(onAt(rota, '2026-03-30T06:59:59.999Z')).to.equal('ben');
    expect(onAt(rota, '2026-03-30T07:00:00Z')).to.equal('ann');
    const { from, until } = turnAt(rota, at('2026-03-29T12:00:00Z'));
    expect(until - from).to.equal((7 * 24 - 1) * HOUR);
  });

  it('are a day of 23 or 25 hours where they are daily', () => {
    const rota = rotaOf(['ann', 'ben', 'cid'], { turns: 'daily' });
    const lengthAt = (when: string) => {
      const { from, until } = turnAt(rota, at(when));
      return (until - from) / HOUR;
    };
    expect(lengthAt('2026-03-28T12:00:00Z')).to.equal(23);
    expect(lengthAt('2026-03-29T12:00:00Z')).to.equal(24);
    expect(lengthAt('2026-10-24T12:00:00Z')).to.equal(25);
  });

  it('begin as long after the change as they would have, where the clocks skip the hand-over', () => {
    const rota = rotaOf(['ann', 'ben'], { turns: 'daily', handOver: 2.5 * HOUR });
    const { from } = turnAt(rota, at('2026-03-29T12:00:00Z'));
    expect(iso(from)).to.equal('2026-03-29T01:30');
    expect(onAt(rota, '2026-03-29T01:29:59Z')).to.equal('ann');
    expect(onAt(rota, '2026-03-29T01:30:00Z')).to.equal('ben');
  });

  it('begin once where the clocks show the hand-over twice', () => {
    const rota = rotaOf(['ann', 'ben'], { turns: 'daily', handOver: 2.5 * HOUR });
    expect(iso(turnAt(rota, at('2026-10-25T12:00:00Z')).from)).to.equal('2026-10-25T00:30');
    const before = onAt(rota, '2026-10-25T00:29:59Z');
    const after = onAt(rota, '2026-10-25T00:30:00Z');
    expect(after).not.to.equal(before);
    expect(onAt(rota, '2026-10-25T01:30:00Z')).to.equal(after);
  });

  it('are counted back before the start, so that somebody is always on call', () => {
    const rota = rotaOf(['ann', 'ben', 'cid']);
    expect(onAt(rota, '2026-03-02T07:59:59Z')).to.equal('cid');
    expect(onAt(rota, '2026-03-02T08:00:00Z')).to.equal('ann');
    expect(onAt(rota, '2026-02-16T12:00:00Z')).to.equal('ben');
  });

  it('may come to one person twice, who is never the second in a turn of their own', () => {
    const rota = rotaOf(['ann', 'ann', 'ben']);
    const { on, next, second } = turnAt(rota, at('2026-03-03T12:00:00Z'));
    expect([on.name, next.name, second?.name]).to.deep.equal(['ann', 'ann', 'ben']);
    const alone = turnAt(rotaOf(['ann']), at('2026-03-03T12:00:00Z'));
    expect([alone.on.name, alone.next.name, alone.second]).to.deep.equal(['ann', 'ann', undefined]);
  });

  it('follow each other without a gap, in the order of the people, wherever the clocks change', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'),
        fc.constantFrom<Rota['turns']>('daily', 'weekly'),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: Date.parse('2009-01-01T00:00:00Z'), max: Date.parse('2030-01-01T00:00:00Z') }),
        (timeZone, turns, minute, people, when) => {
          const names = ['ann', 'ben', 'cid', 'dan'].slice(0, people);
          const rota = rotaOf(names, { timeZone, turns, handOver: minute * 60_000 });
          const turn = turnAt(rota, instant(when));
          expect(turn.from).to.be.at.most(when);
          expect(turn.until).to.be.greaterThan(when);
          expect(turnAt(rota, turn.from)).to.deep.equal(turn);
          expect(turnAt(rota, instant(turn.until - 1))).to.deep.equal(turn);
          const after = turnAt(rota, turn.until);
          expect(after.from).to.equal(turn.until);
          expect(after.on).to.deep.equal(turn.next);
        },
      ),
    );
  });
});
