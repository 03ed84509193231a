import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { Faults } from '../support/faults.js';
import { Scraped } from '../support/metrics.js';
import { ping } from '../support/pings.js';
import { placeOf } from '../support/partitions.js';
import { RefusingStore } from '../support/refusing-store.js';
import type { SimulatedApp } from '../support/simulated-app.js';
import { node, user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const ANN = user(1);
const BEN = user(2);

describe('what the daemon counts', () => {
  const daemon = withDaemon();
  const faults = new Faults();

  async function start(options: Parameters<typeof SimulatedApp.start>[0] = {}): Promise<void> {
    await daemon.start({ decideUser: faults.decide, ...options });
  }
  const scrape = async () => new Scraped(await daemon.app.facts());

  it('does not measure each kind of record for a scrape', async () => {
    let asked = 0;
    class MeasuredStore extends MemoryHistoryStore {
      override diskUse(): ReturnType<MemoryHistoryStore['diskUse']> {
        asked++;
        return super.diskUse();
      }
    }
    await start({ store: new MeasuredStore() });
    await scrape();
    expect(asked).to.equal(0);
    await daemon.app.supervision();
    expect(asked).to.be.above(0);
  });

  it('counts heals, opened and expired sessions, and users online', async () => {
    await start();
    await daemon.ask('heal', ANN);
    await daemon.ask('heal', ANN);
    await daemon.ask('heal', BEN);
    await daemon.ask('goodbye', BEN);
    const before = await scrape();
    expect(before.value('heartbeat_heals_total')).to.equal(3);
    expect(before.value('heartbeat_sessions_opened_total')).to.equal(2);
    expect(before.value('heartbeat_users_online')).to.equal(1);
    expect(before.value('heartbeat_sessions_expired_total')).to.equal(0);
    await daemon.clock.advance(8000);
    const after = await scrape();
    expect(after.value('heartbeat_users_online')).to.equal(0);
    expect(after.value('heartbeat_sessions_expired_total')).to.equal(1);
    const { count, sum } = after.observed('heartbeat_session_expiry_lateness_seconds');
    expect(count).to.equal(1);
    expect(sum).to.be.within(0, 0.05);
  });

  it('counts how often and for how long it was blind', async () => {
    await start();
    await daemon.ask('heal', ANN);
    daemon.clock.standStill(7500);
    await daemon.clock.advance(100);
    const metrics = await scrape();
    expect(metrics.value('heartbeat_users_online')).to.equal(1);
    expect(metrics.value('heartbeat_blind_intervals_total', { cause: 'stalled' })).to.equal(1);
    expect(metrics.value('heartbeat_blind_seconds_total', { cause: 'stalled' })).to.be.closeTo(7.5, 0.1);
  });

  it('does not count an opening that the disk refused', async () => {
    const store = new RefusingStore();
    await start({ store });
    store.full = true;
    await daemon.ask('heal', ANN);
    const metrics = await scrape();
    expect(metrics.value('heartbeat_sessions_opened_total')).to.equal(0);
    expect(metrics.value('heartbeat_store_refusing')).to.equal(1);
    expect(metrics.value('heartbeat_ready'), 'heals that need no disk go on').to.equal(1);
    store.full = false;
  });

  it('counts nodes by state, their heartbeats, flips and misses', async () => {
    await start();
    const settings = { timeout: 1000, maxRetries: 0 };
    await daemon.askNode({ kind: 'put', change: settings }, node('silent'));
    await daemon.askNode('heartbeat', node('lively'));
    await daemon.askNode('heartbeat', node('lively'));
    await daemon.askNode('pause', node('lively'));
    await daemon.askNode({ kind: 'put', change: {} }, node('honest'));
    await daemon.askNode('fail', node('honest'));
    await daemon.clock.advance(2000);
    await daemon.askNode('heartbeat', node('silent'));
    const metrics = await scrape();
    const nodes = (state: string) => metrics.value('heartbeat_nodes', { state });
    expect([nodes('active'), nodes('inactive'), nodes('failed')]).to.deep.equal([2, 0, 1]);
    expect(metrics.value('heartbeat_nodes_paused')).to.equal(1);
    expect(metrics.value('heartbeat_node_heartbeats_total')).to.equal(3);
    const flips = (to: string, cause: string) => metrics.value('heartbeat_node_flips_total', { to, cause });
    expect([flips('failed', 'silence'), flips('failed', 'report')]).to.deep.equal([1, 1]);
    expect([flips('active', 'heartbeat'), flips('inactive', 'silence')]).to.deep.equal([1, 0]);
    const { count, sum } = metrics.observed('heartbeat_node_miss_lateness_seconds');
    expect(count).to.equal(1);
    expect(sum).to.be.within(0, 0.05);
  });

  it('counts pings of jobs by what they said, and the jobs that run', async () => {
    await start();
    for (const name of ['backup', 'report', 'sync'])
      await daemon.askNode({ kind: 'put', change: { grace: 5000 } }, node(name));
    for (const kind of ['start', 'log', 'start'] as const)
      await daemon.askNode(ping({ kind }), node('backup'));
    await daemon.askNode(ping({ kind: 'start' }), node('report'));
    await daemon.askNode(ping({ kind: 'start' }), node('sync'));
    await daemon.askNode(ping(), node('sync'));
    const pings = async (kind: string) => (await scrape()).value('heartbeat_job_pings_total', { kind });
    expect([await pings('start'), await pings('log'), await pings('success')]).to.deep.equal([4, 1, 1]);
    const running = async () => (await scrape()).value('heartbeat_jobs_running');
    expect(await running()).to.equal(2);
    await daemon.askNode('pause', node('report'));
    expect(await running()).to.equal(1);
    await daemon.clock.advance(6000);
    expect(await running()).to.equal(0);
    expect(await pings('start')).to.equal(4);
  });

  it('counts the crashes of users in one place, however many shards there are, and dead letters', async () => {
    await start();
    await daemon.ask('heal', ANN);
    faults.plan(ANN, 'heal', 2);
    await daemon.ask('heal', ANN);
    const metrics = await scrape();
    const place = ['root', ...placeOf(ANN), 'users'].join('/');
    expect(metrics.value('heartbeat_restarts_total', { place })).to.equal(2);
    expect(metrics.value('heartbeat_mailbox_messages', { place })).to.equal(0);
    expect(metrics.value('heartbeat_dead_letters_total')).to.equal(1);
  });

  it('measures how long commits take, and how many records they have', async () => {
    await start();
    const before = (await scrape()).observed('heartbeat_store_commit_entries');
    await daemon.ask('heal', ANN);
    const metrics = await scrape();
    const { count, sum } = metrics.observed('heartbeat_store_commit_entries');
    expect(count).to.be.greaterThan(before.count);
    expect(sum).to.be.at.least(count);
    expect(metrics.observed('heartbeat_store_commit_duration_seconds').count).to.equal(count);
    expect(metrics.value('heartbeat_store_queue_entries')).to.equal(0);
  });

  it('knows how late the event loop comes to its ticks', async () => {
    await start();
    await daemon.ask('heal', ANN);
    await daemon.clock.advance(100);
    const before = (await scrape()).observed('heartbeat_event_loop_delay_seconds');
    daemon.clock.standStill(500);
    await daemon.clock.advance(20);
    const after = (await scrape()).observed('heartbeat_event_loop_delay_seconds');
    expect(after.sum - before.sum).to.be.within(0.4, 0.5);
  });

  it('has no label that grows with users or nodes', async () => {
    await start();
    const series = async () =>
      (await scrape()).families.reduce((all, { samples }) => all + samples.length, 0);
    const before = await series();
    for (let id = 1; id <= 50; id++) {
      await daemon.ask('heal', user(id));
      await daemon.askNode('heartbeat', node(`node-${String(id)}`));
    }
    expect(await series()).to.equal(before);
  });
});
