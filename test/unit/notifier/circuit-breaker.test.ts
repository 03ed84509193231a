import { expect } from 'chai';
import {
  honourRetryAfter,
  CLOSED,
  failed,
  stateOf,
  succeeded,
} from '../../../actors/notifier/channel/circuit-breaker.js';
import { moment } from '../../../src/domain/time.js';

const rest = (rests: number): number => rests * 1000;

function failedOften(times: number, breaker = CLOSED): typeof CLOSED {
  return Array.from({ length: times }).reduce<typeof CLOSED>(
    (before) => failed(before, moment(0), rest),
    breaker,
  );
}

describe('the breaker of a channel', () => {
  it('opens with the fifth failure in a row, and lets one attempt through when the rest is over', () => {
    expect(stateOf(failedOften(4), moment(0))).to.equal('closed');
    const open = failedOften(5);
    expect(stateOf(open, moment(999))).to.equal('open');
    expect(stateOf(open, moment(1000))).to.equal('half_open');
    const again = failed(open, moment(1000), rest);
    expect(again).to.deep.equal({ failures: 6, rests: 2, restUntil: 3000 });
  });

  it('keeps a rest that was asked for, when an attempt from before it succeeds', () => {
    const asked = honourRetryAfter(failedOften(3), moment(0), 5000);
    const after = succeeded(asked, moment(4999));
    expect(after).to.deep.equal({ failures: 0, rests: 0, restUntil: 5000 });
    expect(stateOf(after, moment(4999))).to.equal('open');
    expect(stateOf(after, moment(5000))).to.equal('closed');
  });

  it('is as new after a success behind the rest, and after one where failures were the reason for it', () => {
    expect(succeeded(honourRetryAfter(failedOften(3), moment(0), 5000), moment(5000))).to.equal(CLOSED);
    expect(succeeded(failedOften(5), moment(1))).to.equal(CLOSED);
    expect(succeeded(failedOften(6), moment(1))).to.equal(CLOSED);
  });

  it('rests no longer for failures that come in while it rests, and never shorter for having been asked to wait', () => {
    expect(failedOften(7)).to.include({ failures: 7, rests: 1, restUntil: 1000 });
    expect(honourRetryAfter(failedOften(5), moment(0), 400).restUntil).to.equal(1000);
  });
});
