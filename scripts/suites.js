// Runs the parts of the gate side by side: `node scripts/suites.js PART... [FILE...]`. Exits non-zero if one failed.
// - static: the checks that run no tests.
// - quick: suites without a built daemon, one process per folder of FOLDERS.
// - coverage: the quick suites, with a check of how much of the code they run.
// - slow: test/faults and test/e2e against the built daemon, or only the files named. Most of them are mostly waiting.
// Each task has a share of a core, and as many run at a time as the cores have room for: with two of them, two tasks
// that keep a core busy, mostly, beside one that waits, mostly.
import { readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { sideBySide } from './side-by-side.js';

/** Of a core, by processor time: for a suite that is mostly waiting, for one that waits at times, and for unit tests. */
const WAITING_SHARE = 0.4;
const BUSY_SHARE = 0.7;
const UNIT_SHARE = 0.7;
/** More than one, since no task keeps its core busy all the time. */
const SHARES_OF_A_CORE = 1.2;

/** Unit tests that start processes and wait for them. They take half of the time of all unit tests. */
const WAITING_UNITS = 'test/unit/{bench,channels}';
/** They wait for processes, sockets and the disk. */
const UNIT = [WAITING_UNITS, 'test/unit'];
/** The longest first, in all lists: a long one at the end would run alone. */
const FOLDERS = [
  WAITING_UNITS,
  'test/unit',
  'test/property',
  'test/simulation',
  'test/http',
  'test/actors',
  'test/contract',
];
/** They run the same lines as others, and measuring makes them slower. So do suites that run again in partitions. */
const UNMEASURED = ['test/simulation', 'test/property', 'test/contract'];
const STATIC = ['lint', 'format:check', 'types', 'imports', 'dead', 'words', 'links', 'size'];
const SLOW = ['test/faults', 'test/e2e'];
/** They send as much as the daemon can take. */
const BUSIEST = [
  'test/faults/mass-failure.test.ts',
  'test/faults/overload.test.ts',
  'test/faults/sockets-overload.test.ts',
];
/** Keep most of a core busy, or need it in time. */
const BUSY = [
  'test/faults/sigkill.test.ts',
  'test/faults/alerts.test.ts',
  'test/faults/emitter.test.ts',
  'test/faults/fuzz.test.ts',
  'test/faults/readers.test.ts',
  'test/faults/flood.test.ts',
  'test/faults/memory.test.ts',
  'test/faults/leaks.test.ts',
];
/** Mostly waiting, as all others are, but for longer. */
const LONG = [
  'test/faults/sockets.test.ts',
  'test/e2e/store-copy.test.ts',
  'test/e2e/store-backup.test.ts',
  'test/faults/postgres-owner.test.ts',
  'test/faults/etcd.test.ts',
  'test/faults/nodes.test.ts',
  'test/e2e/cannot-start.test.ts',
  'test/faults/sigstop.test.ts',
  'test/e2e/library.test.ts',
  'test/faults/full-disk.test.ts',
  'test/faults/postgres-refusal.test.ts',
  'test/e2e/dashboard-users-alerts.test.ts',
  'test/e2e/dashboard-node.test.ts',
  'test/e2e/package.test.ts',
];
/** They run once more with users divided into several partitions, unless all do: `npm run test:partitions`. */
const PARTITIONED = [
  'test/actors/{presence,stash,blindness,deferred-checkups,checkpoints,given-up}*.test.ts',
  'test/actors/{restart,store-refusal,supervision}.test.ts',
  'test/actors/events/hub.test.ts',
  'test/actors/{nodes,alerts}/*.test.ts',
  'test/property/{presence,nodes}/*.test.ts',
];
const PARTITIONED_SLOW = 'test/faults/sigkill.test.ts';
const ARE_ALL_PARTITIONED = process.env.TEST_PARTITIONS !== undefined;
/** Suites of daemons run on PostgreSQL, too: `npm run test:postgres`. */
const IS_ON_POSTGRES = process.env.TEST_STORE !== undefined;
const FOLDERS_ON_POSTGRES = ['test/property', 'test/http', 'test/actors'];
/**
 * They run no daemon, or test LevelDB's files, or start a PostgreSQL themselves. After each of the many kills of sigkill,
 * a daemon would wait until the row of the last one is 10 s old, and the test copies data directories.
 */
const NOT_ON_POSTGRES = [
  'test/faults/etcd.test.ts',
  'test/faults/full-disk.test.ts',
  'test/faults/postgres-failover.test.ts',
  'test/faults/postgres-owner.test.ts',
  'test/faults/postgres-refusal.test.ts',
  'test/faults/postgres-start.test.ts',
  'test/faults/sigkill.test.ts',
  'test/e2e/bench.test.ts',
  'test/e2e/cannot-start.test.ts',
  'test/e2e/docs-page.test.ts',
  'test/e2e/healthcheck.test.ts',
  'test/e2e/library.test.ts',
  'test/e2e/missing-package.test.ts',
  'test/e2e/runbook.test.ts',
  'test/e2e/store-copy.test.ts',
  'test/e2e/store-backup.test.ts',
];
/** Short slow suites share so many processes, since loading mocha and what they import takes a second each time. */
const SHARED_PROCESSES = 3;

/** Without the process that `npx mocha` starts first. The configuration must not name files: they would run, too. */
const mocha = (name, share, ...args) => ({
  name,
  share,
  command: process.execPath,
  args: [
    '--import=./scripts/typescript.js',
    'node_modules/mocha/lib/cli/cli.js',
    '--config',
    '.mocharc.slow.json',
    ...args,
  ],
});

/** The slow suites run the built daemon. */
const BUILD = { name: 'build', share: 1, command: 'scripts/ready', args: [] };
/** On PostgreSQL they do nothing on a disk of their own. */
const WITHOUT_DISK = IS_ON_POSTGRES ? ['--grep', 'full disk', '--invert'] : [];

const npm = (name) => ({ name, share: 1, command: 'npm', args: ['run', '--silent', name] });

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
  const suites = (IS_ON_POSTGRES ? FOLDERS_ON_POSTGRES : FOLDERS).map((folder) => {
    const elsewhere = folder === 'test/unit' ? ['--ignore', `${WAITING_UNITS}/**`] : [];
    return mocha(folder, UNIT.includes(folder) ? UNIT_SHARE : 1, `${folder}/**/*.test.ts`, ...elsewhere);
  });
  if (ARE_ALL_PARTITIONED || IS_ON_POSTGRES) return suites;
  return [inPartitions(mocha('test/{actors,property}', 1, ...PARTITIONED)), ...suites];
}

/** The quick suites, and the report on what they cover. */
function covered() {
  const directory = path.resolve('coverage/tmp');
  rmSync(directory, { recursive: true, force: true });
  const suites = quick().map((task) =>
    UNMEASURED.includes(task.name) || task.env ? task : { ...task, env: { NODE_V8_COVERAGE: directory } },
  );
  return [...suites, { ...npm('coverage'), after: suites.map(({ name }) => name) }];
}

function runsHere(file) {
  return !IS_ON_POSTGRES || !NOT_ON_POSTGRES.includes(file);
}

function slow(asked) {
  const files = asked.length > 0 ? asked : SLOW.flatMap(filesIn).filter(runsHere).sort();
  const among = (known) => known.filter((file) => files.includes(file));
  const listed = [...BUSIEST, ...BUSY, ...LONG];
  const again = ARE_ALL_PARTITIONED || IS_ON_POSTGRES ? [] : among([PARTITIONED_SLOW]);
  const built = (task) => ({ ...task, args: [...task.args, ...WITHOUT_DISK], after: [BUILD.name] });
  return {
    busy: [
      ...among(BUSIEST).map((file) => mocha(file, 1, file)),
      ...again.map((file) => inPartitions(mocha(file, BUSY_SHARE, file))),
      ...among(BUSY).map((file) => mocha(file, BUSY_SHARE, file)),
    ].map(built),
    waiting: [
      ...shared(files.filter((file) => !listed.includes(file))),
      ...among(LONG).map((file) => mocha(file, WAITING_SHARE, file)),
    ].map(built),
  };
}

function shared(files) {
  const processes = Array.from({ length: Math.min(SHARED_PROCESSES, files.length) }, (_, index) =>
    files.filter((_file, place) => place % SHARED_PROCESSES === index),
  );
  return processes.map((some) => mocha(some.join(', '), WAITING_SHARE, ...some));
}

/** Fails if a renamed or new file or folder is missing in the lists. */
function checkLists() {
  const files = SLOW.flatMap(filesIn);
  const lost = [...BUSIEST, ...BUSY, ...LONG, ...NOT_ON_POSTGRES].filter((file) => !files.includes(file));
  const known = [...FOLDERS, ...SLOW].map((folder) => folder.split('/')[1]);
  const folders = readdirSync('test').filter((folder) => filesIn(`test/${folder}`).length > 0);
  const forgotten = folders.filter((folder) => !known.includes(folder));
  if (lost.length + forgotten.length > 0)
    throw new Error(
      `scripts/suites.js: no such file: ${lost.join(', ')}; not listed: ${forgotten.join(', ')}`,
    );
}

checkLists();
const PARTS = ['static', 'quick', 'coverage', 'slow'];
const given = process.argv.slice(2);
const parts = given.filter((word) => PARTS.includes(word));
const files = given.filter((word) => !PARTS.includes(word));
if (parts.length === 0)
  throw new Error('usage: node scripts/suites.js static|quick|coverage|slow... [FILE...]');
const { busy, waiting } = parts.includes('slow') ? slow(files) : { busy: [], waiting: [] };
const tasks = [
  ...(parts.includes('slow') ? [BUILD] : []),
  ...(parts.includes('coverage') ? covered() : parts.includes('quick') ? quick() : []),
  ...(parts.includes('static') ? STATIC.map(npm) : []),
  ...busy,
  // They fill what room the others leave.
  ...waiting,
];
// The shares of slow suites were found with two cores; more than four would be more suites than they were tried with.
const cores = parts.includes('slow') ? 2 : Math.min(4, availableParallelism());
process.exitCode = (await sideBySide(tasks, SHARES_OF_A_CORE * cores)) ? 0 : 1;
