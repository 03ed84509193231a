/* Stands in for the built main.js: `start` with the flags that the bench gives, as a process of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { FakeDaemon } from './fake-daemon.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string' },
    'data-dir': { type: 'string' },
    'log-level': { type: 'string' },
    'session-timeout': { type: 'string' },
  },
});
const seconds = Number(values['session-timeout']);
const directory = values['data-dir'] ?? '';
if (positionals[0] !== 'start' || values.port !== '0' || values['log-level'] !== 'warn' || directory === '') {
  process.stderr.write('started with the wrong arguments\n');
  process.exit(64);
}
// Three session timeouts that no bench uses, by which tests choose how it fails.
if (seconds === 101) {
  process.stderr.write('the data directory is locked by another daemon\n');
  process.exit(1);
}
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, 'store'), '');
let healed = false;
const daemon = await FakeDaemon.listen({
  sessionTimeoutMs: seconds * 1000,
  intercept: (call) => {
    if (call.startsWith('PUT') && !healed) process.stderr.write('first heal\n');
    healed ||= call.startsWith('PUT');
    if (healed && seconds === 103) process.exit(7);
    return undefined;
  },
});
process.on('SIGTERM', () => {
  void daemon.close().then(() => process.exit(0));
});
process.stderr.write(`data directory ${directory}\n`);
if (seconds !== 102) process.stdout.write(`listening on ${daemon.url}\n`);
