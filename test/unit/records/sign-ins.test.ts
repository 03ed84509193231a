import { expect } from 'chai';
import { SignIns } from '../../../actors/records/sign-ins.js';
import { signedInByKey, type SignIn } from '../../../src/domain/sign-in.js';
import { instant } from '../../../src/domain/time.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const HOUR = 3_600_000;

describe('sign-ins', () => {
  let clock: SimulatedClock;
  let signIns: SignIns;
  beforeEach(() => {
    clock = new SimulatedClock();
    signIns = new SignIns({
      clock,
      rules: { keeps: () => true, ended: () => undefined },
      most: () => 100,
      submit: (entry) => {
        if (entry.kind === 'sign_in') signIns.settled([{ entry, stored: true }]);
      },
    });
  });
  const lasting = (hash: string, hours: number): SignIn => ({
    hash,
    who: signedInByKey('a', 'f'.repeat(64)),
    at: clock.wall(),
    expires: instant(clock.wall() + hours * HOUR),
  });

  it('end at their time, in whichever order they began', async () => {
    await signIns.begin(lasting('long', 0.75));
    await signIns.begin(lasting('short', 0.25));
    await signIns.begin(lasting('middle', 0.5));
    const left: number[] = [];
    for (let quarter = 1; quarter <= 3; quarter++) {
      await clock.advance(HOUR / 4);
      left.push(signIns.size);
    }
    expect(left).to.deep.equal([2, 1, 0]);
  });

  it('end at their time after all others have ended', async () => {
    await signIns.begin(lasting('first', 0.25));
    await clock.advance(HOUR);
    await signIns.begin(lasting('second', 0.25));
    await clock.advance(HOUR / 4);
    expect(signIns.size).to.equal(0);
  });

  it('are not looked through when another one begins', async () => {
    let reads = 0;
    const first = lasting('first', 1);
    const { expires } = first;
    const counted: SignIn = {
      ...first,
      get expires() {
        reads++;
        return expires;
      },
    };
    await signIns.begin(counted);
    reads = 0;
    for (let more = 0; more < 10; more++) await signIns.begin(lasting(String(more), 1 + more));
    expect(reads).to.equal(0);
  });
});
