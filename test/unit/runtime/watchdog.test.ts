import { expect } from 'chai';
import { ALWAYS_OWNED } from '../../../src/adapters/ownership/always-owned.js';
import { moment } from '../../../src/domain/time.js';
import { Watchdog } from '../../../src/runtime/watchdog.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const TICK = 20;
const BLIND_AFTER = 1000;
const START = 1_000_000;

type Event = ['advance', number] | ['blind', number, number];

/** All times are counted from the start. */
class Watched {
  readonly clock = new SimulatedClock();
  readonly events: Event[] = [];
  whenAdvanced: (horizon: number) => void = () => undefined;
  whenBlind: () => void = () => undefined;
  watches = true;
  readonly watchdog = new Watchdog(
    this.clock,
    {
      advance: (horizon) => {
        this.events.push(['advance', horizon - START]);
        this.whenAdvanced(horizon - START);
      },
      watches: () => this.watches,
      blind: (from, to) => {
        this.events.push(['blind', from - START, to - START]);
        this.whenBlind();
      },
    },
    { blindAfter: BLIND_AFTER, ownership: ALWAYS_OWNED },
  );

  get now(): number {
    return this.clock.now() - START;
  }

  arrival(): { arrivedAt: number; readAt: number } {
    const { arrivedAt, readAt } = this.watchdog.arrival();
    return { arrivedAt: arrivedAt - START, readAt: readAt - START };
  }

  blinds(): Event[] {
    return this.events.filter(([kind]) => kind === 'blind');
  }

  horizons(): number[] {
    return this.events.flatMap(([kind, horizon]) => (kind === 'advance' ? [horizon] : []));
  }

  /** Everything observed from here on. */
  async during(run: () => void | Promise<void>): Promise<Event[]> {
    this.events.length = 0;
    await run();
    return [...this.events];
  }
}

describe('the watchdog', () => {
  let watched: Watched;

  beforeEach(() => {
    watched = new Watched();
    watched.watchdog.start();
  });

  afterEach(() => {
    watched.watchdog.stop();
  });

  it('advances with every tick, up to the moment of the tick', async () => {
    await watched.clock.advance(5 * TICK);
    expect(watched.horizons()).to.deep.equal([20, 40, 60, 80, 100]);
  });

  it('advances a fifth as often while there is no deadline, and notices a stall all the same', async () => {
    watched.watches = false;
    await watched.clock.advance(320);
    expect(watched.horizons()).to.deep.equal([20, 120, 220, 320]);
    watched.clock.standStill(2000);
    await watched.clock.advance(0);
    expect(watched.blinds()).to.deep.equal([['blind', 320, 2320]]);
  });

  it('is at its usual pace again from the first request on', async () => {
    watched.watches = false;
    await watched.clock.advance(130);
    expect(watched.arrival()).to.deep.equal({ arrivedAt: 130, readAt: 130 });
    watched.watches = true;
    await watched.clock.advance(50);
    expect(watched.horizons()).to.deep.equal([20, 120, 150, 170]);
  });

  it('dates a request by when it was read, as long as ticks are on time', async () => {
    await watched.clock.advance(3 * TICK + 7);
    expect(watched.arrival()).to.deep.equal({ arrivedAt: 67, readAt: 67 });
    await watched.clock.advance(13);
    expect(watched.arrival()).to.deep.equal({ arrivedAt: 80, readAt: 80 });
  });

  it('never dates one later than the tick that is due', async () => {
    for (const stall of [0, 1, 19, 20, 21, 500, 1019, 1020, 30_000, 3]) {
      await watched.clock.advance(33);
      const due = watched.horizons().at(-1)! + TICK;
      watched.clock.standStill(stall);
      const blind = watched.blinds().length;
      const { arrivedAt, readAt } = watched.arrival();
      expect(readAt).to.equal(watched.now);
      // After blindness all deadlines were moved, and so was this arrival.
      const latest = watched.blinds().length > blind ? readAt : Math.min(readAt, due);
      expect(arrivedAt).to.equal(latest);
    }
  });

  it('advances no further than to the earliest request that is held, and handles it as of then', async () => {
    await watched.clock.advance(3 * TICK + 7);
    const first = watched.watchdog.hold();
    await watched.clock.advance(1);
    const second = watched.watchdog.hold();
    await watched.clock.advance(5 * TICK);
    expect(watched.horizons().at(-1)).to.equal(67);
    const handled: unknown[] = [];
    const handle = () => handled.push(watched.arrival());
    first(handle);
    await watched.clock.advance(TICK);
    expect(watched.horizons().at(-1)).to.equal(68);
    second(handle);
    await watched.clock.advance(TICK);
    expect(watched.horizons().at(-1)).to.be.above(68 + 5 * TICK);
    expect(handled).to.deep.equal([
      { arrivedAt: 67, readAt: 67 },
      { arrivedAt: 68, readAt: 68 },
    ]);
    // Other requests get their usual time, also if handling fails.
    const third = watched.watchdog.hold();
    expect(() =>
      third(() => {
        throw new Error('on purpose');
      }),
    ).to.throw('on purpose');
    await watched.clock.advance(3);
    expect(watched.arrival().readAt).to.equal(watched.now);
  });

  it('waits no longer for a request than it may, and handles it as of when it was read all the same', async () => {
    await watched.clock.advance(3 * TICK + 7);
    const handle = watched.watchdog.hold(10 * TICK);
    await watched.clock.advance(9 * TICK);
    expect(watched.horizons().at(-1)).to.equal(67);
    await watched.clock.advance(3 * TICK);
    expect(watched.horizons().at(-1)).to.be.above(67 + 10 * TICK);
    handle(() => {
      expect(watched.arrival()).to.deep.equal({ arrivedAt: 67, readAt: 67 });
    });
  });

  it('reads the sockets between a tick and its expiries', async () => {
    const arrivals: unknown[] = [];
    watched.clock.standStill(500);
    // The simulated clock settles within this: first the tick, then passes that read, then the advance.
    const advanced = watched.clock.advance(0);
    setImmediate(() => {
      arrivals.push(watched.arrival());
      expect(watched.events, 'nothing has been expired yet').to.deep.equal([]);
    });
    await advanced;
    expect(arrivals).to.deep.equal([{ arrivedAt: TICK, readAt: 500 }]);
    expect(watched.events).to.deep.equal([['advance', 500]]);
  });

  it('says that only what lies before the tick has been read, though it reads longer', async () => {
    watched.clock.standStill(TICK);
    const advanced = watched.clock.advance(0);
    setImmediate(() => {
      watched.clock.standStill(300);
    });
    await advanced;
    expect(watched.horizons()[0]).to.equal(TICK);
  });

  it('takes a request that came while the sockets were read, or the expired expired, for as old as it may be', async () => {
    // 300 ms in which the loop handles requests: later ones are read in a later pass.
    watched.clock.standStill(TICK);
    const slow = watched.clock.advance(0);
    setImmediate(() => {
      watched.clock.standStill(300);
    });
    await slow;
    expect(watched.arrival()).to.deep.equal({ arrivedAt: 2 * TICK, readAt: 320 });

    // And 400 ms in which the listener does the due work.
    await watched.clock.advance(0);
    watched.whenAdvanced = () => {
      watched.whenAdvanced = () => undefined;
      watched.clock.standStill(400);
    };
    await watched.clock.advance(TICK);
    expect(watched.arrival().arrivedAt).to.be.at.most(340 + TICK);
  });

  it('notices at the next tick that it was blind, before anything is expired', async () => {
    await watched.clock.advance(100);
    const events = await watched.during(async () => {
      watched.clock.standStill(20_000);
      await watched.clock.advance(0);
    });
    expect(events).to.deep.equal([
      ['blind', 100, 20_100],
      ['advance', 20_100],
    ]);
  });

  it('notices it at the first request, before that is handled', async () => {
    await watched.clock.advance(100);
    const events = await watched.during(() => {
      watched.clock.standStill(20_000);
      expect(watched.arrival()).to.deep.equal({ arrivedAt: 20_100, readAt: 20_100 });
    });
    expect(events).to.deep.equal([['blind', 100, 20_100]]);
  });

  it('notices it once', async () => {
    watched.clock.standStill(20_000);
    watched.arrival();
    watched.arrival();
    await watched.clock.advance(10 * TICK);
    watched.arrival();
    expect(watched.blinds()).to.deep.equal([['blind', 0, 20_000]]);
  });

  it('notices it while the sockets are read', async () => {
    watched.clock.standStill(TICK);
    const advanced = watched.clock.advance(0);
    setImmediate(() => {
      watched.clock.standStill(5000);
    });
    await advanced;
    expect(watched.events).to.deep.equal([
      ['blind', TICK, 5000 + TICK],
      ['advance', TICK],
    ]);
  });

  it('notices it when it was its own listener that took so long', async () => {
    watched.whenAdvanced = () => {
      watched.whenAdvanced = () => undefined;
      watched.clock.standStill(5000);
    };
    await watched.clock.advance(TICK);
    await watched.clock.advance(TICK);
    expect(watched.blinds()).to.deep.equal([['blind', TICK, 5000 + TICK]]);
  });

  it('is blind when a tick is overdue by so much, though requests are read all the while', async () => {
    watched.clock.passesOfReading = 4;
    watched.clock.standStill(TICK);
    const advanced = watched.clock.advance(0);
    setImmediate(() => {
      watched.clock.standStill(600);
      watched.arrival();
      setImmediate(() => {
        watched.clock.standStill(600);
        watched.arrival();
      });
    });
    await advanced;
    expect(watched.events.slice(0, 2)).to.deep.equal([
      ['blind', TICK, 1200 + TICK],
      ['advance', TICK],
    ]);
    await watched.clock.advance(5 * TICK);
    expect(watched.blinds()).to.have.length(1);
    expect(watched.horizons().at(-1)).to.be.above(1200 + TICK);
  });

  it('counts how long its ticks are overdue', async () => {
    await watched.clock.advance(5 * TICK);
    const { counts, sum } = watched.watchdog.readings;
    expect(counts.reduce((all, count) => all + count, 0)).to.equal(5);
    expect(sum).to.equal(0);
  });

  it('goes on while connections never cease to arrive, and takes that for blindness once a minute', async () => {
    await watched.clock.advance(3 * TICK);
    watched.clock.moreConnect = true;
    const flooded = await watched.during(() => watched.clock.advance(59_000));
    const horizons = flooded.flatMap(([kind, horizon]) => (kind === 'advance' ? [horizon] : []));
    expect(horizons.slice(0, 3)).to.deep.equal([80, 100, 120]);
    expect(horizons.at(-1)).to.equal(59_060);
    expect(flooded[0]).to.deep.equal(['blind', 60, 80]);
    expect(watched.blinds()).to.have.length(1);
    expect(watched.watchdog.cut).to.equal(horizons.length);
    await watched.clock.advance(60_000);
    expect(watched.blinds()).to.have.length(2);
  });

  it('calls nothing shorter blindness, and everything longer by a tick', async () => {
    for (let phase = 0; phase < TICK; phase++) {
      await watched.clock.advance(TICK - (watched.now % TICK) + phase);
      await watched.during(() => stall(BLIND_AFTER - 1));
      expect(watched.blinds(), `${phase} into a tick`).to.deep.equal([]);
      await watched.clock.advance(TICK - (watched.now % TICK) + phase);
      await watched.during(() => stall(BLIND_AFTER + TICK));
      expect(watched.blinds(), `${phase} into a tick`).to.have.length(1);
    }
  });

  it('tells two stalls apart that follow each other', async () => {
    const events = await watched.during(async () => {
      await stall(3000);
      await stall(2000);
    });
    expect(events).to.deep.equal([
      ['blind', 0, 3000],
      ['advance', 3000],
      ['blind', 3000, 5000],
      ['advance', 5000],
    ]);
  });

  it('tells them apart when the first ends with a request, and no tick comes between them', async () => {
    watched.clock.standStill(3000);
    watched.arrival();
    watched.clock.standStill(2000);
    expect(watched.arrival()).to.deep.equal({ arrivedAt: 5000, readAt: 5000 });
    await watched.clock.advance(TICK);
    expect(watched.blinds()).to.deep.equal([
      ['blind', 0, 3000],
      ['blind', 3000, 5000],
    ]);
  });

  it('does not add up stalls that are no blindness', async () => {
    for (let n = 0; n < 10; n++) await stall(900);
    expect(watched.blinds()).to.deep.equal([]);
    expect(watched.horizons()).to.have.length(10);
  });

  it('goes on after a fault of its listener, and does not repeat itself', async () => {
    watched.whenBlind = () => {
      throw new Error('blind');
    };
    watched.clock.standStill(5000);
    expect(() => watched.arrival()).to.throw('blind');
    expect(watched.arrival()).to.deep.equal({ arrivedAt: 5000, readAt: 5000 });
    await watched.clock.advance(TICK);
    expect(watched.blinds()).to.have.length(1);
    expect(watched.horizons()).to.have.length.of.at.least(1);
  });

  it('is over when it is stopped: no tick, no blindness, though requests may still be dated', async () => {
    await watched.clock.advance(TICK);
    watched.watchdog.stop();
    watched.watchdog.stop();
    const events = await watched.during(async () => {
      await stall(20_000);
      expect(watched.arrival().readAt).to.equal(watched.now);
      await watched.clock.advance(100);
    });
    expect(events).to.deep.equal([]);
  });

  it('is over when it is stopped between a tick and its advance, or by its listener', async () => {
    watched.clock.standStill(TICK);
    const advanced = watched.clock.advance(0);
    setImmediate(() => {
      watched.watchdog.stop();
    });
    await advanced;
    expect(watched.events).to.deep.equal([]);

    for (const hook of ['whenAdvanced', 'whenBlind'] as const) {
      watched.watchdog.start();
      watched[hook] = () => {
        watched.watchdog.stop();
      };
      await stall(5000);
      const last = await watched.during(() => watched.clock.advance(5000));
      expect(last).to.deep.equal([]);
      watched[hook] = () => undefined;
    }
  });

  it('starts with a clean slate, and only once', async () => {
    watched.watchdog.stop();
    watched.clock.standStill(50_000);
    watched.watchdog.start();
    watched.watchdog.start();
    await watched.clock.advance(2 * TICK);
    expect(watched.events).to.deep.equal([
      ['advance', 50_020],
      ['advance', 50_040],
    ]);
  });

  /** Stands still, and then runs everything that is due. */
  async function stall(length: number): Promise<void> {
    watched.clock.standStill(length);
    await watched.clock.advance(0);
  }
});

describe('a watchdog that was never started', () => {
  it('drives nothing', async () => {
    const watched = new Watched();
    watched.clock.standStill(50_000);
    watched.arrival();
    await watched.clock.advance(100);
    expect(watched.events).to.deep.equal([]);
    expect(watched.watchdog.arrival().readAt).to.equal(moment(START + 50_100));
  });
});
