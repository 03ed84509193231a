import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import type { AlertMessage } from '../../src/ports/channel.js';
import { allAlerts } from '../support/alert-calls.js';
import { supervision } from '../support/calls.js';
import { CrowdOfNodes } from '../support/crowd-of-nodes.js';
import { sized } from '../support/effort.js';
import { eventually } from '../support/eventually.js';
import { HookServer } from '../support/hook-server.js';
import { TestResources } from '../support/test-resources.js';
import { watchMemory } from '../support/watch-memory.js';

const ALIVE = names('alive', sized(18_000, 90_000));
const DYING = names('dying', sized(2_000, 10_000));
/** Seconds. */
const TIMEOUT = 15;
const MiB = 1024 * 1024;

describe('a daemon of very many nodes, a tenth of which fails within a second', () => {
  const resources = new TestResources();
  let hooks: HookServer;

  beforeEach(async () => {
    hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
  });

  afterEach(() => resources.clear());

  const told = () => hooks.requests.map(({ body }) => JSON.parse(body) as AlertMessage);

  /** Lets them fail, and waits until all alerts are delivered. */
  async function fail(massFailure: object): Promise<{ readonly url: string }> {
    const directory = resources.directory();
    const config = path.join(directory, 'heartbeat.yaml');
    writeFileSync(
      config,
      stringify({
        nodes: { timeout: TIMEOUT, max_retries: 0 },
        alerts: { mass_failure: massFailure },
        channels: { ops: { kind: 'webhook', url: hooks.url, max_nodes: DYING.length } },
      }),
    );
    const daemon = await resources.daemon(path.join(directory, 'data'), { config });
    const { url } = daemon;
    const alive = new CrowdOfNodes(ALIVE, url);
    const dying = new CrowdOfNodes(DYING, url);
    await Promise.all([alive.beatOnce(8_000), dying.beatOnce(8_000)]);
    alive.answers.length = 0;
    alive.beat(TIMEOUT * 300);
    await dying.beatOnce(900);
    expect(dying.answers.every(({ accepted }) => accepted === 1_000)).to.equal(true);

    const memory = watchMemory(daemon.pid);
    await eventually(() => expect(hooks.requests).to.not.deep.equal([]));
    await eventually(
      async () => {
        const { nodes, tree } = await supervision(url);
        expect(nodes.failed).to.equal(DYING.length);
        expect(JSON.stringify(tree)).to.match(/"open":0,"unstored":0,"held":0/);
      },
      { every: 250 },
    );
    await alive.stop();

    expect(new Set(alive.answers.map(({ accepted }) => accepted))).to.deep.equal(new Set([1_000]));
    const most = await memory.stop();
    expect(most).to.be.below(700 * MiB);
    return { url };
  }

  it('sends an alert for each of them, and answers the heartbeats of the others', async () => {
    const { url } = await fail({ at_least: 1_000_000 });
    const bodies = told();
    expect(bodies).to.have.length(DYING.length);
    expect(new Set(bodies.map(({ id }) => id)).size).to.equal(DYING.length);
    expect(new Set(bodies.map(({ node }) => node?.name))).to.deep.equal(new Set(DYING));
    const alerts = await allAlerts(url);
    expect(new Set(alerts.map(({ id }) => id))).to.deep.equal(new Set(bodies.map(({ id }) => id)));
    expect(new Set(alerts.map(({ channels }) => channels['ops']?.state))).to.deep.equal(
      new Set(['delivered']),
    );
  });

  it('holds their alerts, and sends one message that names each node that stays failed', async () => {
    const { url } = await fail({ share: 0.05, hold: 5 });
    const bodies = told();
    const single = bodies.flatMap(({ node }) => (node === undefined ? [] : [node.name]));
    const grouped = bodies.flatMap(({ nodes }) => nodes?.map(({ name }) => name) ?? []);
    expect([...single, ...grouped].sort()).to.deep.equal([...DYING].sort());
    expect(single.length).to.be.at.most(DYING.length / 2);
    const { length } = bodies.filter(({ type }) => type === 'mass_failure');
    expect(length).to.equal(1);
    expect(bodies.filter(({ nodes }) => nodes !== undefined)).to.have.length(1);
    const accountedFor = new Set(bodies.flatMap(({ id, alert_ids }) => [id, ...(alert_ids ?? [])]));
    for (const { id, channels } of await allAlerts(url)) {
      expect(channels['ops']?.state).to.be.oneOf(['delivered', 'folded']);
      expect(accountedFor.has(id), id).to.equal(true);
    }
  });
});

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index)}`);
}
