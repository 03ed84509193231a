// Runs the slow suites, each file in a process of its own and two at a time, since most of them wait most of the time.
// Those that keep a core busy never run beside each other. What a file says is printed when it is over, with its time.
// `node scripts/slow-suites.js [FILE...]`; exits non-zero when one of them failed.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** The longest first, or the last one would run alone. */
const BUSY = [
  'test/faults/mass-failure.test.ts',
  'test/faults/overload.test.ts',
  'test/faults/memory.test.ts',
  'test/faults/emitter.test.ts',
  'test/faults/flood.test.ts',
  'test/faults/readers.test.ts',
  'test/e2e/bench.test.ts',
];
const LONG = [
  'test/faults/sigkill.test.ts',
  'test/faults/sigstop.test.ts',
  'test/faults/nodes.test.ts',
  'test/faults/alerts.test.ts',
  'test/faults/full-disk.test.ts',
];

const MOCHA = ['node_modules/mocha/bin/mocha.js', '--config', '.mocharc.slow.json'];

function filesIn(folder) {
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => `${folder}/${name}`);
}

/** What the files that failed have said: it is said again at the end, where somebody looks first. */
const failures = [];

/** Resolves with whether all of its tests passed. */
function run(file) {
  const begun = Date.now();
  const said = [];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...MOCHA, file], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (part) => said.push(part));
    child.stderr.on('data', (part) => said.push(part));
    child.on('error', reject).on('close', (code) => {
      const seconds = Math.round((Date.now() - begun) / 1000);
      const verdict = code === 0 ? '' : ', FAILED';
      const text = `${file} (${seconds} s${verdict})\n${Buffer.concat(said).toString()}\n`;
      process.stdout.write(text);
      if (code !== 0) failures.push(text);
      resolve(code === 0);
    });
  });
}

/** Takes the next file that one of the queues has, until all are empty. */
async function lane(...queues) {
  let passed = true;
  for (;;) {
    const file = queues.find((queue) => queue.length > 0)?.shift();
    if (file === undefined) return passed;
    if (!(await run(file))) passed = false;
  }
}

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : ['test/faults', 'test/e2e'].flatMap(filesIn);
const busy = BUSY.filter((file) => files.includes(file));
const long = LONG.filter((file) => files.includes(file));
const waiting = [...long, ...files.filter((file) => !busy.includes(file) && !long.includes(file)).sort()];
const lanes = await Promise.all([lane(busy, waiting), lane(waiting)]);
for (const text of failures) process.stdout.write(`== again, what failed: ${text}`);
process.exitCode = lanes.every(Boolean) ? 0 : 1;
