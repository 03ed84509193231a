import { expect } from 'chai';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { supervision } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';
import { allNodes, askNode, flipsOf, Herd, nodeAt, type ShownNode } from '../support/node-calls.js';
import { chosenSeed, SeededRandom } from '../support/seeded-random.js';
import { kindsOfDisk } from '../support/small-disk.js';

/** Seconds. */
const TIMEOUT = 1;
const FLAGS = { 'nodes-timeout': TIMEOUT, 'nodes-max-retries': 4 };
/** Seconds from the last heartbeat of a node until it has failed: longer than a busy machine delays one. */
const FAILS_AFTER = 5 * TIMEOUT;
const ALIVE = names('alive', 297);
const DEAD = names('dead', 3);

describe('nodes of a daemon that could not be reached', () => {
  const resources = new TestResources();
  let herd: Herd | undefined;
  let data: string;
  let daemon: DaemonProcess;
  let begun: number;

  beforeEach(async () => {
    data = path.join(resources.directory(), 'data');
    daemon = await resources.daemon(data, FLAGS);
    begun = Date.now();
    expect((await askNode(daemon.url, 'POST', '/heartbeats', [...ALIVE, ...DEAD])).status).to.equal(200);
    herd = new Herd(ALIVE, daemon.url, 250);
  });

  afterEach(async () => {
    herd?.stop();
    await resources.clear();
  });

  it('killed and away for ten timeouts, fail if they are silent, and only then', async () => {
    await pause(700);
    await daemon.kill();
    await pause(10_000 * TIMEOUT);
    daemon = await resources.daemon(data, FLAGS);
    herd!.url = daemon.url;
    await expectOnlyTheDeadToFail();
    for (const name of DEAD) {
      const flip = (await flipsOf(daemon.url, name)).at(-1);
      // It includes the start of the daemon, however long that took, but not the time in which they failed. Both are
      // what the daemon has recorded, whenever that was: a slow machine changes nothing. A tenth is for rounding.
      const silent = ((flip?.at_ms ?? 0) - begun) / 1000;
      expect(flip?.blind_seconds).to.be.within(10 * TIMEOUT - 0.1, silent - FAILS_AFTER + 0.1);
    }
  });

  it('stopped with SIGSTOP for ten timeouts, fail if they are silent, and only then', async () => {
    await pause(700);
    daemon.signal('SIGSTOP');
    await pause(10_000 * TIMEOUT);
    daemon.signal('SIGCONT');
    await expectOnlyTheDeadToFail();
  });

  it('stopped again and again for less than a timeout, do not fail', async () => {
    // For longer than they may be silent.
    const end = performance.now() + 2_000 * FAILS_AFTER;
    while (performance.now() < end) {
      daemon.signal('SIGSTOP');
      await pause(700);
      daemon.signal('SIGCONT');
      await pause(150);
    }
    const found = await failed();
    for (const name of ALIVE) expect(found).not.to.include(name);
    await eventually(async () => expect(await failed()).to.have.members(DEAD));
  });

  async function failed(): Promise<string[]> {
    const nodes = await allNodes(daemon.url);
    return [...nodes.values()].filter(({ state }) => state === 'failed').map(({ name }) => name);
  }

  async function expectOnlyTheDeadToFail(): Promise<void> {
    await eventually(async () => expect(await failed()).to.have.members(DEAD), { every: 50 });
    // Their timeout starts again at the end of the blind interval, which is shown in whole seconds. A flip has the
    // instant of the deadline, however late a busy machine notices it.
    const { blind_intervals: blind } = await supervision(daemon.url);
    const heardAgain = 1000 * (1 + Math.max(...blind.map(({ to }) => to)));
    await pause(1000 * FAILS_AFTER);
    expect(await failed()).to.have.members(DEAD);
    for (const name of ALIVE.slice(0, 20)) {
      const flips = await flipsOf(daemon.url, name);
      expect(
        flips.filter(({ to }) => to === 'failed'),
        name,
      ).to.deep.equal([]);
    }
    for (const name of DEAD) {
      const flips = await flipsOf(daemon.url, name);
      expect(flips.at(-1)?.at_ms, name).to.be.at.most(heardAgain + 1000 * FAILS_AFTER);
      expect(
        flips.filter(({ to }) => to === 'failed'),
        name,
      ).to.have.length(1);
    }
  }
});

describe('nodes of a daemon killed with SIGKILL', () => {
  const resources = new TestResources();
  const seed = chosenSeed();

  afterEach(() => resources.clear());

  it(`are as acknowledged, between any two steps (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    const data = path.join(resources.directory(), 'data');
    const flags = { 'nodes-timeout': 3600 };
    const users = names('node', 24).map((name) => new Asker(name, random));
    for (let life = 0; life < 8; life++) {
      const daemon = await resources.daemon(data, flags);
      const nodes = await allNodes(daemon.url);
      for (const user of users) await user.expect(nodes.get(user.name), daemon.url);
      const asking = users.map((user) => user.askUntilKilled(daemon.url));
      await pause(random.between(20, 300));
      await daemon.kill();
      await Promise.all(asking);
    }
  });
});

/** The acknowledged state of a node; undefined: not registered. */
interface Told {
  readonly state: string;
  readonly version: string | undefined;
  readonly paused: boolean;
}

const KINDS = [
  ...(['put', 'put', 'heartbeat', 'heartbeat', 'heartbeat'] as const),
  ...(['fail', 'pause', 'resume', 'delete'] as const),
];

/** Sends requests about one node, one after another, and records what was acknowledged. */
class Asker {
  readonly name: string;
  readonly #random: SeededRandom;
  /** The possible states: several if the last request got no answer. */
  #may: (Told | undefined)[] = [undefined];
  #version = 0;

  constructor(name: string, random: SeededRandom) {
    this.name = name;
    this.#random = random;
  }

  async askUntilKilled(url: string): Promise<void> {
    try {
      for (;;) await this.#ask(url);
    } catch {
      // Killed: the last request had an effect, or not.
    }
  }

  async #ask(url: string): Promise<void> {
    const kind = KINDS[Math.floor(this.#random.next() * KINDS.length)] ?? 'put';
    const [known] = this.#may;
    const fresh = { state: 'active', version: undefined, paused: false };
    const version = String(++this.#version);
    const path = `/${this.name}`;
    switch (kind) {
      case 'put':
        return this.#tell(known === undefined ? { ...fresh, version } : { ...known, version }, () =>
          askNode(url, 'PUT', path, { labels: { version } }),
        );
      case 'heartbeat':
        return this.#tell({ ...(known ?? fresh), state: 'active' }, () =>
          askNode(url, 'PUT', `${path}/heartbeat`),
        );
      case 'delete':
        return this.#tell(undefined, () => askNode(url, 'DELETE', path));
      case 'fail':
        // A report registers an unknown node in one write, and fails it in the next.
        return this.#tell(
          { ...(known ?? fresh), state: 'failed' },
          () => askNode(url, 'POST', `${path}/fail`),
          known ?? fresh,
        );
      case 'pause':
      case 'resume':
        return this.#tell(known && { ...known, paused: kind === 'pause' }, () =>
          askNode(url, 'POST', `${path}/${kind}`),
        );
    }
  }

  /** @param between another possible state until the answer */
  async #tell(
    becomes: Told | undefined,
    ask: () => Promise<{ readonly status: number }>,
    between = becomes,
  ): Promise<void> {
    const [before] = this.#may;
    this.#may = [before, between, becomes];
    const { status } = await ask();
    expect(status, this.name).to.be.oneOf([200, 201, 204, 404]);
    this.#may = [becomes];
  }

  /** The state after a start is what was acknowledged. */
  async expect(node: ShownNode | undefined, url: string): Promise<void> {
    const found: Told | undefined = node && {
      state: node.state,
      version: node.labels['version'],
      paused: node.paused,
    };
    expect(this.#may, `${this.name} was found as ${JSON.stringify(found)}`).to.deep.include(found);
    this.#may = [found];
    const flips = node === undefined ? [] : await flipsOf(url, this.name);
    flips.forEach((flip, index) => {
      expect(flip.from, this.name).to.equal(flips[index - 1]?.to ?? 'active');
      expect(flip.at_ms, this.name).to.be.above(flips[index - 1]?.at_ms ?? 0);
    });
    if (node !== undefined) expect(flips.at(-1)?.to ?? 'active', this.name).to.equal(node.state);
  }
}

for (const { name, make } of kindsOfDisk()) {
  describe(`nodes of a daemon on a full disk (${name})`, () => {
    const resources = new TestResources();
    afterEach(() => resources.clear());

    it('accept heartbeats, cannot be registered or changed, fail in time, and are stored later', async () => {
      const disk = make();
      resources.onClear(() => disk.remove());
      const daemon = await resources.daemon(path.join(disk.directory, 'data'), FLAGS);
      await askNode(daemon.url, 'PUT', '/short', { max_retries: 0 });
      await askNode(daemon.url, 'PUT', '/long', { timeout: 3600 });
      const schedule = { every: 3, grace: 1 };
      await askNode(daemon.url, 'PUT', '/job', { schedule });
      await askNode(daemon.url, 'PUT', '/job/heartbeat');
      disk.fill(daemon);
      // The rest of a page of the disk may still hold a registration or two.
      await eventually(async () => {
        const { status } = await askNode(daemon.url, 'PUT', `/new-${String(Date.now())}`, { timeout: 3600 });
        expect(status).to.equal(503);
      });
      expect((await askNode(daemon.url, 'PUT', '/long', { timeout: 1 })).status).to.equal(503);
      expect((await askNode(daemon.url, 'PUT', '/job', { schedule: { every: 9 } })).status).to.equal(503);
      expect((await askNode(daemon.url, 'PUT', '/long/heartbeat')).status).to.equal(200);
      const flips = await eventually(async () => {
        const found = await flipsOf(daemon.url, 'short');
        expect(found.map(({ to }) => to)).to.deep.equal(['failed']);
        return found;
      });
      expect((await nodeAt(daemon.url, 'short')).state).to.equal('failed');
      const ofJob = await eventually(async () => {
        const found = await flipsOf(daemon.url, 'job');
        expect(found.map(({ to }) => to)).to.deep.equal(['inactive', 'failed']);
        return found;
      });
      disk.free(daemon);
      await eventually(async () => {
        expect((await askNode(daemon.url, 'PUT', '/long', { timeout: 1800 })).status).to.equal(200);
      });
      await daemon.kill();
      const next = await resources.daemon(path.join(disk.directory, 'data'), FLAGS);
      expect(await flipsOf(next.url, 'short')).to.deep.equal(flips);
      expect(await flipsOf(next.url, 'job')).to.deep.equal(ofJob);
      expect(await nodeAt(next.url, 'job')).to.deep.include({ schedule });
      expect((await nodeAt(next.url, 'long')).timeout).to.equal(1800);
    });
  });
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
