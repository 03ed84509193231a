// Mocha's `spec` output, and three things the gate needs beside it:
// - the counts of the run, one JSON line appended to the file that HEARTBEAT_TEST_COUNTS names;
// - a pending test fails the run: a test left out proves nothing;
// - a process that lives on after the last test (a leaked timer, socket or child) says what keeps it
//   alive and fails, instead of hanging.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

const LEAK_GRACE_MS = 10_000;

export default class HeartbeatReporter extends Mocha.reporters.Spec {
  /** Called once, after the last test; what it hands to `exit` decides the exit code. */
  done(failures, exit) {
    const { passes = 0, pending = 0 } = this.stats;
    const counts = process.env.HEARTBEAT_TEST_COUNTS;
    if (counts) appendFileSync(counts, `${JSON.stringify({ passed: passes, failed: failures, pending })}\n`);
    if (pending > 0) console.error(`${pending} pending: a test left out fails the run`);
    setTimeout(failOnLeak, LEAK_GRACE_MS).unref();
    exit(failures + pending);
  }
}

function failOnLeak() {
  console.error(`still alive after the last test, kept by: ${process.getActiveResourcesInfo().join(', ')}`);
  process.exit(1);
}
