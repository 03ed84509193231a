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
    await tracker.updateNodeHeartbeat(silent);
    await eventually(() => expect(recovered).to.deep.equal(['silent']));
    for (const { types } of [first, second])
      await eventually(() => expect(types).to.deep.equal(['node.failed', 'node.failed', 'node.recovered']));
  });

  it('lets the level of its own logger be set, and refuses a setup that comes too late', async () => {
    Heartbeat.setup((config) => {
      config.logger.level = 'error';
      expect(config.notifiers).to.have.length(0);
      config.notifiers.push(new SlackNotifier('https://slack.example/hook'));
    });
    expect(Heartbeat.notifiers).to.have.length(1);
    await Heartbeat.start();
    expect(() => Heartbeat.setup(() => undefined)).to.throw(TypeError, 'Heartbeat is in use');
    await Heartbeat.close();
    expect(Heartbeat.notifiers).to.have.length(0);
    Heartbeat.setup((config) => {
      config.logger.level = 'loud';
    });
    expect(await Heartbeat.start().catch((error: unknown) => error)).to.be.instanceOf(TypeError);
  });
});
