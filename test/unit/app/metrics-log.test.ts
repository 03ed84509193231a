import { expect } from 'chai';
import { MetricsLog } from '../../../src/app/metrics-log.js';
import { Histogram } from '../../../src/domain/histogram.js';
import type { DaemonFacts } from '../../../src/app/daemon-facts.js';
import { NO_FACTS, NO_REQUESTS } from '../../support/metrics.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const MINUTE = 60_000;

describe('the line of performance metrics', () => {
  let clock: SimulatedClock;
  let logger: RecordingLogger;
  let facts: DaemonFacts;
  let responses: Record<string, number>;
  let log: MetricsLog;

  beforeEach(async () => {
    clock = new SimulatedClock();
    logger = new RecordingLogger();
    facts = { ...NO_FACTS, users: { ...NO_FACTS.users, online: 3 } };
    responses = { 200: 5 };
    log = new MetricsLog(MINUTE, {
      clock,
      logger,
      facts: () => Promise.resolve(facts),
      gateway: () => ({ ...NO_REQUESTS, responses }),
    });
    log.start();
    await clock.advance(0);
  });

  afterEach(() => {
    log.stop();
  });

  it('shows once a minute the changes since the last one, and the present state', async () => {
    const commitTimes = new Histogram([0.001, 0.01, 0.1]);
    for (let commit = 0; commit < 98; commit++) commitTimes.observe(0.0005);
    for (let commit = 0; commit < 2; commit++) commitTimes.observe(0.05);
    facts = {
      ...facts,
      users: { ...facts.users, heals: 100, checkups: 40, openings: 7, online: 8 },
      nodes: { ...facts.nodes, states: { active: 4, inactive: 1, failed: 2 }, heartbeats: 9 },
      store: { ...facts.store, commitTimes, bytes: 1234 },
      others: [
        { name: 'process_resident_memory_bytes', help: 'RSS.', type: 'gauge', samples: [{ value: 5678 }] },
      ],
    };
    responses = { 200: 6, 400: 2, 503: 1 };
    await clock.advance(MINUTE);
    expect(logger.lines).to.have.length(1);
    const [{ level, event, fields }] = logger.lines as [(typeof logger.lines)[0]];
    expect([level, event]).to.deep.equal(['info', 'metrics']);
    expect(fields).to.deep.equal({
      seconds: 60,
      heals: 100,
      checkups: 40,
      opened: 7,
      ended: 2,
      heartbeats: 9,
      flips: 0,
      refused: 3,
      users_online: 8,
      nodes_active: 4,
      nodes_inactive: 1,
      nodes_failed: 2,
      lateness_p99_ms: null,
      commit_p99_ms: 100,
      event_loop_delay_p99_ms: null,
      rss_bytes: 5678,
      store_bytes: 1234,
    });
    facts = { ...facts, users: { ...facts.users, heals: 101 } };
    await clock.advance(MINUTE);
    expect(logger.lines[1]?.fields).to.include({ heals: 1, checkups: 0, refused: 0, commit_p99_ms: null });
  });

  it('is left out while nothing happens', async () => {
    await clock.advance(10 * MINUTE);
    expect(logger.lines).to.deep.equal([]);
  });

  it('stops when it is stopped', async () => {
    log.stop();
    facts = { ...facts, users: { ...facts.users, heals: 1 } };
    await clock.advance(10 * MINUTE);
    expect(logger.lines).to.deep.equal([]);
  });

  it('continues after figures that could not be read', async () => {
    const whole = facts;
    facts = { ...facts, store: null as never };
    await clock.advance(MINUTE);
    expect(logger.lines.map(({ event }) => event)).to.deep.equal(['metrics could not be read']);
    facts = { ...whole, users: { ...whole.users, heals: 2 } };
    await clock.advance(MINUTE);
    expect(logger.lines.at(-1)?.fields).to.include({ heals: 2, seconds: 120 });
  });
});
