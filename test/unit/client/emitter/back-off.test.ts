import { expect } from 'chai';
import { BackOff } from '../../../../src/client/emitter/back-off.js';
import { HeartbeatRequestError, unreachable } from '../../../../src/client/api/request-error.js';
import { eventually } from '../../../support/eventually.js';
import { behave, HookServer } from '../../../support/hook-server.js';
import { TestResources } from '../../../support/test-resources.js';
import { createClient } from '../../../../src/client/api/index.js';
import { names, Run } from './support.js';

const resources = new TestResources();
afterEach(() => resources.clear());

const asking = (retryAfter: number | undefined, status = 503) =>
  new HeartbeatRequestError('HEARTBEAT_OVERLOADED', 'no', {
    call: 'POST /nodes/heartbeats',
    status,
    retryAfter,
  });

describe('a daemon that asks to be left alone', () => {
  let now = 0;
  let drawn = 0;
  const rest = () =>
    new BackOff(
      10_000,
      () => now,
      () => drawn,
    );
  beforeEach(() => {
    now = 1000;
    drawn = 0;
  });

  it('is left alone for as long, with all calls, which then come one after the other', () => {
    const asked = rest();
    expect([asked.isOn, asked.waitMs()]).to.deep.equal([false, 0]);
    asked.failed(asking(4));
    now += 1000;
    expect([asked.isOn, asked.waitMs()]).to.deep.equal([true, 3000]);
    drawn = 0.999;
    expect(asked.waitMs()).to.equal(3000 + 0.999 * 4000);
    now += 3000;
    expect([asked.isOn, asked.waitMs()]).to.deep.equal([false, 0]);
  });

  it('is left alone for a minute at the most, and its calls are spread over an interval', () => {
    const asked = rest();
    asked.failed(asking(86_400, 429));
    expect(asked.waitMs()).to.equal(60_000);
    drawn = 1;
    expect(asked.waitMs()).to.equal(70_000);
  });

  it('says so with 429 or 503, and nobody makes it shorter', () => {
    const asked = rest();
    for (const error of [asking(undefined), asking(5, 500), unreachable('PUT /', '', 'x')])
      asked.failed(error);
    expect(asked.isOn).to.equal(false);
    asked.failed(asking(5));
    asked.failed(asking(1));
    expect(asked.waitMs()).to.equal(5000);
  });
});

describe('the client', () => {
  it('reads Retry-After, as seconds and as a date by the clock of the daemon', async () => {
    const server = await HookServer.start();
    resources.onClear(() => server.stop());
    const client = createClient({ url: server.url, retries: 0 });
    resources.onClear(() => client.close());
    const asked = async (headers: Record<string, string>) => {
      server.behaviour = behave.status(503, headers, '{}');
      const error: unknown = await client.nodes.heartbeat(['a']).catch((thrown: unknown) => thrown);
      return error instanceof HeartbeatRequestError ? error.retryAfter : error;
    };
    expect(await asked({})).to.equal(undefined);
    expect(await asked({ 'retry-after': '7' })).to.equal(7);
    const date = 'Sun, 22 Nov 2026 12:00:00 GMT';
    expect(await asked({ 'retry-after': 'Sun, 22 Nov 2026 12:00:09 GMT', date })).to.equal(9);
    expect(await asked({ 'retry-after': 'soon', date })).to.equal(undefined);
  });
});

describe('an emitter that is asked to leave the daemon alone', () => {
  for (const [what, nodes] of [
    ['of nodes without a probe', names(30)],
    ['of nodes with a probe', names(30).map((name) => ({ name, probe: () => true }))],
  ] as const) {
    it(`makes no call meanwhile, ${what}, and loses nothing`, async () => {
      const run = new Run(nodes, { thresholds: { small: 3 }, intervalMs: 200, maxConcurrent: 2 });
      let refusedAt = 0;
      run.target.behave = () => {
        if (refusedAt > 0) return Promise.resolve(undefined);
        refusedAt = performance.now();
        return Promise.reject(asking(0.6));
      };
      run.begin();
      await eventually(() => expect(run.target.beats.size).to.equal(30));
      await run.end();
      // As many calls as may be under way at once had started by then.
      for (const { at } of run.target.calls.slice(2)) expect(at - refusedAt).to.be.at.least(599);
      expect(run.emitter.report.calls).to.deep.equal({ failed: 1, errors: { 503: 1 } });
      expect(run.told).to.have.length(2);
    });
  }

  it('ends at once when it is told to', async () => {
    const run = new Run(names(3), { intervalMs: 50 });
    run.target.behave = () => Promise.reject(asking(60));
    run.begin();
    await eventually(() => expect(run.told).to.have.length(1));
    const ended = run.end().then(() => 'ended');
    expect(await Promise.race([ended, turns(100)])).to.equal('ended');
    expect(run.target.calls).to.have.length(1);
  });
});

/** A few turns of the event loop, much less than the minute of the timer on any machine. */
async function turns(count: number): Promise<string> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  return `it has not ended after ${String(count)} turns`;
}
