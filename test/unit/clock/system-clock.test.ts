import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { FakeMachine } from './fake-machine.js';

const HOUR = 3_600_000;

describe('the system clock', () => {
  it("follows the machine's clocks", () => {
    const { machine, clock } = clockOf();
    const start = clock.now();
    for (let passed = 0; passed <= 10_000; passed += 37.5) {
      expect(clock.now() - start).to.be.closeTo(passed, 1e-6);
      machine.run(37.5);
    }
  });

  it('counts through a suspend, during which the monotonic clock stands still', () => {
    for (const suspend of [500, 2000, 60_000, HOUR, 30 * 24 * HOUR]) {
      const { machine, clock } = clockOf();
      machine.run(10_000);
      const before = clock.now();
      machine.suspend(suspend);
      machine.run(250);
      expect(clock.now() - before).to.be.closeTo(suspend + 250, 10);
    }
  });

  it('counts every suspend once', () => {
    const { machine, clock } = clockOf();
    const start = clock.now();
    for (let n = 1; n <= 5; n++) {
      machine.suspend(HOUR);
      for (let looks = 0; looks < 10; looks++) {
        machine.run(300);
        clock.now();
      }
      expect(clock.now() - start).to.be.closeTo(n * (HOUR + 3000), 50);
    }
  });

  it('notices a suspend within a quarter of a second after it', () => {
    const { machine, clock } = clockOf();
    const before = clock.now();
    machine.run(200);
    machine.suspend(HOUR);
    machine.run(50);
    expect(clock.now() - before).to.be.at.least(HOUR);
  });

  it('never goes back, nor faster, however coarse the uptime is', () => {
    for (const grain of [1, 10, 100, 500, 1000]) {
      for (let phase = 0; phase < 1000; phase += 50) {
        const { machine, clock } = clockOf({ grain, monotonic: phase + 0.25 });
        const wrong: number[] = [];
        const start = clock.now();
        for (let passed = 70; passed < 20_000; passed += 70) {
          machine.run(70);
          if (Math.abs(clock.now() - start - passed) > 1e-6) wrong.push(passed);
        }
        expect(wrong, `grain ${grain}, phase ${phase}`).to.deep.equal([]);
      }
    }
  });

  it('still notices a suspend when the uptime is in whole seconds', () => {
    for (let phase = 0; phase < 1000; phase += 50) {
      const { machine, clock } = clockOf({ grain: 1000, monotonic: phase });
      for (let looks = 0; looks < 10; looks++) {
        machine.run(300);
        clock.now();
      }
      const before = clock.now();
      machine.suspend(60_000);
      for (let looks = 0; looks < 10; looks++) {
        machine.run(300);
        clock.now();
      }
      expect(clock.now() - before).to.be.closeTo(63_000, 1000);
    }
  });

  it('is not moved by the wall clock, whichever way that jumps', () => {
    const { machine, clock } = clockOf();
    const start = clock.now();
    for (const jump of [HOUR, -HOUR, -10 * HOUR, 100]) {
      const wall = clock.wall();
      machine.jumpWall(jump);
      expect(clock.wall() - wall).to.equal(jump);
      machine.run(1000);
      clock.now();
    }
    expect(clock.now() - start).to.be.closeTo(4000, 1e-6);
  });

  it('shows whole milliseconds of the wall clock', () => {
    const { clock } = clockOf({ wall: 1_700_000_000_000.9 });
    expect(clock.wall()).to.equal(1_700_000_000_000);
  });

  it('reads the real clocks by default', () => {
    const clock = new SystemClock();
    const first = clock.now();
    expect(clock.now()).to.be.at.least(first);
    const before = Date.now();
    expect(clock.wall()).to.be.within(before - 1000, Date.now() + 1000);
  });
});

function clockOf(...options: ConstructorParameters<typeof FakeMachine>): {
  machine: FakeMachine;
  clock: SystemClock;
} {
  const machine = new FakeMachine(...options);
  return { machine, clock: new SystemClock(machine) };
}
