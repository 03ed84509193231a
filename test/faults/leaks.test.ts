import { expect } from 'chai';
import { findLeaks } from '../../bench/leaks/leaks.js';
import { EFFORT } from '../support/effort.js';

const ROUNDS = 3 * EFFORT;

describe('a daemon under all kinds of load at once', function () {
  this.timeout(900_000 * EFFORT);

  it('leaks no actors, requests, alerts, channels or connections', async () => {
    const { classes, handles, grown, requests } = await findLeaks({
      users: 400,
      nodes: 60,
      warmUp: 2,
      goesOn: (rounds) => rounds < ROUNDS,
      module: true,
    });
    expect(requests).to.be.greaterThan(ROUNDS * 300);
    expect(grown).to.deep.equal([]);
    const left = (name: string) => [...classes, ...handles].find((count) => count.name === name)?.after ?? 0;
    expect(left('UserActor')).to.equal(0);
    expect(left('NodeActor')).to.equal(0);
    // The last reload leaves one channel, or three.
    expect(left('ChannelActor')).to.be.within(1, 3);
    expect(left('Group')).to.equal(0);
  });
});
