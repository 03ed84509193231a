import { expect } from 'chai';
import { StoreWatch } from '../../../src/app/store-watch.js';
import { toMillis } from '../../../src/domain/time.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const MIB = 1024 * 1024;

describe('the check of the tables of a large store', () => {
  it('reads 16 MiB each second in its first round, then 4 MiB each second, an hour after the last round', async () => {
    const size = 100 * MIB;
    let checked = 0;
    const store = {
      checkPresence: () => Promise.resolve(),
      checkFiles: (bytes: number) => {
        checked += Math.min(bytes, size - (checked % size));
        return Promise.resolve(checked % size === 0);
      },
    };
    const clock = new SimulatedClock();
    const watch = new StoreWatch(store, clock);
    watch.start();
    /** The MiB that are read in each of the next seconds. */
    const readIn = async (seconds: number): Promise<number[]> => {
      const read: number[] = [];
      for (let second = 0; second < seconds; second++) {
        const before = checked;
        await clock.advance(toMillis(1));
        read.push((checked - before) / MIB);
      }
      return read;
    };
    expect(await readIn(8)).to.deep.equal([16, 16, 16, 16, 16, 16, 4, 0]);
    await clock.advance(toMillis(3590));
    expect(checked, 'rests for an hour').to.equal(size);
    await clock.advance(toMillis(9));
    expect((checked - size) / MIB).to.be.within(4, 40);
    expect(await readIn(3)).to.deep.equal([4, 4, 4]);
    watch.stop();
  });
});
