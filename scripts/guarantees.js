// Checks the proofs that docs/guarantees.md names, as `file: words of its title`, against tests that ran: each must be
// a test of that file that passed. scripts/mocha-reporter.js checks the proofs in the files of its run. With the
// records of all runs as the only argument, this script checks every proof, and exits non-zero if one is missing.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const PAGE = 'docs/guarantees.md';
const PROOF = /`(test\/[\w/.-]+\.test\.ts): ([^`]+)`/g;

export function proofsIn(page) {
  return [...page.matchAll(PROOF)].map(([, file, title]) => ({ file, title }));
}

export function unproven(proofs, ran) {
  return proofs.flatMap(({ file, title }) => {
    const named = ran.filter((test) => test.file === file && test.title.includes(title));
    const states = [...new Set(named.map(({ state }) => state))];
    if (states.length === 1 && states[0] === 'passed') return [];
    const why = states.length === 0 ? 'no test of that title ran' : `it is ${states.join(', ')}`;
    return [`${PAGE} names ${file}: ${title}, but ${why}`];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = readFileSync(process.argv[2] ?? '', 'utf8').split('\n');
  const ran = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
  const problems = unproven(proofsIn(readFileSync(PAGE, 'utf8')), ran);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
