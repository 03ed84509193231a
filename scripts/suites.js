// Runs test suites side by side: `node scripts/suites.js quick|slow [FILE...]`. Exits non-zero if one failed.
// - quick: suites without a built daemon, one process per folder of FOLDERS, as many at a time as there are cores.
// - slow: test/faults and test/e2e against the built daemon, one process per file. Most of them are mostly waiting.
//   Each has a share of a core, and as many run at a time as two cores have room for.
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
/** Fill two cores almost alone: beside two others, they missed deadlines of real seconds. */
const FILLING = [
  'test/faults/overload.test.ts',
  'test/faults/mass-failure.test.ts',
  'test/faults/soak.test.ts',
];
/** Keep a core busy. */
const BUSY = [
  'test/faults/emitter.test.ts',
  'test/faults/fuzz.test.ts',
  'test/faults/flood.test.ts',
  'test/faults/readers.test.ts',
  'test/faults/memory.test.ts',
  'test/e2e/bench.test.ts',
];
/** Mostly waiting, as all others are, but for longer. */
const LONG = [
  'test/faults/sigkill.test.ts',
  'test/faults/nodes.test.ts',
  'test/faults/alerts.test.ts',
  'test/faults/sigstop.test.ts',
  'test/faults/full-disk.test.ts',
  'test/e2e/library.test.ts',
  'test/e2e/cannot-start.test.ts',
];
/** They run once more with users divided into several partitions, unless all do: `npm run test:partitions`. */
const PARTITIONED = [
  'test/actors/{presence,stash,blindness,deferred-checkups,checkpoints,given-up}*.test.ts',
  'test/actors/{restart,store-refusal,supervision}.test.ts',
  'test/actors/{nodes,alerts}/*.test.ts',
  'test/property/{presence,nodes}/*.test.ts',
];
const PARTITIONED_SLOW = 'test/faults/sigkill.test.ts';
const ARE_ALL_PARTITIONED = process.env.TEST_PARTITIONS !== undefined;
/** Of a core, for a suite that is mostly waiting. */
const WAITING_SHARE = 0.5;

/** Milliseconds that a quick test may take, unless TEST_EFFORT asks for more. */
const QUICK = process.env.TEST_EFFORT === undefined ? ['--timeout', '60000'] : [];

/** The configuration must not name files: mocha would run those, too. */
const mocha = (name, share, ...args) => ({
  name,
  share,
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
    return mocha(folder, 1, `${folder}/**/*.test.ts`, ...elsewhere, ...QUICK);
  });
  if (ARE_ALL_PARTITIONED) return suites;
  return [...suites, inPartitions(mocha('test/{actors,property}', 1, ...PARTITIONED, ...QUICK))];
}

function slow(asked) {
  const files = asked.length > 0 ? asked : SLOW.flatMap(filesIn).sort();
  const kinds = [
    { share: 1.5, known: FILLING },
    { share: 1, known: BUSY },
    { share: WAITING_SHARE, known: LONG },
  ];
  const listed = kinds.flatMap(({ share, known }) =>
    known.filter((file) => files.includes(file)).map((file) => mocha(file, share, file)),
  );
  const others = files.filter((file) => !kinds.some(({ known }) => known.includes(file)));
  const again = ARE_ALL_PARTITIONED ? [] : files.filter((file) => file === PARTITIONED_SLOW);
  return [
    ...listed,
    ...again.map((file) => inPartitions(mocha(file, WAITING_SHARE, file))),
    ...others.map((file) => mocha(file, WAITING_SHARE, file)),
  ];
}

/** Fails if a renamed or new file or folder is missing in the lists. */
function checkLists() {
  const files = SLOW.flatMap(filesIn);
  const lost = [...FILLING, ...BUSY, ...LONG].filter((file) => !files.includes(file));
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
// The shares of slow suites were found with two cores.
const [suites, cores] = kind === 'quick' ? [quick(), availableParallelism()] : [slow(asked), 2];
process.exitCode = (await sideBySide(suites, cores)) ? 0 : 1;
