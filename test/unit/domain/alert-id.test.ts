import { expect } from 'chai';
import fc from 'fast-check';
import { AlertIds, earliestIdAt, parseAlertId, raisedAt } from '../../../src/domain/alert-id.js';
import { instant } from '../../../src/domain/time.js';

describe('the id of an alert', () => {
  it('rises with every alert, also when the wall clock jumps', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10 }), { maxLength: 200 }), (walls) => {
        const ids = new AlertIds(() => 0.99);
        const made = walls.map((wall) => ids.next(instant(1_700_000_000_000 + wall)));
        expect(made.toSorted()).to.deep.equal(made);
        expect(new Set(made).size).to.equal(made.length);
      }),
    );
  });

  it('is later than any of an earlier run that it is told of', () => {
    const before = new AlertIds(() => 0.99).next(instant(2_000_000_000_000));
    const ids = new AlertIds(() => 0);
    ids.startAfter(before);
    expect(ids.next(instant(1_700_000_000_000)) > before).to.equal(true);
  });

  it('is another one in another run, even in the same millisecond', () => {
    const at = instant(1_700_000_000_000);
    expect(new AlertIds(() => 0.1).next(at)).to.not.equal(new AlertIds(() => 0.2).next(at));
  });

  it('says when it was raised, and has the form of a ULID', () => {
    const id = new AlertIds(() => 0.5).next(instant(1_700_000_000_123));
    expect(raisedAt(id)).to.equal(1_700_000_000_123);
    expect(id).to.match(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(parseAlertId(id)).to.equal(id);
    expect(earliestIdAt(instant(1_700_000_000_123)) <= id).to.equal(true);
    expect(earliestIdAt(instant(1_700_000_000_124)) > id).to.equal(true);
  });

  it('goes on in the next millisecond when one has had a million', () => {
    const ids = new AlertIds(() => 0);
    const at = instant(1_700_000_000_000);
    let last = ids.next(at);
    for (let made = 1; made < 32 ** 4; made++) last = ids.next(at);
    expect(raisedAt(last)).to.equal(1_700_000_000_000);
    expect(raisedAt(ids.next(at))).to.equal(1_700_000_000_001);
  });

  for (const text of [
    '',
    'x',
    '01hf7yat000000gggggggggggg',
    '81HF7YAT000000GGGGGGGGGGGG',
    '01HF7YAT000000GGGGGGGGGGGU',
  ]) {
    it(`is not read from '${text}'`, () => {
      expect(parseAlertId(text)).to.equal(undefined);
    });
  }
});
