import { expect } from 'chai';
import type { DescribedNode, NodeRequest } from '../../../actors/node/node.protocol.js';
import { NO_DECLARATION, type Declaration } from '../../../src/domain/declaration.js';
import { changed, NOTHING_CHOSEN, type SettingsChange } from '../../../src/domain/node.js';
import { node } from '../../support/ids.js';
import { MortalStore } from '../../support/mortal-store.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { RefusingStore } from '../../support/refusing-store.js';
import { SimulatedApp, type SimulationOptions } from '../../support/simulated-app.js';

const ANN = node('ann');
const BEN = node('ben');
const CID = node('cid');
const DAN = node('dan');
/** Batches that any of these runs writes at most. */
const MOST_BATCHES = 30;
const START_AND_APPLY = 1000;

type Changes = Readonly<Record<string, SettingsChange>>;

function file(nodes: Changes, prune = true): Declaration {
  const declared = Object.entries(nodes).map(([name, change], index) => ({
    name: node(name),
    settings: changed(NOTHING_CHOSEN, change),
    line: index + 1,
  }));
  return { nodes: declared, path: 'nodes.yaml', prune };
}

/** Lets simulated time pass while something goes on. */
async function during<Result>(simulated: SimulatedApp, work: Promise<Result>): Promise<Result> {
  await simulated.clock.advance(START_AND_APPLY);
  return work;
}

async function start(options: SimulationOptions): Promise<SimulatedApp> {
  const simulated = new SimulatedApp({ store: new MortalStore(), ...options });
  await during(simulated, simulated.app.start());
  return simulated;
}

async function reload(simulated: SimulatedApp, declaration: Declaration): Promise<readonly string[]> {
  const problems = await simulated.app.declared.declare(declaration);
  if (problems.length === 0) await during(simulated, simulated.app.declared.apply());
  return problems;
}

async function describedIn(simulated: SimulatedApp, name = ANN): Promise<DescribedNode | undefined> {
  const reply = await simulated.askNode('describe', name);
  return reply?.kind === 'node' ? reply.node : undefined;
}

/** What is to be the same however often the daemon was killed on the way. */
async function allIn(simulated: SimulatedApp): Promise<object> {
  const { nodes } = await simulated.app.nodes.list({}, undefined, 100);
  return nodes.map(({ name, declared, timeout, labels, chosenSlug }) => ({
    name,
    declared,
    timeout,
    labels,
    chosenSlug,
  }));
}

const put = (change: SettingsChange): NodeRequest => ({ kind: 'put', change });

describe('declared nodes', () => {
  const running: SimulatedApp[] = [];
  const started = async (options: SimulationOptions): Promise<SimulatedApp> => {
    const simulated = await start(options);
    running.push(simulated);
    return simulated;
  };

  afterEach(async () => {
    await Promise.all(running.splice(0).map((simulated) => during(simulated, simulated.app.stop())));
  });

  it('are registered with their settings, and have those alone that the file has now', async () => {
    const daemon = await started({
      declaration: file({ ann: { timeout: 5000, labels: { team: 'a' } }, ben: {} }),
    });
    expect(await describedIn(daemon)).to.deep.include({
      timeout: 5000,
      labels: { team: 'a' },
      declared: 'created',
    });
    await reload(daemon, file({ ann: { maxRetries: 0 }, ben: {} }));
    expect(await describedIn(daemon)).to.deep.include({ timeout: 30_000, maxRetries: 0, labels: {} });
    const lines = daemon.logger.lines.filter(({ event }) => event === 'declared nodes applied');
    expect(lines.map(({ fields }) => fields)).to.containSubset([{ create: 2 }, { change: 1 }]);
  });

  it('that left the file are deleted if a file registered them, and released if they were there before', async () => {
    const store = new MortalStore();
    const daemon = await started({ store });
    await daemon.askNode(put({ timeout: 9000 }), ANN);
    await reload(daemon, file({ ann: { timeout: 5000 }, ben: {} }));
    expect(await describedIn(daemon)).to.include({ timeout: 5000, declared: 'adopted' });
    await reload(daemon, file({ cid: {} }));
    expect(await describedIn(daemon, BEN)).to.equal(undefined);
    expect(await describedIn(daemon))
      .to.include({ timeout: 5000 })
      .and.not.have.property('declared');
    expect(await daemon.askNode('forget', ANN)).to.deep.equal({ kind: 'forgotten' });
  });

  it('that left the file stay without a mark if prune is off, or there is no file any more', async () => {
    const daemon = await started({ declaration: file({ ann: {}, ben: {} }) });
    await reload(daemon, file({ ben: {} }, false));
    expect(await describedIn(daemon)).to.not.have.property('declared');
    await reload(daemon, NO_DECLARATION);
    expect(await describedIn(daemon, BEN)).to.not.have.property('declared');
    await reload(daemon, file({ cid: {} }));
    expect(await describedIn(daemon)).to.include({ name: ANN });
  });

  it('belong to the file if they first report while it is in force and not applied yet', async () => {
    const store = new RefusingStore();
    // The first start of all writes what a full disk would refuse.
    const first = await start({ store });
    await during(first, first.app.stop());
    store.full = true;
    const daemon = await started({ store, declaration: file({ ann: { timeout: 5000 } }) });
    expect(daemon.app.unready()).to.deep.equal([]);
    expect(daemon.app.notStoring()).to.include('declared nodes are not applied yet');
    store.full = false;
    await daemon.clock.advance(1);
    const early = daemon.askNode('heartbeat', ANN);
    await daemon.clock.advance(120_000);
    await early;
    expect(await describedIn(daemon)).to.include({ timeout: 5000, declared: 'created' });
    expect(daemon.app.notStoring()).to.deep.equal([]);
  });

  it('are those of a reload that came during the start', async () => {
    const simulated = new SimulatedApp({ store: new MortalStore(), declaration: file({ ann: {} }) });
    running.push(simulated);
    expect(await simulated.app.declared.declare(file({ ben: {} }))).to.deep.equal([]);
    await during(simulated, simulated.app.start());
    expect(await allIn(simulated)).to.containSubset([{ name: 'ben', declared: 'created' }]);
    expect(await describedIn(simulated)).to.equal(undefined);
  });

  it('keep a pause, a failure and its acknowledgement when they are applied again, with no flip and no alert', async () => {
    const store = new MortalStore();
    const ops = recordingChannel('ops');
    const declaration = file({ ann: { maxRetries: 0 }, ben: {} });
    const daemon = await started({ store, declaration, channels: [ops.channel] });
    await daemon.askNode('heartbeat', ANN);
    await daemon.askNode('fail', ANN);
    await daemon.askNode('acknowledge', ANN);
    await daemon.askNode('pause', BEN);
    await daemon.clock.advance(1000);
    const [before, told, flips] = [await describedIn(daemon), ops.told.length, await daemon.flips(ANN)];
    await reload(daemon, declaration);
    expect(await describedIn(daemon)).to.deep.equal(before);
    expect(before).to.include({ state: 'failed' }).and.have.nested.property('acknowledged.by', 'ann');
    await daemon.kill();
    const again = await started({ store, clock: daemon.clock, declaration, channels: [ops.channel] });
    expect((await describedIn(again))?.acknowledged).to.deep.equal(before?.acknowledged);
    expect(await describedIn(again, BEN))
      .to.have.property('pausedAt')
      .that.is.a('number');
    expect(await again.flips(ANN)).to.deep.equal(flips);
    expect(ops.told).to.have.length(told);
    expect(again.logger.lines.map(({ event }) => event)).to.not.include('declared nodes applied');
  });

  it('cannot be changed or deleted otherwise, but paused, acknowledged and given the same settings', async () => {
    const daemon = await started({ declaration: file({ ann: { timeout: 5000 } }) });
    const refused = { kind: 'refused', code: 'HEARTBEAT_DECLARED_NODE' };
    expect(await daemon.askNode(put({ timeout: 6000 }), ANN)).to.deep.equal(refused);
    expect(await daemon.askNode('forget', ANN)).to.deep.equal(refused);
    expect(await daemon.askNode(put({ timeout: 5000, paused: true }), ANN)).to.have.nested.property(
      'node.pausedAt',
    );
    expect(await daemon.askNode('resume', ANN)).to.have.property('kind', 'node');
    expect(await daemon.askNode('renew_ping_uuid', ANN)).to.have.nested.property('node.declared', 'created');
  });

  it('may exchange slugs, and reverse a dependency', async () => {
    const daemon = await started({
      declaration: file({ ann: { slug: 'one', dependsOn: [BEN] }, ben: { slug: 'two' } }),
    });
    await reload(daemon, file({ ann: { slug: 'two' }, ben: { slug: 'one', dependsOn: [ANN] } }));
    expect(await describedIn(daemon)).to.include({ chosenSlug: 'two' });
    expect(await describedIn(daemon, BEN)).to.deep.include({ chosenSlug: 'one', dependsOn: [ANN] });
  });

  for (const [what, wrong, problem] of [
    [
      'a slug of a node that is not in it',
      { ann: { slug: 'hand' } },
      'nodes.yaml:1: ann: slug: hand is that of cid',
    ],
    [
      'a name that is a slug already',
      { ann: { slug: 'cid' } },
      'nodes.yaml:1: ann: slug: cid is that of cid',
    ],
    [
      'a cycle through a node that is not in it',
      { ann: { dependsOn: [DAN] } },
      'nodes.yaml:1: ann: depends_on: the node would depend on itself: ann -> dan -> ann',
    ],
    [
      'more nodes than there may be',
      { ann: {}, ben: {}, eve: {} },
      'there would be 5 nodes, and nodes.max is 4',
    ],
  ] as const) {
    it(`change nothing if the file has ${what}, and the start is refused`, async () => {
      const store = new MortalStore();
      const daemon = await started({ store, flags: { '--nodes-max': '4' }, declaration: file({ ann: {} }) });
      await daemon.askNode(put({ slug: 'hand' }), CID);
      await daemon.askNode(put({ dependsOn: [ANN] }), DAN);
      const before = await allIn(daemon);
      expect((await reload(daemon, file(wrong))).join('\n')).to.include(problem);
      expect(await allIn(daemon)).to.deep.equal(before);
      await daemon.kill();
      const other = new SimulatedApp({
        store,
        clock: daemon.clock,
        flags: { '--nodes-max': '4' },
        declaration: file(wrong),
      });
      const refusal = await during(
        other,
        other.app.start().catch((error: unknown) => error),
      );
      expect(refusal).to.have.property('code', 'HEARTBEAT_WRONG_DECLARED_NODES');
    });
  }

  it('are the same whichever batch a kill comes after', async () => {
    const before = file({ ann: { slug: 'one' }, ben: { timeout: 9000 }, cid: {} });
    const after = file({ ann: { slug: 'two', labels: { team: 'a' } }, dan: { slug: 'one' } });
    const outcomes: object[] = [];
    let finished = false;
    for (let batches = 0; batches < MOST_BATCHES && !finished; batches++) {
      const store = new MortalStore();
      const first = await start({ store, declaration: before });
      await first.askNode(put({ timeout: 7000 }), node('hand'));
      store.left = batches;
      const problems = await first.app.declared.declare(after);
      expect(problems).to.deep.equal([]);
      const applied = first.app.declared.apply().then(() => true);
      await first.clock.advance(START_AND_APPLY);
      finished = (await Promise.race([applied, Promise.resolve(false)])) && store.left > 0;
      await first.kill();
      store.left = Infinity;
      const second = await start({ store, clock: first.clock, declaration: after });
      outcomes.push(await allIn(second));
      await during(second, second.app.stop());
    }
    expect(finished, 'no run was as long as all batches').to.equal(true);
    expect(outcomes).to.have.length.above(2);
    for (const outcome of outcomes) expect(outcome).to.deep.equal(outcomes.at(-1));
    expect(outcomes.at(-1)).to.containSubset([
      { name: 'ann', declared: 'created', chosenSlug: 'two' },
      { name: 'dan', declared: 'created', chosenSlug: 'one' },
      { name: 'hand', timeout: 7000 },
    ]);
  });
});
