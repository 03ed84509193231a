import { expect } from 'chai';
import { Node, Tracker } from '../../../src/index.js';
import { eventually } from '../../support/eventually.js';
import { Instances } from './support.js';

const instances = new Instances();
afterEach(() => instances.clear());

describe('a node before it is registered', () => {
  it('follows the rules by itself', async () => {
    const node = new Node('db-1', { maxRetries: 1 });
    expect([node.state, node.retries, node.lastHeartbeat]).to.deep.equal(['active', 0, undefined]);
    await node.incrementRetries();
    expect([node.state, node.retries]).to.deep.equal(['inactive', 1]);
    await node.incrementRetries();
    expect([node.state, node.retries]).to.deep.equal(['failed', 1]);
    await node.updateHeartbeat();
    expect([node.state, node.retries]).to.deep.equal(['active', 0]);
    expect(node.lastHeartbeat).to.be.instanceOf(Date);
  });
});

describe('a tracker', () => {
  it('registers nodes, which then stand for their actors', async () => {
    const instance = await instances.make();
    const tracker = new Tracker(instance);
    const node = await tracker.registerNode(new Node('db-1', { timeout: 60, maxRetries: 1 }));
    await tracker.updateNodeHeartbeat(node);
    expect(node.lastHeartbeat).to.be.instanceOf(Date);
    await node.incrementRetries();
    expect([node.state, node.retries]).to.deep.equal(['inactive', 1]);
    expect(await instance.nodes.get('db-1')).to.include({ state: 'inactive', retries: 1 });
    await node.incrementRetries();
    expect(node.state).to.equal('failed');
    await tracker.updateNodeHeartbeat('db-1');
    expect([node.state, node.retries]).to.deep.equal(['active', 0]);
    await instance.nodes.pause('db-1');
    await node.refresh();
    expect(node.state).to.equal('active');
    expect(tracker.nodes).to.deep.equal([node]);
  });

  it('answers what has changed since it was last asked', async () => {
    const instance = await instances.make();
    const tracker = new Tracker(instance);
    await tracker.registerNode(new Node('silent', { timeout: 0.1, maxRetries: 0 }));
    await tracker.registerNode(new Node('spoken-for', { timeout: 60 }));
    await instance.nodes.register('of-somebody-else', { timeout: 0.1, maxRetries: 0 });
    const changes = await eventually(async () => {
      const found = await tracker.checkForTimeouts();
      expect(found).not.to.have.length(0);
      return found;
    });
    expect(changes.map(({ node, from, to }) => [node, from, to])).to.deep.equal([
      ['silent', 'active', 'failed'],
    ]);
    expect(await tracker.checkForTimeouts()).to.deep.equal([]);
    // So that it does not fail again before it is asked for.
    await instance.nodes.register('silent', { timeout: 60, maxRetries: 0 });
    await tracker.updateNodeHeartbeat('silent');
    const [recovery] = await tracker.checkForTimeouts();
    expect(recovery).to.include({ node: 'silent', from: 'failed', cause: 'heartbeat' });
  });

  it('knows nothing more of a node that was forgotten', async () => {
    const instance = await instances.make();
    const node = await new Tracker(instance).registerNode(new Node('db-1'));
    await instance.nodes.forget('db-1');
    expect(instance.tracked.has('db-1')).to.equal(false);
    expect(await node.refresh().catch((error: unknown) => error)).to.include({
      code: 'HEARTBEAT_UNKNOWN_NODE',
    });
  });
});
