// An emitter that probes its nodes. `node examples/emitter-with-probes.js http://127.0.0.1:3519` sends heartbeats to that
// daemon; without a URL it starts one in this process.
import { createServer } from 'node:http';
import { createHeartbeat, Emitter } from '@heartbeatd/heartbeat';

// A service to probe: healthy until it is made to fail.
let status = 200;
const service = createServer((_request, response) => response.writeHead(status).end());
await new Promise((resolve) => service.listen(0, '127.0.0.1', resolve));
const { port } = service.address();

const own = process.argv[2] === undefined;
const daemon = own ? await createHeartbeat({ logger: { level: 'error' }, http: { port: 0 } }) : undefined;
const url = daemon?.url ?? process.argv[2];

const emitter = new Emitter(url, {
  interval: 0.2,
  deadline: 1,
  onProbeFailure: 'report',
  logger: { warn: console.log, info: console.log },
  nodes: [
    'always-there',
    { name: 'service', probe: { http: `http://127.0.0.1:${port}/healthz`, expect: { status: 200 } } },
    { name: 'port', probe: { tcp: `127.0.0.1:${port}` } },
    { name: 'disk', probe: { command: ['test', '-d', '/'] } },
    { name: 'memory', probe: () => process.memoryUsage().rss < 2 ** 40 },
  ],
});
emitter.startHeartbeat();

const stateOf = async (name) => {
  const answer = await fetch(`${url}/nodes/${name}`);
  return answer.ok ? (await answer.json()).state : 'unknown';
};
const until = async (name, state) => {
  while ((await stateOf(name)) !== state) await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(`${name} is ${state}`);
};
for (const name of ['always-there', 'service', 'port', 'disk', 'memory']) await until(name, 'active');
status = 500;
await until('service', 'failed');
status = 200;
await until('service', 'active');

const { probes } = await emitter.stopHeartbeat();
console.log(`${probes.failing} nodes are failing`);
await daemon?.close();
service.close();
