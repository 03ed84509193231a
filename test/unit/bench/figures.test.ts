import { expect } from 'chai';

import { readDaemonFigures } from '../../../src/cli/bench/figures/daemon-figures.js';
import { HealTally } from '../../../src/cli/bench/figures/heal-tally.js';
import { inBytes, inMs, sampleLine } from '../../../src/cli/bench/figures/sample.js';
import { startSampling } from '../../../src/cli/bench/figures/sampling.js';
import type { TaskOutcome } from '../../../src/client/schedule/paced-scheduler.js';
import { HeartbeatRequestError, unreachable, UNEXPECTED } from '../../../src/client/api/request-error.js';

function outcome(latencyMs: number, error?: unknown): TaskOutcome {
  const acknowledged = error === undefined;
  return { task: 0, sentAt: 0, answeredAt: 0, latencyMs, lateMs: 0.5, acknowledged, error };
}

const nothing = {
  online: null,
  rss_bytes: null,
  event_loop_delay_ms: { p50: null, p99: null, max: null },
  store_bytes: null,
  sessions_stored: null,
};

describe("the daemon's figures", () => {
  it('are read from the answer of /supervision', () => {
    const report = {
      process: { pid: 1, rss_bytes: 5e7, event_loop_delay_ms: { p50: 1, p99: 2, max: 3 } },
      store: { size_bytes: 1234, sessions_stored: 5 },
      users: { online: 6 },
      tree: [],
    };
    expect(readDaemonFigures(report)).to.deep.equal({
      online: 6,
      rss_bytes: 5e7,
      event_loop_delay_ms: { p50: 1, p99: 2, max: 3 },
      store_bytes: 1234,
      sessions_stored: 5,
    });
  });

  it('are unknown where they are missing or no numbers', () => {
    for (const report of [undefined, null, 'x', [], {}, { process: 3, store: [], users: { online: '6' } }]) {
      expect(readDaemonFigures(report)).to.deep.equal(nothing);
    }
  });
});

describe('the tally of heals', () => {
  it('counts, times, and tells errors apart by status or code', () => {
    const tally = new HealTally();
    for (let latency = 1; latency <= 100; latency++) tally.add(outcome(latency));
    const answered = (code: string, status: number): HeartbeatRequestError =>
      new HeartbeatRequestError(code, 'no', { call: 'PUT /heal/1', status });
    tally.add(outcome(1, answered('HEARTBEAT_OVERLOADED', 503)));
    tally.add(outcome(1, answered('HEARTBEAT_NOT_READY', 503)));
    tally.add(outcome(1, answered(UNEXPECTED, 200)));
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    tally.add(outcome(1, unreachable('PUT /heal/1', 'http://x', reset)));

    const { heals, errors, errors_by_kind, latency_ms, sent_late_ms } = tally.figures();
    expect([heals, errors]).to.deep.equal([100, 4]);
    expect(errors_by_kind).to.deep.equal({ '503': 2, 'unexpected body': 1, ECONNRESET: 1 });
    expect(latency_ms.p50).to.be.within(45, 50);
    expect(latency_ms.p99).to.be.within(97, 101);
    expect(latency_ms.max).to.be.within(99, 101);
    expect(sent_late_ms.p50).to.be.within(0.4, 0.6);
  });

  it('starts from zero after a reset', () => {
    const tally = new HealTally();
    tally.add(outcome(5));
    tally.reset();
    const none = { p50: null, p99: null, max: null };
    expect(tally.figures()).to.deep.equal({
      heals: 0,
      errors: 0,
      errors_by_kind: {},
      latency_ms: none,
      sent_late_ms: none,
    });
  });
});

describe('a sample as a line', () => {
  it('shows known figures, and a dash for unknown ones', () => {
    const tally = new HealTally();
    expect(sampleLine({ elapsed_s: 5.01, ...tally.figures(), ...nothing })).to.equal(
      '   5 s  heals 0  errors 0  p50 -  p99 -  online -  rss -  loop p99 - max -  db -  sessions -',
    );
  });

  it('uses units that people read', () => {
    expect([0, 999, 1_000, 61_234_567, 5e15].map(inBytes)).to.deep.equal(['0 B', '999 B', '1.0 kB', '61.2 MB', '5000.0 TB']); // prettier-ignore
    expect([0.456, 12.3, null].map(inMs)).to.deep.equal(['0.46 ms', '12 ms', '-']);
  });
});

describe('sampling', () => {
  it('takes a sample at every interval and one at the end', async () => {
    const begin = performance.now();
    const times: number[] = [];
    let finish: () => void = () => undefined;
    const enough = new Promise<void>((resolve) => (finish = resolve));
    const sampling = startSampling(20, 1e9, () => {
      if (times.push(performance.now() - begin) === 3) finish();
      return Promise.resolve(times.length);
    });
    await enough;
    expect(await sampling.finish()).to.deep.equal([1, 2, 3, 4]);
    for (const [index, at] of times.slice(0, 3).entries()) expect(at).to.be.at.least(20 * (index + 1) - 3);
  });

  it('takes one sample of a run shorter than an interval', async () => {
    expect(await startSampling(1e6, 1e5, () => Promise.resolve('once')).finish()).to.deep.equal(['once']);
  });
});
