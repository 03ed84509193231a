// Mocha's `spec` output, and what the gate needs besides:
// - It appends the counts of the run, one JSON line, to the file that HEARTBEAT_TEST_COUNTS names.
// - It appends the outcome of each test, one JSON line, to the file that HEARTBEAT_TEST_RECORD names.
// - Every proof that docs/guarantees.md names in a file of this run must have passed.
// - A pending test fails the run: a skipped test proves nothing.
// - A process that does not end after the last test (a leaked timer, socket or child) says what keeps it
//   alive, and fails instead of hanging.
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import { PAGE, proofsIn, unproven } from './guarantees.js';

const LEAK_GRACE_MS = 10_000;

const { EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

export default class HeartbeatReporter extends Mocha.reporters.Spec {
  #ran = [];
  #isWhole;

  constructor(runner, options) {
    super(runner, options);
    // A run of some tests is not expected to have every proof.
    this.#isWhole = !options.grep && !options.fgrep;
    const note = (state) => (test) => {
      const file = path.relative(process.cwd(), test.file ?? '').replaceAll(path.sep, '/');
      this.#ran.push({ file, title: test.fullTitle(), state });
    };
    runner.on(EVENT_TEST_PASS, note('passed'));
    runner.on(EVENT_TEST_FAIL, note('failed'));
    runner.on(EVENT_TEST_PENDING, note('pending'));
  }

  /** Called once, after the last test. What it passes to `exit` decides the exit code. */
  done(failures, exit) {
    const { passes = 0, pending = 0 } = this.stats;
    const counts = process.env.HEARTBEAT_TEST_COUNTS;
    if (counts) appendFileSync(counts, `${JSON.stringify({ passed: passes, failed: failures, pending })}\n`);
    const record = process.env.HEARTBEAT_TEST_RECORD;
    if (record) for (const test of this.#ran) appendFileSync(record, `${JSON.stringify(test)}\n`);
    const problems = this.#isWhole ? this.#unproven() : [];
    for (const problem of problems) console.error(problem);
    if (pending > 0) console.error(`${pending} pending: a test left out fails the run`);
    setTimeout(failOnLeak, LEAK_GRACE_MS).unref();
    exit(failures + pending + problems.length);
  }

  /** Missing proofs in the files of this run. scripts/test checks all proofs once every suite has run. */
  #unproven() {
    const files = new Set(this.#ran.map(({ file }) => file));
    const proofs = proofsIn(readFileSync(PAGE, 'utf8')).filter(({ file }) => files.has(file));
    return unproven(proofs, this.#ran);
  }
}

function failOnLeak() {
  console.error(`still alive after the last test, kept by: ${process.getActiveResourcesInfo().join(', ')}`);
  process.exit(1);
}
