import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { request } from 'undici';
import { describeOnEachStore } from '../support/each-store.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';

const JOBS = ['backup', 'report'];
const KILLS = 2;
/** What a node keeps. */
const KEPT = 100;

interface Kept {
  readonly n: number;
  readonly kind: string;
  readonly rid: string | null;
}

describeOnEachStore('pings of a daemon that is killed with SIGKILL', ({ make }) => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('are kept if they were answered, each once, and their numbers have no gaps', async () => {
    const store = await make(resources);
    let daemon = await resources.daemon(store.dataDirectory, store.flags);
    /** The run ids of the pings of each job that were answered, and of those that may have counted. */
    const answered = new Map(JOBS.map((job) => [job, [] as string[]]));
    const sent = new Map(JOBS.map((job) => [job, [] as string[]]));
    let [count, isOver] = [0, false];
    let back = Promise.resolve();
    const rid = (): string => `123e4567-e89b-42d3-a456-${String(count++).padStart(12, '0')}`;

    /** Less than ten times a second, which is what counts of one node, and no more than are kept. */
    const pingOn = async (job: string): Promise<void> => {
      const mine = sent.get(job) ?? [];
      while (!isOver && mine.length < KEPT) {
        const run = rid();
        mine.push(run);
        try {
          const url = `${daemon.url}/ping/any/${job}/log?create=1&rid=${run}`;
          const { statusCode, body } = await request(url, { method: 'POST', body: 'x'.repeat(500) });
          const word = await body.text();
          if (word !== 'OK' && word !== 'Created') throw new Error(`${statusCode} ${word}`);
          answered.get(job)?.push(run);
        } catch {
          // It was killed: the ping may have counted.
          await back;
        }
        await pause(150);
      }
    };

    const restart = async (): Promise<void> => {
      await daemon.kill();
      await store.expire();
      daemon = await resources.daemon(store.dataDirectory, store.flags);
    };

    const pinging = JOBS.map(pingOn);
    for (let kill = 1; kill <= KILLS; kill++) {
      await eventually(() => {
        for (const job of JOBS) expect(answered.get(job)?.length).to.be.at.least(10 * kill);
      });
      back = restart();
      await back;
    }
    isOver = true;
    await Promise.all(pinging);

    for (const job of JOBS) {
      const { body } = await request(`${daemon.url}/nodes/${job}/pings?limit=${KEPT}`);
      const { pings } = (await body.json()) as { pings: readonly Kept[] };
      const kept = pings.map((ping) => ping.rid);
      expect(new Set(kept).size, 'each once').to.equal(kept.length);
      expect(kept).to.include.members(answered.get(job) ?? []);
      expect(sent.get(job)).to.include.members(kept);
      expect(pings.map(({ n }) => n)).to.deep.equal(pings.map((_, index) => pings.length - index));
    }
  });
});
