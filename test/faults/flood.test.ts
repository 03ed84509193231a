import { expect } from 'chai';
import { call, heal, isOnline } from '../support/calls.js';
import type { ClientProcess } from '../support/client-process.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';
import { askNode, nodeAt } from '../support/node-calls.js';
import type { FloodPlan, FloodReport } from './clients/flood.js';

const FLOOD = new URL('./clients/flood.ts', import.meta.url);
/** The number of connections that may wait to be accepted. Time once stood still until all were. */
const BACKLOG = 4096;
/** Connections that send one batch after another. */
const BATCHES = 12;

describe('a daemon that is flooded', () => {
  const resources = new TestResources();
  let daemon: DaemonProcess;

  beforeEach(async () => {
    daemon = await resources.daemon(resources.directory(), { 'session-timeout': 2, 'limits-pass': 10 });
  });

  afterEach(() => resources.clear());

  it('ends silent users and answers checkups while others keep connecting', async () => {
    await askNode(daemon.url, 'PUT', '/silent', { timeout: 1, max_retries: 0 });
    await askNode(daemon.url, 'POST', '/silent/heartbeat');
    const flood = await rise(60);
    await heal(daemon.url, 1);
    await eventually(async () => {
      expect(await isOnline(daemon.url, 1)).to.equal(false);
      expect((await nodeAt(daemon.url, 'silent')).state).to.equal('failed');
    });
    const { connected } = await over(flood);
    expect(connected).to.be.below(BACKLOG);
  });

  it('answers openings, heartbeats and histories beside large batches that never cease', async () => {
    const flood = await rise(0);
    const rounds = Array.from({ length: 10 }, (_, round) => round);
    const answers: number[] = [];
    for (const round of rounds) {
      const all = await Promise.all([
        heal(daemon.url, 100_000 + 2 * round),
        heal(daemon.url, 100_001 + 2 * round),
        call(daemon.url, 'PUT', `/nodes/a-${round}/heartbeat`),
        call(daemon.url, 'PUT', `/nodes/b-${round}/heartbeat`),
        call(daemon.url, 'GET', `/heart_rhythm/${100_000 + round}`),
      ]);
      answers.push(...all.map(({ status }) => status));
    }
    const { checkups, overtook } = await over(flood);
    expect(answers.filter((status) => status !== 200)).to.deep.equal([]);
    expect(checkups).to.be.above(0);
    // Each other connection was answered once, as a rule: no request waits for hundreds of batches.
    expect(overtook).to.be.below(5 * BATCHES);
  });

  async function rise(strangers: number): Promise<ClientProcess> {
    const plan: FloodPlan = { url: daemon.url, batches: BATCHES, heals: 2000, strangers };
    const flood = resources.clients(FLOOD, plan);
    await flood.hear<FloodReport>('risen');
    return flood;
  }

  function over(flood: ClientProcess): Promise<FloodReport> {
    flood.tell({});
    return flood.hear<FloodReport>('over');
  }
});
