// Sums the counts that scripts/mocha-reporter.js appended to the file given as the only argument, and prints
// `N passed, N failed` as its last line. Exits non-zero if a test failed or was pending, or if none ran.
import { readFileSync } from 'node:fs';

const total = { passed: 0, failed: 0, pending: 0 };
for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  if (line === '') continue;
  const run = JSON.parse(line);
  for (const outcome of Object.keys(total)) total[outcome] += run[outcome];
}

if (total.pending > 0) console.log(`${total.pending} pending`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed + total.pending > 0 || total.passed === 0 ? 1 : 0;
