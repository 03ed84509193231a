// The whole of it: set up, register, beat, and hear of who has failed. Run it with `node examples/full.js`.
import { Emitter, Heartbeat, Node, SlackNotifier, Tracker } from 'heartbeat';

// Set up the instance that a program has when it needs only one.
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
Heartbeat.onRecovery((node) => {
  console.log(`Node '${node.name}' has recovered.`);
});

// The tracker registers nodes and takes their heartbeats.
const tracker = new Tracker();
const node1 = await tracker.registerNode(new Node('node1'));
await tracker.registerNode(new Node('node2', { timeout: 0.2, maxRetries: 1, labels: { zone: 'a' } }));

// The emitter beats for them; for node2 it is told to stop right away.
const emitter = new Emitter(tracker, { nodes: [node1], interval: 0.1 });
emitter.startHeartbeat();

// node2 is silent: after two timeouts it has failed.
const changes = [];
while (!changes.some(({ to }) => to === 'failed')) changes.push(...(await tracker.checkForTimeouts()));
for (const { node, from, to } of changes) console.log(`${node}: ${from} -> ${to}`);
console.log(`${node1.name} is ${node1.state}`);

// One heartbeat, and it is back.
await tracker.updateNodeHeartbeat('node2');

const report = await emitter.stopHeartbeat();
console.log(`${report.heartbeats.accepted > 0 ? 'heartbeats were taken' : 'no heartbeat was taken'}`);
await Heartbeat.close();
