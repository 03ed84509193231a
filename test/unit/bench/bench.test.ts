import { expect } from 'chai';

import { runBench, type BenchPlan, type BenchReport } from '../../../src/cli/bench/bench.js';
import { isGood, summaryJson, summaryText } from '../../../src/cli/bench/summary.js';
import { isUnreachable } from '../../../src/client/api/request-error.js';
import { FakeDaemon, type FakeAnswer, type FakeBehaviour } from './support/fake-daemon.js';

const observer = { healing: () => undefined, sampled: () => undefined, checking: () => undefined };
const uninterrupted = (): AbortSignal => new AbortController().signal;

function planFor(url: string, batch = 1): BenchPlan {
  return {
    url,
    users: 30,
    batch,
    durationMs: 1e9,
    seed: 1,
    pace: { usualMs: 50, longShare: 0.3, longMs: [130, 150] },
    sessionTimeoutMs: 90,
    sampleEveryMs: 100,
    retryMs: 1,
  };
}

describe('a bench of a daemon', () => {
  let daemon: FakeDaemon | undefined;

  /** Ended after so many heals and not by time, so that a busy machine makes no difference. */
  async function benched(behaviour: Partial<FakeBehaviour>, heals = 80, batch = 1): Promise<BenchReport> {
    const load = new AbortController();
    const phases = [load.signal];
    let left = heals;
    const intercept = (call: string): FakeAnswer | undefined => {
      if (/^(PUT|POST)/.test(call) && --left === 0) load.abort();
      return behaviour.intercept?.(call);
    };
    daemon = await FakeDaemon.listen({ sessionTimeoutMs: 90, ...behaviour, intercept });
    return runBench(planFor(daemon.url, batch), observer, () => phases.shift() ?? uninterrupted());
  }

  afterEach(async () => {
    await daemon?.close();
    daemon = undefined;
  });

  it('passes a correct daemon', async () => {
    const report = await benched({}, 200);
    expect(report.verdict.mismatches).to.deep.equal([]);
    expect(isGood(report)).to.equal(true);
    expect(report.verdict.usersChecked).to.equal(30);
    expect(report.verdict.sessions).to.be.at.least(30);
    expect(report.total.errors).to.equal(0);
    expect(report.samples).not.to.deep.equal([]);
    const healed = report.samples.reduce((sum, sample) => sum + sample.heals, 0);
    expect(healed).to.equal(report.total.heals).and.to.be.at.least(200);
    expect(report.samples.at(-1)?.sessions_stored).to.be.a('number');
  });

  it('heals users together, and holds each of them to what their batch did', async () => {
    const report = await benched({}, 60, 7);
    expect(report.verdict.mismatches).to.deep.equal([]);
    expect(report.verdict.usersChecked).to.equal(30);
    expect(report.verdict.sessions).to.be.at.least(30);
    expect(report.total.heals).to.be.greaterThan(60);
    expect(daemon?.calls).to.include('POST /heal');
    expect(daemon?.calls.some((call) => call.startsWith('PUT'))).to.equal(false);
  });

  it('counts no user of a partly refused batch as healed', async () => {
    const body = '{"accepted":6,"rejected":[{"index":0,"error":"the mailbox is full"}]}';
    const report = await benched(
      { intercept: (call) => (call === 'POST /heal' ? { status: 200, body } : undefined) },
      10,
      7,
    );
    expect(report.total.heals).to.equal(0);
    expect(report.total.errors).to.be.at.least(60);
  });

  it('finds a daemon that loses sessions, and lists twenty of those it does not believe', async () => {
    const report = await benched({ tamper: () => [] });
    expect(isGood(report)).to.equal(false);
    expect(report.verdict.usersDiffering).to.equal(30);
    expect(report.verdict.mismatches).to.have.length(20);
    const text = summaryText(planFor('http://d'), report);
    expect(text).to.match(
      /sessions +\d+ compared, of 30 users: 30 users differ\n( {2}user \d{19}: .+\n){20}$/,
    );
  });

  it('finds a daemon that answers with another id, as when digits are lost', async () => {
    const intercept = (call: string) =>
      call.includes('/heart_rhythm/')
        ? { status: 200, body: '{"id":4611686018427388000,"history":[]}' }
        : undefined;
    const report = await benched({ intercept });
    expect(report.verdict.mismatches[0]?.problem).to.equal('answered as the history of 4611686018427388000');
  });

  it('distinguishes lost sessions from those that were only not shown yet', async () => {
    const read = new Set<string>();
    const intercept = (call: string) => {
      if (!call.includes('/heart_rhythm/') || read.size === 3 || read.has(call)) return undefined;
      read.add(call);
      return { status: 200, body: `{"id":${/\d+/.exec(call)?.[0] ?? ''},"history":[]}` };
    };
    const report = await benched({ intercept });
    expect(report.verdict.usersDiffering).to.equal(3);
    expect(report.verdict.mismatches.map(({ passing }) => passing)).to.deep.equal([true, true, true]);
    expect(isGood(report)).to.equal(false);
    expect(summaryText(planFor('http://d'), report)).to.match(
      /no session for the heal of .* \(right when read again\)\n$/,
    );
  });

  it('counts heals that are refused by their status, and believes that they may have happened or not', async () => {
    let calls = 0;
    const intercept = (call: string) =>
      call.startsWith('PUT') && ++calls % 3 === 0
        ? { status: 503, body: '{"error":"overloaded"}' }
        : undefined;
    const report = await benched({ intercept });
    expect(report.total.errors_by_kind).to.have.all.keys('503');
    expect(isGood(report)).to.equal(true);
  });

  it('does not pass a daemon that acknowledged no heal', async () => {
    const intercept = (call: string) => (call.startsWith('PUT') ? { status: 404, body: '' } : undefined);
    const report = await benched({ intercept });
    expect(report.verdict.usersDiffering).to.equal(0);
    expect(isGood(report)).to.equal(false);
  });

  it('reads a history again that could not be read at once, and says so when it never can', async () => {
    const refused = new Set<string>();
    const once = (call: string) => {
      if (!call.includes('/heart_rhythm/') || refused.has(call)) return undefined;
      refused.add(call);
      return { status: 503, body: '{"error":"busy"}' };
    };
    expect(isGood(await benched({ intercept: once }))).to.equal(true);
    await daemon?.close();

    const always = (call: string) =>
      call.includes('/heart_rhythm/')
        ? { status: 500, body: '{"error":"internal server error"}' }
        : undefined;
    const report = await benched({ intercept: always });
    expect(report.verdict.usersDiffering).to.equal(30);
    expect(report.verdict.mismatches[0]?.problem).to.equal('answered 500: internal server error');
  });

  it('shows figures of a daemon without /supervision as unknown', async () => {
    const intercept = (call: string) =>
      call.includes('supervision') ? { status: 404, body: '{}' } : undefined;
    const report = await benched({ intercept });
    expect(isGood(report)).to.equal(true);
    expect(report.samples.at(-1)?.rss_bytes).to.equal(null);
    expect(summaryText(planFor('http://d'), report)).to.contain(
      'daemon     online -, rss -, event loop p99 -',
    );
  });

  it('asks only for sessions that began since it did', async () => {
    const before = Math.floor(Date.now() / 1000) - 1;
    const report = await benched({ tamper: (history) => [{ online_at: 5, offline_at: 9 }, ...history] });
    expect(isGood(report)).to.equal(true);
    const asked = daemon?.calls.find((call) => call.includes('/heart_rhythm/')) ?? '';
    expect(Number(/\?from=(\d+)$/.exec(asked)?.[1])).to.be.within(before, before + 60);
  });

  it('says how far the check came when that is ended as well', async () => {
    daemon = await FakeDaemon.listen({ sessionTimeoutMs: 90 });
    const report = await runBench(planFor(daemon.url), observer, () => AbortSignal.abort());
    expect(report.verdict).to.include({ usersChecked: 0, incomplete: 'interrupted' });
    expect(isGood(report)).to.equal(false);
    expect(summaryText(planFor('http://d'), report)).to.contain('30 users not checked: interrupted');
  });

  it('rejects when nothing listens there, and reports when nothing does any more', async () => {
    const gone = await FakeDaemon.listen({ sessionTimeoutMs: 90 });
    await gone.close();
    const refusal = await runBench(planFor(gone.url), observer, uninterrupted).catch(
      (error: unknown) => error,
    );
    expect(isUnreachable(refusal)).to.equal(true);

    const dying = await FakeDaemon.listen({ sessionTimeoutMs: 90 });
    const load = new AbortController();
    const phases = [load.signal];
    let samples = 0;
    const sampled = (): void => {
      if (++samples === 1) void dying.close();
      if (samples === 3) load.abort();
    };
    const report = await runBench(
      planFor(dying.url),
      { ...observer, sampled },
      () => phases.shift() ?? uninterrupted(),
    );
    expect(report.verdict.incomplete).to.match(
      /^GET \/heart_rhythm\/\d+.* got no answer from .*: ECONNREFUSED$/,
    );
    expect(report.total.errors_by_kind).to.have.property('ECONNREFUSED');
  });

  it('makes one JSON document of everything, ids as digits', async () => {
    const report = await benched({ tamper: () => [] });
    const document: unknown = JSON.parse(summaryJson(planFor('http://d'), report));
    expect(document).to.have.nested.property('summary.good', false);
    expect(document).to.have.nested.property('summary.check.users_differing', 30);
    expect(document).to.have.nested.property('summary.check.incomplete', null);
    expect(document)
      .to.have.nested.property('summary.check.mismatches[0].id')
      .that.matches(/^\d{19}$/);
    // Null if the host left no time for an answer within the sample.
    expect(document)
      .to.have.nested.property('samples[0].latency_ms.p99')
      .that.satisfies((p99: unknown) => p99 === null || typeof p99 === 'number');
    expect(document).to.have.nested.property('bench.session_timeout_s', 0.09);
  });
});
