import { expect } from 'chai';
import { HeartbeatHistory } from '../../../src/domain/heartbeat-history.js';
import { moment } from '../../../src/domain/time.js';
import { timeoutInForce } from '../../../src/domain/timeout.js';
import { SeededRandom } from '../../support/seeded-random.js';

const BEATS = 5_000;

/** Intervals between heartbeats of a healthy node, in milliseconds. */
const rhythms = {
  /** Every 10 s ± 2 s, and one in a hundred up to 5 s later. */
  jitter: (random, _beat) =>
    10_000 + random.between(-2_000, 2_000) + (random.next() < 0.01 ? random.between(0, 5_000) : 0),
  /** From 5 s to 30 s and back, repeatedly. */
  drift: (random, beat) =>
    17_500 - 12_500 * Math.cos((2 * Math.PI * beat) / 2_000) + random.between(-500, 500),
  /** Five a second apart, then a pause of 20 s. */
  bursts: (random, beat) => (beat % 5 === 4 ? 20_000 : 1_000) + random.between(-100, 100),
  /** Every second for a thousand, then every 10 s for a thousand. */
  steps: (random, beat) => (Math.floor(beat / 1_000) % 2 === 0 ? 1_000 : 10_000) + random.between(-100, 100),
  /** Fifty a second apart, then a pause of 20 s. */
  rarePauses: (random, beat) => (beat % 50 === 49 ? 20_000 : 1_000) + random.between(-100, 100),
} satisfies Readonly<Record<string, (random: SeededRandom, beat: number) => number>>;

type Name = keyof typeof rhythms;

interface Result {
  /** Of a healthy node. */
  readonly falseAlarms: number;
  /** The mean time in milliseconds until a failure after any of its heartbeats is noticed. */
  readonly toDetect: number;
}

/** @param timeoutAfter the timeout that starts with a heartbeat, by its time */
function play(name: Name, timeoutAfter: (at: number) => number): Result {
  const random = new SeededRandom(1);
  let [at, timeout, falseAlarms, sum] = [0, Infinity, 0, 0];
  for (let beat = 0; beat < BEATS; beat++) {
    const interval = rhythms[name](random, beat);
    if (interval > timeout) falseAlarms++;
    at += interval;
    timeout = timeoutAfter(at);
    sum += timeout;
  }
  return { falseAlarms, toDetect: sum / BEATS };
}

const fixed = (name: Name, timeout: number): Result => play(name, () => timeout);

function adaptive(name: Name, min = 1_000): Result {
  const limits = { min, max: 120_000 };
  const rhythm = new HeartbeatHistory();
  rhythm.heard(moment(0), limits.max);
  return play(name, (at) => {
    rhythm.heard(moment(at), limits.max);
    return timeoutInForce(limits, rhythm);
  });
}

/** The shortest fixed timeout without a false alarm. It requires the longest future interval. */
const HINDSIGHT: Readonly<Record<Name, number>> = {
  jitter: 16_100,
  drift: 30_500,
  bursts: 20_150,
  steps: 10_150,
  rarePauses: 20_150,
};

/** A cautious fixed timeout: three times the longest interval. */
const usual = (name: Name): Result => fixed(name, 3 * HINDSIGHT[name]);

describe('an adaptive timeout, beside fixed ones,', () => {
  it('is measured against timeouts that are as short as they may be', () => {
    for (const name of Object.keys(rhythms) as Name[]) {
      expect(fixed(name, HINDSIGHT[name]).falseAlarms, name).to.equal(0);
      expect(fixed(name, HINDSIGHT[name] - 500).falseAlarms, name).to.be.greaterThan(0);
    }
  });

  it('with jitter has no false alarms, and takes no longer than hindsight', () => {
    const learnt = adaptive('jitter');
    expect(learnt.falseAlarms).to.equal(0);
    expect(learnt.toDetect).to.be.lessThan(1.1 * HINDSIGHT.jitter);
    expect(learnt.toDetect).to.be.lessThan(0.4 * usual('jitter').toDetect);
  });

  it('with drift has no false alarms, and is quicker than hindsight', () => {
    const learnt = adaptive('drift');
    expect(learnt.falseAlarms).to.equal(0);
    expect(learnt.toDetect).to.be.lessThan(0.9 * HINDSIGHT.drift);
    // A fixed timeout that is as quick raises more than one false alarm in five intervals.
    expect(fixed('drift', learnt.toDetect).falseAlarms).to.be.greaterThan(BEATS / 5);
  });

  it('with bursts has no false alarms, and is quicker than one would choose', () => {
    const learnt = adaptive('bursts');
    expect(learnt.falseAlarms).to.equal(0);
    expect(learnt.toDetect).to.be.lessThan(2.5 * HINDSIGHT.bursts);
    expect(learnt.toDetect).to.be.lessThan(0.85 * usual('bursts').toDetect);
  });

  it('with a rhythm that suddenly is ten times slower has some false alarms, and then none', () => {
    const learnt = adaptive('steps');
    expect(learnt.falseAlarms).to.be.within(2, 20);
    expect(learnt.toDetect).to.be.lessThan(HINDSIGHT.steps);
    expect(fixed('steps', learnt.toDetect).falseAlarms).to.be.greaterThan(1_500);
  });

  it('with pauses that are rarer than one interval in thirty needs a min that is longer than they are', () => {
    expect(adaptive('rarePauses').falseAlarms).to.be.greaterThan(90);
    const bounded = adaptive('rarePauses', HINDSIGHT.rarePauses);
    expect(bounded.falseAlarms).to.equal(0);
    expect(bounded.toDetect).to.be.lessThan(1.1 * HINDSIGHT.rarePauses);
  });
});
