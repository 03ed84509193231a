import { expect } from 'chai';
import { BaseNotifier, Emitter, Heartbeat, Node, SlackNotifier, Tracker } from '../../../src/index.js';
import { eventually } from '../../support/eventually.js';
import { RecordingLogger } from '../../support/recording-logger.js';

class Heard extends BaseNotifier {
  readonly types: string[] = [];
  override notify({ type }: { readonly type: string }): Promise<void> {
    this.types.push(type);
    return Promise.resolve();
  }
}

describe("the document's own spelling", () => {
  afterEach(() => Heartbeat.close());

  it('sets up, tracks, fails, calls back and notifies', async () => {
    const [first, second] = [new Heard(), new Heard()];
    Heartbeat.setup((config) => {
      config.nodes = {};
      config.timeout = 0.15;
      config.maxRetries = 0;
      config.logger = new RecordingLogger();
      config.maxConcurrent = 4;
      config.batchSizeThresholds = { small: 500, medium: 1000, large: 5000 };
      config.notifiers = [first];
    });
    Heartbeat.notifiers.push(second);
    const failed: string[] = [];
    const recovered: string[] = [];
    Heartbeat.onFailure((node) => failed.push(node.name));
    Heartbeat.onRecovery((node) => recovered.push(node.name));

    const tracker = new Tracker();
    const [beaten, silent] = [new Node('beaten'), new Node('silent')];
    await tracker.registerNode(beaten);
    const emitter = new Emitter(tracker);
    emitter.startHeartbeat();
    await eventually(() => expect(beaten.lastHeartbeat ?? beaten.state).not.to.equal(undefined));
    await tracker.registerNode(silent);
    await emitter.stopHeartbeat();
    await eventually(() => expect(failed.sort()).to.deep.equal(['beaten', 'silent']));
    // A node that fails again before its recovery is sent would cause no message.
    await Heartbeat.nodes.register('silent', { timeout: 60 });
    await tracker.updateNodeHeartbeat(silent);
    await eventually(() => expect(recovered).to.deep.equal(['silent']));
    for (const { types } of [first, second])
      await eventually(() => expect(types).to.deep.equal(['node.failed', 'node.failed', 'node.recovered']));
  });

  describe('in its setup, takes', () => {
    it('nodes, which are registered and watched', async () => {
      Heartbeat.setup((config) => {
        config.nodes = { 'db-1': { timeout: 7, labels: { zone: 'a' } }, 'db-2': {} };
        config.logger = new RecordingLogger();
      });
      expect(await Heartbeat.nodes.get('db-1')).to.deep.include({ timeout: 7, labels: { zone: 'a' } });
      expect([...Heartbeat.instance.tracked.keys()].sort()).to.deep.equal(['db-1', 'db-2']);
    });

    it('timeout, for nodes without their own', async () => {
      Heartbeat.setup((config) => {
        config.timeout = 41;
        config.logger = new RecordingLogger();
      });
      await Heartbeat.nodes.heartbeat('db-1');
      expect(await Heartbeat.nodes.get('db-1')).to.include({ timeout: 41 });
    });

    it('notifiers, in place of those that were there before', async () => {
      const [before, after] = [new Heard(), new Heard()];
      Heartbeat.notifiers.push(before);
      Heartbeat.setup((config) => {
        config.notifiers = [after];
        config.logger = new RecordingLogger();
      });
      await Heartbeat.nodes.register('db-1');
      await Heartbeat.nodes.fail('db-1');
      await eventually(() => expect(after.types).to.deep.equal(['node.reported_failure']));
      expect(before.types).to.deep.equal([]);
    });

    it('logger, which is told what there is to tell', async () => {
      const logger = new RecordingLogger();
      Heartbeat.setup((config) => {
        config.logger = logger;
      });
      await Heartbeat.start();
      expect(logger.events()).to.include('ready').and.to.include.members(['starting']);
    });

    /** The calls of an emitter for a tracker: the sizes of its batches, and the most calls under way at once. */
    async function calls(nodes: number): Promise<{ sizes: Set<number>; atOnce: number }> {
      const tracker = new Tracker();
      for (let index = 0; index < nodes; index++) await tracker.registerNode(new Node(`node-${index}`));
      const { nodes: api } = Heartbeat;
      const beat = api.heartbeats.bind(api);
      const sizes = new Set<number>();
      const held: (() => void)[] = [];
      let [underWay, atOnce, isHeld, made] = [0, 0, true, 0];
      api.heartbeats = async (names) => {
        made++;
        sizes.add(names.length);
        atOnce = Math.max(atOnce, ++underWay);
        if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
        underWay--;
        return beat(names);
      };
      const emitter = new Emitter(tracker, { interval: 0.02 });
      emitter.startHeartbeat();
      // Each finished call admits exactly one more.
      await eventually(() => expect(held.length).to.be.greaterThan(0));
      for (let round = 0; round < 2 * nodes; round++) {
        const before = made;
        held.shift()?.();
        await eventually(() => expect(made).to.be.greaterThan(before));
      }
      isHeld = false;
      for (const release of held) release();
      await emitter.stopHeartbeat();
      return { sizes, atOnce };
    }

    it('maxConcurrent, for the calls of its emitters', async () => {
      Heartbeat.setup((config) => {
        config.maxConcurrent = 2;
        config.batchSizeThresholds = { small: 1 };
        config.logger = new RecordingLogger();
      });
      expect((await calls(6)).atOnce).to.equal(2);
    });

    it('batchSizeThresholds, for the nodes in one call', async () => {
      Heartbeat.setup((config) => {
        config.batchSizeThresholds = { small: 3, medium: 5, large: 7 };
        config.logger = new RecordingLogger();
      });
      expect([...(await calls(7)).sizes].sort()).to.deep.equal([1, 3]);
    });
  });

  it('lets the level of its own logger be set, and refuses a setup that comes too late', async () => {
    Heartbeat.setup((config) => {
      config.logger.level = 'error';
      expect(config.notifiers).to.have.length(0);
      config.notifiers.push(new SlackNotifier('https://slack.example/hook'));
    });
    expect(Heartbeat.notifiers).to.have.length(1);
    await Heartbeat.start();
    expect(() => Heartbeat.setup(() => undefined)).to.throw(TypeError, 'Heartbeat is already in use');
    await Heartbeat.close();
    expect(Heartbeat.notifiers).to.have.length(0);
    Heartbeat.setup((config) => {
      config.logger.level = 'loud';
    });
    expect(await Heartbeat.start().catch((error: unknown) => error)).to.be.instanceOf(TypeError);
  });
});
