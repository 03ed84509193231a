import { expect } from 'chai';
import { deadlineAfter, isBlindCause } from '../../../src/domain/blindness.js';
import { moment } from '../../../src/domain/time.js';

const TIMEOUT = 7000;
const GRACE = 120_000;

interface Row {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly previousEnd?: number;
  readonly lastSeen: number;
  readonly deadline: number;
  readonly timeout?: number;
  readonly grace?: number;
  readonly then: number;
}

describe('a deadline after blindness', () => {
  const table: readonly Row[] = [
    {
      title: 'a heal just before',
      from: 10_000,
      to: 30_000,
      lastSeen: 10_000,
      deadline: 17_000,
      then: 37_000,
    },
    { title: 'nearly over', from: 10_000, to: 30_000, lastSeen: 3100, deadline: 10_100, then: 37_000 },
    {
      title: 'over, and not acted on yet',
      from: 10_000,
      to: 30_000,
      lastSeen: 2990,
      deadline: 9990,
      then: 37_000,
    },
    { title: 'short', from: 10_000, to: 11_000, lastSeen: 9000, deadline: 16_000, then: 18_000 },
    {
      title: 'a heal read at its end',
      from: 10_000,
      to: 30_000,
      lastSeen: 30_000,
      deadline: 37_000,
      then: 57_000,
    },
    {
      title: 'a timeout longer than the grace: the grace is enough',
      from: 10_000,
      to: 30_000,
      lastSeen: 0,
      deadline: 10_001,
      timeout: 600_000,
      then: 150_000,
    },
    {
      title: 'a timeout longer than the grace, with more than the grace left',
      from: 10_000,
      to: 30_000,
      lastSeen: 0,
      deadline: 600_000,
      timeout: 600_000,
      then: 620_000,
    },
    {
      title: 'no grace: the blind time only',
      from: 10_000,
      to: 30_000,
      lastSeen: 3100,
      deadline: 10_100,
      grace: 0,
      then: 30_100,
    },
    {
      title: 'blinded again, not heard in between: the blind time only',
      from: 10_000,
      to: 30_000,
      previousEnd: 9000,
      lastSeen: 3100,
      deadline: 10_100,
      then: 30_100,
    },
    {
      title: 'blinded again, last heard a moment before the last one ended',
      from: 10_000,
      to: 30_000,
      previousEnd: 9000,
      lastSeen: 8999,
      deadline: 10_100,
      then: 30_100,
    },
    {
      title: 'blinded again, heard when the last one ended',
      from: 10_000,
      to: 30_000,
      previousEnd: 9000,
      lastSeen: 9000,
      deadline: 10_100,
      then: 37_000,
    },
  ];

  for (const { title, from, to, previousEnd, lastSeen, deadline, timeout, grace, then } of table) {
    it(title, () => {
      const blindness = {
        from: moment(from),
        to: moment(to),
        previousEnd: previousEnd === undefined ? undefined : moment(previousEnd),
      };
      const live = { deadline: moment(deadline), lastSeen: moment(lastSeen) };
      expect(deadlineAfter(blindness, live, timeout ?? TIMEOUT, grace ?? GRACE)).to.equal(then);
    });
  }

  it('has two causes', () => {
    expect(['stalled', 'restarted', 'x', ''].map((text) => isBlindCause(text))).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });
});
