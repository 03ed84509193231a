import { expect } from 'chai';
import type { Millis } from '../../../src/domain/time.js';
import { RepeatedRead } from '../../../web/daemon/repeated-read.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

interface Reading {
  readonly at: number;
  readonly answer: (value: string) => void;
  readonly fail: (error: unknown) => void;
}

/** A daemon that answers when the test says so. */
class SlowDaemon {
  readonly clock = new SimulatedClock();
  readonly readings: Reading[] = [];
  readonly shown: string[] = [];
  readonly #from = this.clock.now();

  follow(every: Millis | undefined): RepeatedRead<string> {
    return new RepeatedRead<string>({
      read: () =>
        new Promise((answer, fail) => {
          this.readings.push({ at: this.clock.now() - this.#from, answer, fail });
        }),
      done: (value) => this.shown.push(value),
      failed: ({ message }) => this.shown.push(`failed: ${message}`),
      every,
      after: (wait, run) => this.clock.after(wait, run),
    });
  }

  async answer(value: string): Promise<void> {
    this.readings.at(-1)?.answer(value);
    await this.clock.advance(0);
  }

  /** When each reading began, in milliseconds. */
  get begun(): readonly number[] {
    return this.readings.map(({ at }) => at);
  }
}

describe('what a view of the dashboard reads again and again', () => {
  let daemon: SlowDaemon;

  beforeEach(() => {
    daemon = new SlowDaemon();
  });

  it('is read again after its interval, counted from the end of a reading', async () => {
    const reading = daemon.follow(60_000);
    await daemon.clock.advance(400);
    await daemon.answer('first');
    await daemon.clock.advance(60_000);
    expect(daemon.begun).to.deep.equal([0, 60_400]);
    expect(daemon.shown).to.deep.equal(['first']);
    reading.end();
  });

  it('is read soon after a change that came during a reading', async () => {
    const reading = daemon.follow(60_000);
    await daemon.clock.advance(100);
    reading.changed();
    await daemon.clock.advance(100);
    await daemon.answer('of before the change');
    await daemon.clock.advance(150);
    expect(daemon.begun).to.deep.equal([0, 350]);
    await daemon.answer('of after the change');
    expect(daemon.shown).to.deep.equal(['of before the change', 'of after the change']);
    reading.end();
  });

  it('is read once more at the end of a reading that takes longer than changes are gathered', async () => {
    const reading = daemon.follow(undefined);
    reading.changed();
    await daemon.clock.advance(300);
    expect(daemon.begun).to.deep.equal([0]);
    await daemon.answer('first');
    expect(daemon.begun).to.deep.equal([0, 300]);
    reading.end();
  });

  it('is read while changes do not stop coming, at most once in a quarter of a second', async () => {
    const reading = daemon.follow(60_000);
    await daemon.answer('first');
    for (let change = 0; change < 20; change++) {
      reading.changed();
      await daemon.clock.advance(50);
      await daemon.answer('next');
    }
    expect(daemon.begun).to.deep.equal([0, 250, 500, 750, 1_000]);
    reading.end();
  });

  it('is read again after a failure, which is said', async () => {
    const reading = daemon.follow(60_000);
    daemon.readings[0]?.fail('no answer');
    await daemon.clock.advance(0);
    await daemon.clock.advance(60_000);
    expect(daemon.shown).to.deep.equal(['failed: no answer']);
    expect(daemon.begun).to.deep.equal([0, 60_000]);
    reading.end();
  });

  it('is not read any more once its view has gone', async () => {
    const reading = daemon.follow(1_000);
    reading.changed();
    reading.end();
    await daemon.answer('too late');
    await daemon.clock.advance(5_000);
    expect(daemon.begun).to.deep.equal([0]);
    expect(daemon.shown).to.deep.equal([]);
  });
});
