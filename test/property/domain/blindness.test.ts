import fc from 'fast-check';
import { expect } from 'chai';
import { deadlineAfter } from '../../../src/domain/blindness.js';
import { moment } from '../../../src/domain/time.js';

const time = fc.nat(10_000_000);
const blindness = fc.record({
  from: time,
  length: fc.nat(10_000_000),
  previousEnd: fc.option(time, { nil: undefined }),
  lastSeen: time,
  left: fc.integer({ min: -1000, max: 600_000 }),
  timeout: fc.integer({ min: 1, max: 600_000 }),
  grace: fc.nat(600_000),
});

describe('a deadline after a blind interval', () => {
  it('is between the old one plus the blind time and one timeout after its end', () => {
    fc.assert(
      fc.property(blindness, ({ from, length, previousEnd, lastSeen, left, timeout, grace }) => {
        const deadline = from + Math.min(left, timeout);
        const to = from + length;
        const then = deadlineAfter(
          {
            from: moment(from),
            to: moment(to),
            previousEnd: previousEnd === undefined ? undefined : moment(previousEnd),
          },
          { deadline: moment(deadline), lastSeen: moment(lastSeen) },
          timeout,
          grace,
        );
        expect(then).to.be.at.least(deadline + length);
        expect(then).to.be.at.most(to + timeout);
        const heard = previousEnd === undefined || lastSeen >= previousEnd;
        if (heard) expect(then).to.be.at.least(to + Math.min(timeout, grace));
        else expect(then, 'silent since the last one: not a moment for nothing').to.equal(deadline + length);
      }),
    );
  });

  it('comes for silent users even if the daemon stalls again and again: only the observed time counts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ heard: fc.integer({ min: 1, max: 500 }), blind: fc.nat(100_000) }), {
          minLength: 1,
          maxLength: 200,
        }),
        (stalls) => {
          const timeout = 7000;
          let now = 0;
          let previousEnd: number | undefined;
          let deadline = timeout;
          let heard = 0;
          for (const stall of stalls) {
            now += stall.heard;
            heard += stall.heard;
            if (deadline < now) break;
            const to = now + stall.blind;
            deadline = deadlineAfter(
              {
                from: moment(now),
                to: moment(to),
                previousEnd: previousEnd === undefined ? undefined : moment(previousEnd),
              },
              { deadline: moment(deadline), lastSeen: moment(0) },
              timeout,
              120_000,
            );
            now = to;
            previousEnd = to;
          }
          // The first blind interval may give a whole timeout, later ones none.
          if (heard > 2 * timeout) expect(deadline).to.be.below(now);
          else expect(deadline - now).to.be.at.most(2 * timeout - heard);
        },
      ),
    );
  });
});
