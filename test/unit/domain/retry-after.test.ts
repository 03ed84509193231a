import { inspect } from 'node:util';
import { expect } from 'chai';
import { isWait, retryAfterOf } from '../../../src/domain/retry-after.js';

const NOON = 'Sun, 22 Nov 2026 12:00:00 GMT';
const NOW = Date.parse('2026-11-22T11:58:30Z');

describe('Retry-After', () => {
  it('takes seconds, with fractions', () => {
    for (const [text, seconds] of [
      ['0', 0],
      ['120', 120],
      [' 1.5 ', 1.5],
      ['0.25', 0.25],
    ] as const) {
      expect(retryAfterOf(text, undefined, NOW), text).to.equal(seconds);
    }
  });

  it('counts to a date by the clock of the server, and by ours where the answer has no date', () => {
    expect(retryAfterOf(NOON, 'Sun, 22 Nov 2026 11:59:00 GMT', NOW)).to.equal(60);
    expect(retryAfterOf(NOON, undefined, NOW)).to.equal(90);
    expect(retryAfterOf(NOON, 'some day', NOW)).to.equal(90);
    expect(retryAfterOf(NOON, NOON, NOW)).to.equal(0);
  });

  it('asks for nothing where it is missing, over or no time at all', () => {
    for (const text of [undefined, '', 'soon', 'NaN', '-1', '1e3', '0x10', 'Infinity', '1.', '5 6']) {
      expect(retryAfterOf(text, NOON, NOW), text).to.equal(undefined);
    }
    expect(retryAfterOf('Sun, 22 Nov 2026 11:00:00 GMT', NOON, NOW)).to.equal(undefined);
  });
});

describe('a wait that somebody asks for', () => {
  it('is a finite number of seconds up to a year', () => {
    for (const given of [0, 0.5, 60, 31_536_000]) expect(isWait(given), String(given)).to.equal(true);
    for (const given of [NaN, Infinity, -Infinity, -1, 31_536_001, '60', null, undefined, {}]) {
      expect(isWait(given), inspect(given)).to.equal(false);
    }
  });
});
