import { expect } from 'chai';
import { moment } from '../../../src/domain/time.js';
import { BodyTurns } from '../../../src/http/server/body-turns.js';

/** Time that passes while bodies are read, and passes that a test runs. */
class Passes {
  at = 0;
  #next: (() => void)[] = [];

  now() {
    return moment(this.at);
  }

  soon(run: () => void): void {
    this.#next.push(run);
  }

  run(): void {
    for (const run of this.#next.splice(0)) run();
  }
}

describe('bodies that are costly to read', () => {
  const begin = () => {
    const passes = new Passes();
    const turns = new BodyTurns(passes);
    const read: string[] = [];
    const body = (name: string, takes: number) =>
      turns.run(() => {
        passes.at += takes;
        read.push(name);
      });
    return { passes, turns, read, body };
  };

  it('are read at once while there is time in the pass, and in order in later ones', async () => {
    const { passes, read, body } = begin();
    const names = Array.from({ length: 30 }, (_, number) => `body ${number}`);
    const all = names.map((name) => body(name, 4));
    const steps = [read.length];
    for (let pass = 0; pass < 9; pass++) {
      passes.run();
      steps.push(read.length);
    }
    expect(steps).to.deep.equal([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    expect(read).to.deep.equal(names);
    for (const each of all) await Promise.resolve(each);
  });

  it('are one in a pass, however long each takes', () => {
    const { passes, read, body } = begin();
    for (const name of ['a', 'b', 'c']) void body(name, 500);
    expect(read).to.deep.equal(['a']);
    passes.run();
    expect(read).to.deep.equal(['a', 'b']);
    passes.run();
    passes.run();
    expect(read).to.deep.equal(['a', 'b', 'c']);
    void body('d', 500);
    expect(read, 'a pass without any has passed').to.have.length(4);
  });

  it('fail for their own caller only', async () => {
    const { passes, turns, read, body } = begin();
    void body('long', 10);
    const failing = turns.run(() => {
      throw new TypeError('it is no body');
    });
    void body('after it', 1);
    passes.run();
    const outcome = await Promise.resolve(failing).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(TypeError);
    expect(read).to.deep.equal(['long', 'after it']);
  });
});
