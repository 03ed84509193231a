// Sets up an instance, registers nodes, sends heartbeats, and reports failures. Run it with `node examples/full.js`.
import { setTimeout } from 'node:timers/promises';
import { Emitter, Heartbeat, Node, SlackNotifier, Tracker } from '@heartbeatd/heartbeat';

// The default instance, for a program that needs only one.
Heartbeat.setup((config) => {
  config.timeout = 60; // seconds
  config.maxConcurrent = 5;
  config.batchSizeThresholds = { small: 200, medium: 500, large: 1000 };
  config.logger.level = 'warn';
  if (process.env.SLACK_URL !== undefined) config.notifiers = [new SlackNotifier(process.env.SLACK_URL)];
});
Heartbeat.onFailure((node) => {
  console.log(`Node '${node.name}' has failed!`);
});
const recovered = new Promise((resolve) => {
  Heartbeat.onRecovery(resolve);
});

// The tracker registers nodes and takes their heartbeats.
const tracker = new Tracker();
const node1 = await tracker.registerNode(new Node('node1'));
const node2 = await tracker.registerNode(
  new Node('node2', { timeout: 0.2, maxRetries: 1, labels: { zone: 'a' } }),
);

// The emitter sends heartbeats for node1 only.
const emitter = new Emitter(tracker, { nodes: [node1], interval: 0.1 });
emitter.startHeartbeat();

// node2 is silent: after two timeouts it has failed.
const changes = [];
while (changes.at(-1)?.to !== 'failed') changes.push(...(await tracker.checkForTimeouts()));
console.log(`node2: ${changes[0].from} -> ${changes.at(-1).to}`);
console.log(`${node1.name} is ${node1.state}`);

// One heartbeat, and it is active again.
await tracker.updateNodeHeartbeat(node2.name);
console.log(`Node '${(await recovered).name}' has recovered.`);

// Each node's first heartbeat comes within one interval.
while (node1.lastHeartbeat === undefined) {
  await setTimeout(50);
  await node1.refresh();
}
const report = await emitter.stopHeartbeat();
console.log(report.heartbeats.accepted > 0 ? 'heartbeats were accepted' : 'no heartbeat was accepted');
await Heartbeat.close();
