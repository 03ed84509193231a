import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';

const DAY = 86_400_000;
/** The longest delay of Node's timers; a longer one fires at once. */
const LONGEST = 2 ** 31 - 1;

interface Asked {
  readonly delay: number;
  readonly fire: () => void;
}

describe("the system clock's timers", () => {
  const clock = new SystemClock();
  const real = ['setTimeout', 'clearTimeout'].map((name): [string, unknown] => [
    name,
    Reflect.get(globalThis, name),
  ]);
  let asked: Asked[];

  beforeEach(() => {
    asked = [];
    Reflect.set(globalThis, 'setTimeout', (fire: () => void, delay: number) => {
      const timer = { delay, fire };
      asked.push(timer);
      return timer;
    });
    Reflect.set(globalThis, 'clearTimeout', (timer: Asked) => {
      asked = asked.filter((other) => other !== timer);
    });
  });

  afterEach(() => {
    for (const [name, value] of real) Reflect.set(globalThis, name, value);
  });

  /** @returns the delays that were passed to Node, in order */
  function run(): number[] {
    const delays: number[] = [];
    for (let next = asked.shift(); next !== undefined && delays.length < 100; next = asked.shift()) {
      delays.push(next.delay);
      next.fire();
    }
    return delays;
  }

  it('run once, and not before their time', () => {
    let runs = 0;
    clock.after(20, () => runs++);
    expect(run()).to.deep.equal([20]);
    clock.after(19.2, () => runs++);
    expect(run(), 'Node would drop the fraction').to.deep.equal([20]);
    expect(runs).to.equal(2);
  });

  it("may be longer than Node's limit of 24.8 days", () => {
    for (const days of [24, 25, 60, 365]) {
      let runs = 0;
      clock.after(days * DAY, () => runs++);
      const delays = run();
      expect(Math.max(...delays)).to.be.at.most(LONGEST);
      expect(delays.reduce((sum, delay) => sum + delay, 0)).to.equal(days * DAY);
      expect(runs).to.equal(1);
    }
  });

  it('may be infinite', () => {
    clock.after(Infinity, () => expect.fail('for ever is over'));
    expect(run()).to.have.length(100);
  });

  it('are forgotten when they are cancelled, however far they have come; late or twice is harmless', () => {
    const cancelled = clock.after(10, () => expect.fail('cancelled'));
    cancelled();
    cancelled();
    const later = clock.after(60 * DAY, () => expect.fail('cancelled'));
    asked.shift()?.fire();
    later();
    expect(run()).to.deep.equal([]);
    let runs = 0;
    const late = clock.after(10, () => runs++);
    run();
    late();
    expect(runs).to.equal(1);
  });
});
