import { expect } from 'chai';
import { MailboxScheduler } from '../../../src/runtime/mailbox-scheduler.js';
import { moment } from '../../../src/domain/time.js';
import { task, Workshop } from './workshop.js';

/** Milliseconds of a pass in which actors continue after their first turn. */
const BUDGET = 10;

/** A clock that advances by the length of each turn, and passes that a test runs. */
class Passes {
  at = 1000;
  #next: (() => void)[] = [];

  now() {
    return moment(this.at);
  }

  soon(run: () => void): void {
    this.#next.push(run);
  }

  /** @returns whether there was anything to run */
  run(): boolean {
    const [runs, any] = [this.#next.splice(0), this.#next.length > 0];
    for (const run of runs) run();
    return any || runs.length > 0;
  }
}

/** Handles so many messages one after another, each of which takes its time. */
class Busy {
  handled = 0;
  readonly #turns: MailboxScheduler;
  readonly #passes: Passes;
  readonly #takes: number;
  left: number;

  constructor(turns: MailboxScheduler, passes: Passes, messages: number, takes: number) {
    this.#turns = turns;
    this.#passes = passes;
    this.left = messages;
    this.#takes = takes;
    this.next();
  }

  next(): void {
    if (this.left-- > 0) this.#turns.take(this, 'message');
  }

  handle(): void {
    this.handled++;
    this.#passes.at += this.#takes;
    this.next();
  }
}

describe('turns of actors', () => {
  let passes: Passes;
  let turns: MailboxScheduler;

  beforeEach(() => {
    passes = new Passes();
    turns = new MailboxScheduler(passes);
  });

  it('go on in one pass until nobody has anything more to handle', () => {
    const crowded = new Busy(turns, passes, 900, 0.001);
    const other = new Busy(turns, passes, 3, 0.001);
    passes.run();
    expect([crowded.handled, other.handled]).to.deep.equal([900, 3]);
    expect(passes.run(), 'another pass').to.equal(false);
  });

  it('are one for each actor in a pass, and more within a budget of time', () => {
    const slow = Array.from({ length: 5 }, () => new Busy(turns, passes, 100, 4));
    passes.run();
    const inAll = slow.reduce((sum, { handled }) => sum + handled, 0);
    expect(Math.min(...slow.map(({ handled }) => handled))).to.equal(1);
    expect(inAll).to.equal(5 + Math.ceil(BUDGET / 4));
    while (passes.run());
    expect(slow.map(({ handled }) => handled)).to.deep.equal([100, 100, 100, 100, 100]);
  });

  it('rotate: the first that had no time left is the first of the next pass', () => {
    const order: number[] = [];
    const takers = [0, 1, 2].map((id) => ({
      handle: () => {
        order.push(id);
        passes.at += 6;
        if (order.length < 9) turns.take(takers[id]!, id);
      },
    }));
    for (const [id, taker] of takers.entries()) turns.take(taker, id);
    while (passes.run());
    expect(order.slice(0, 9)).to.deep.equal([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it('come to an end in a pass though the clock stands still', () => {
    const endless = new Busy(turns, passes, Infinity, 0);
    passes.run();
    expect(endless.handled).to.equal(1000);
  });
});

describe('an actor that many speak to', () => {
  it('handles in one pass the messages sent in it, in order, and none within tell', async () => {
    const workshop = new Workshop();
    const { worker, cell } = workshop.hire();
    const told = Array.from({ length: 500 }, (_, n) => `m${n}`);
    for (const kind of told) cell.tell(task(kind));
    expect(worker.handled).to.deep.equal([]);
    await workshop.pass();
    expect(worker.handled).to.deep.equal(told);
  });
});
