import { expect } from 'chai';
import { moment } from '../../../src/domain/time.js';
import { Slices } from '../../../src/runtime/slices.js';

/** Time that passes while work is done, and passes that a test runs. */
class Passes {
  at = 0;
  #next: (() => void)[] = [];

  now() {
    return moment(this.at);
  }

  soon(run: () => void): void {
    this.#next.push(run);
  }

  /** Runs what was put off to this pass, and what follows from it at once. */
  async run(): Promise<void> {
    for (const run of this.#next.splice(0)) run();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

describe('long work in slices', () => {
  it('has one slice in a pass, whoever it is for, in turn', async () => {
    const passes = new Passes();
    const slices = new Slices(passes);
    const done: string[] = [];
    const work = async (name: string): Promise<void> => {
      const own = slices.begin();
      for (let part = 0; part < 30; part++) {
        passes.at++;
        done.push(name);
        if (own.isOver) await own.next();
      }
    };
    const all = ['a', 'b', 'c'].map(work);
    expect(done, 'each begins at once').to.have.length(30);
    for (const name of ['a', 'b', 'c', 'a', 'b', 'c']) {
      const before = done.length;
      await passes.run();
      expect(done.slice(before)).to.deep.equal(Array.from({ length: 10 }, () => name));
    }
    // The last slices were full.
    for (let pass = 0; pass < 3; pass++) await passes.run();
    await Promise.all(all);
    expect(done).to.have.length(90);
  });

  it('goes on in the same turn while it is short', () => {
    const passes = new Passes();
    const work = new Slices(passes).begin();
    passes.at += 9;
    expect(work.isOver).to.equal(false);
    passes.at++;
    expect(work.isOver).to.equal(true);
  });
});
