import { expect } from 'chai';
import { ProbeSchedule } from '../../../src/probes/probe-schedule.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const EVERY = 60_000;

/** A schedule whose runs end when a test says so, or at once. */
function scheduled(concurrency: number, clock = new SimulatedClock()) {
  const begun: { name: string; at: number }[] = [];
  const ends: ((again: boolean) => void)[] = [];
  let most = 0;
  let waits = false;
  const schedule = new ProbeSchedule(concurrency, {
    clock,
    run: (name) => {
      begun.push({ name, at: clock.now() });
      most = Math.max(most, schedule.underWay);
      return waits ? new Promise((resolve) => ends.push(resolve)) : Promise.resolve(false);
    },
  });
  const hold = (): void => {
    waits = true;
  };
  return { clock, schedule, begun, ends, hold, most: () => most };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `node-${index}`);

describe('the schedule of probes', () => {
  it('spreads nodes over the interval after a start, each once in an interval', async () => {
    const { clock, schedule, begun } = scheduled(1000);
    for (const name of names(600)) schedule.set(name, EVERY, false);
    await clock.settle();
    expect(begun).to.have.length(0);
    const start = clock.now();
    for (let second = 0; second < 60; second++) await clock.advance(1000);
    expect(new Set(begun.map(({ name }) => name)).size).to.equal(600);
    expect(begun).to.have.length(600);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const { at } of begun) tenths[Math.min(9, Math.floor((at - start) / (EVERY / 10)))]!++;
    // 60 each on average.
    for (const count of tenths) expect(count).to.be.within(30, 90);
  });

  it('keeps its place over a restart, so that no interval between two probes is longer', async () => {
    const clock = new SimulatedClock();
    const before = scheduled(10, clock);
    before.schedule.set('web', EVERY, false);
    await clock.advance(EVERY);
    const [first] = before.begun;
    clock.forget();
    const after = scheduled(10, clock);
    after.schedule.set('web', EVERY, false);
    await clock.advance(EVERY);
    expect(after.begun).to.have.length(1);
    expect(after.begun[0]!.at - first!.at).to.be.closeTo(EVERY, 1);
  });

  it('probes a new node at once', async () => {
    const { clock, schedule, begun } = scheduled(10);
    schedule.set('web', EVERY, true);
    await clock.settle();
    expect(begun).to.deep.equal([{ name: 'web', at: clock.now() }]);
  });

  it('runs no more at once than it may, those first that were due first', async () => {
    const { clock, schedule, begun, ends, hold, most } = scheduled(2);
    hold();
    for (const name of names(5)) schedule.set(name, EVERY, true);
    await clock.settle();
    expect(begun.map(({ name }) => name)).to.deep.equal(['node-0', 'node-1']);
    expect(schedule.waiting).to.equal(3);
    ends.shift()!(false);
    await clock.settle();
    expect(begun.map(({ name }) => name)).to.deep.equal(['node-0', 'node-1', 'node-2']);
    expect(most()).to.equal(2);
    schedule.concurrency = 4;
    await clock.settle();
    expect(begun).to.have.length(5);
  });

  it('never runs two probes of a node at once, though it gets another or takes longer than its interval', async () => {
    const { clock, schedule, begun, ends, hold } = scheduled(10);
    hold();
    schedule.set('web', EVERY, true);
    await clock.advance(5 * EVERY);
    schedule.set('web', EVERY / 2, true);
    await clock.advance(5 * EVERY);
    schedule.remove('web');
    schedule.set('web', EVERY / 2, true);
    await clock.advance(5 * EVERY);
    expect(begun).to.have.length(1);
    ends.shift()!(false);
    await clock.settle();
    expect(begun).to.have.length(2);
    ends.shift()!(false);
    await clock.settle();
    await clock.advance(EVERY);
    // It does not make up for those that were left out.
    expect(begun).to.have.length(3);
  });

  it('runs again what does not count, and nothing that was removed', async () => {
    const { clock, schedule, begun, ends, hold } = scheduled(10);
    hold();
    schedule.set('web', EVERY, true);
    await clock.settle();
    ends.shift()!(true);
    await clock.settle();
    expect(begun).to.have.length(2);
    schedule.remove('web');
    ends.shift()!(true);
    await clock.advance(10 * EVERY);
    expect(begun).to.have.length(2);
  });
});
