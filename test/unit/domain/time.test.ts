import { expect } from 'chai';
import { assertNever } from '../../../src/domain/assert-never.js';
import {
  instant,
  moment,
  toMillis,
  toSeconds,
  unixSeconds,
  type Millis,
  type Seconds,
} from '../../../src/domain/time.js';

describe('times', () => {
  it('are whole milliseconds where people see them, and exact where durations are measured', () => {
    expect(instant(1_700_000_000_000.9)).to.equal(1_700_000_000_000);
    expect(instant(-0.5)).to.equal(-1);
    expect(moment(12.345)).to.equal(12.345);
  });

  it('are shown in seconds, floored, also before 1970', () => {
    const seconds = [
      [0, 0],
      [999, 0],
      [1000, 1],
      [1_638_360_000_999, 1_638_360_000],
      [-1, -1],
      [-1000, -1],
      [-1001, -2],
    ] as const;
    for (const [milliseconds, shown] of seconds) expect(unixSeconds(instant(milliseconds))).to.equal(shown);
  });

  it('are configured in seconds, with fractions', () => {
    expect([7, 0.5, 0].map((seconds) => toMillis(seconds))).to.deep.equal([7000, 500, 0]);
  });

  it('do not pass for each other in seconds and in milliseconds', () => {
    const wait: Seconds = 7;
    // @ts-expect-error -- seconds must be converted to milliseconds
    const mistaken: Millis = wait;
    expect(toSeconds(toMillis(wait))).to.equal(mistaken);
  });
});

describe('a case that cannot be', () => {
  it('shows the value', () => {
    const value: unknown = { kind: 'new' };
    expect(() => assertNever(value as never)).to.throw(TypeError, '{"kind":"new"}');
  });
});
