// Prints the files of src/ and actors/ whose functions run for a first heal, for a repeated one, and for a node that
// fails with a Slack channel: what docs/lifecycle.md names and counts. Build first, then: node scripts/files-passed.js
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const OURS = /\/dist\/((?:src|actors)\/(?!library\/).*)\.js$/;
/** Files that also run while idle, but are steps of a request too. */
const STEPS =
  /\/(?:app|accepted-connections|backlog|checksum|database|group-commit|history\.actor|intake|ordered-history-store|sealed-store|mailbox-scheduler|supervised-actor|system-clock|timer-wheel|watchdog)\.ts$/;
const IDLE_MS = 3000;

const { createHeartbeat } = await import('../dist/src/index.js');
const dataDir = mkdtempSync(join(tmpdir(), 'files-passed-'));
const posted = [];
const slack = createServer((request, response) => {
  posted.push(request.url);
  request.resume().on('end', () => response.end('ok'));
});
await new Promise((resolve) => void slack.listen(0, '127.0.0.1', resolve));
const heartbeat = await createHeartbeat({
  dataDir,
  http: { port: 0 },
  logger: { level: 'error' },
  settings: {
    channels: { chat: { kind: 'slack', url: `http://127.0.0.1:${String(slack.address().port)}/hook` } },
  },
});

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

/** The functions that ran since the last call, as `file function`. */
async function ran() {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result.flatMap(({ url, functions }) => {
    const file = OURS.exec(url)?.[1];
    if (file === undefined) return [];
    return functions
      .filter(({ functionName, ranges: [whole] }) => functionName !== '' && whole.count > 0)
      .map(({ functionName }) => `${file}.ts ${functionName}`);
  });
}

async function call(method, path, body) {
  const response = await fetch(heartbeat.url + path, { method, body });
  return response.text();
}

// The connection is open before the first heal.
await call('GET', '/healthz');
await ran();
await sleep(IDLE_MS);
const idle = new Set(await ran());

function print(title, functions) {
  const files = new Set();
  for (const each of functions) {
    const [file = ''] = each.split(' ');
    if (!idle.has(each) || STEPS.test(file)) files.add(file);
  }
  console.log(`\n${title}: ${String(files.size)} files`);
  for (const file of [...files].sort()) console.log(`  ${file}`);
}

await ran();
await call('PUT', '/heal/7');
print('A first heal', await ran());
await ran();
await call('PUT', '/heal/7');
print('A repeated heal', await ran());
await call('PUT', '/nodes/a', '{"timeout":0.5,"max_retries":0}');
await sleep(200);
await ran();
while (posted.length === 0) await sleep(10);
await sleep(100);
print('A failing node', await ran());

await heartbeat.close();
slack.close();
rmSync(dataDir, { recursive: true });
