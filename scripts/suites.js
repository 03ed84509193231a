// Runs test suites side by side: `node scripts/suites.js quick|slow [FILE...]`. Exits non-zero if one failed.
// - quick: suites without a built daemon, one process per folder of FOLDERS, as many at a time as there are cores.
// - slow: test/faults and test/e2e against the built daemon, one process per file. Most of them are mostly waiting.
//   Those that keep a core busy never run at the same time.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { sideBySide } from './side-by-side.js';

/** Unit tests that start processes and wait for them. They take half of the time of all unit tests. */
const WAITING_UNITS = 'test/unit/{bench,channels}';
/** The longest first, here and below: a long one at the end would run alone. */
const FOLDERS = [
  WAITING_UNITS,
  'test/unit',
  'test/property',
  'test/simulation',
  'test/http',
  'test/actors',
  'test/contract',
];
const SLOW = ['test/faults', 'test/e2e'];
const BUSY = [
  'test/faults/overload.test.ts',
  'test/faults/mass-failure.test.ts',
  'test/faults/emitter.test.ts',
  'test/faults/fuzz.test.ts',
  'test/faults/flood.test.ts',
  'test/faults/readers.test.ts',
  'test/faults/memory.test.ts',
  'test/e2e/bench.test.ts',
];
const LONG = [
  'test/faults/sigkill.test.ts',
  'test/faults/nodes.test.ts',
  'test/faults/alerts.test.ts',
  'test/faults/sigstop.test.ts',
  'test/faults/full-disk.test.ts',
  'test/e2e/library.test.ts',
  'test/e2e/cannot-start.test.ts',
];
/** They run once more with users divided into several partitions. */
const PARTITIONED = [
  'test/actors/{presence,stash,blindness,deferred-checkups,checkpoints,given-up}*.test.ts',
  'test/actors/{nodes,alerts}/*.test.ts',
  'test/property/{presence,nodes}/*.test.ts',
];
const PARTITIONED_SLOW = 'test/faults/sigkill.test.ts';
/** Lanes beside the busy one, on two cores. With two, `overload` and `soak` missed deadlines of real seconds. */
const WAITING_LANES = 1;

/** Milliseconds that a quick test may take, unless TEST_EFFORT asks for more. */
const QUICK = process.env.TEST_EFFORT === undefined ? ['--timeout', '60000'] : [];

/** The configuration must not name files: mocha would run those, too. */
const mocha = (name, ...args) => ({
  name,
  command: process.execPath,
  args: ['node_modules/mocha/bin/mocha.js', '--config', '.mocharc.slow.json', ...args],
});

const inPartitions = (task) => ({
  ...task,
  name: `${task.name} in four partitions`,
  env: { TEST_PARTITIONS: '4' },
});

function filesIn(folder) {
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => `${folder}/${name}`);
}

function quick() {
  const suites = FOLDERS.map((folder) => {
    const elsewhere = folder === 'test/unit' ? ['--ignore', `${WAITING_UNITS}/**`] : [];
    return mocha(folder, `${folder}/**/*.test.ts`, ...elsewhere, ...QUICK);
  });
  suites.push(inPartitions(mocha('test/{actors,property}', ...PARTITIONED, ...QUICK)));
  return Array(Math.min(suites.length, availableParallelism())).fill([suites]);
}

function slow(asked) {
  const files = asked.length > 0 ? asked : SLOW.flatMap(filesIn);
  const suites = (some) => some.map((file) => mocha(file, file));
  const busy = BUSY.filter((file) => files.includes(file));
  const long = LONG.filter((file) => files.includes(file));
  const waiting = [...long, ...files.filter((file) => !busy.includes(file) && !long.includes(file)).sort()];
  const queues = { busy: suites(busy), waiting: suites(waiting) };
  if (files.includes(PARTITIONED_SLOW))
    queues.waiting.unshift(...suites([PARTITIONED_SLOW]).map(inPartitions));
  return [[queues.busy, queues.waiting], ...Array(WAITING_LANES).fill([queues.waiting])];
}

/** Fails if a renamed or new file or folder is missing in the lists. */
function checkLists() {
  const files = SLOW.flatMap(filesIn);
  const lost = [...BUSY, ...LONG].filter((file) => !files.includes(file));
  const known = [...FOLDERS, ...SLOW].map((folder) => folder.split('/')[1]);
  const folders = readdirSync('test').filter((folder) => filesIn(`test/${folder}`).length > 0);
  const forgotten = folders.filter((folder) => !known.includes(folder));
  if (lost.length + forgotten.length > 0)
    throw new Error(
      `scripts/suites.js: no such file: ${lost.join(', ')}; not listed: ${forgotten.join(', ')}`,
    );
}

checkLists();
const [kind, ...asked] = process.argv.slice(2);
if (kind !== 'quick' && kind !== 'slow')
  throw new Error('usage: node scripts/suites.js quick|slow [FILE...]');
process.exitCode = (await sideBySide(kind === 'quick' ? quick() : slow(asked))) ? 0 : 1;
