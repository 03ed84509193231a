// The checks that run no tests, as many at a time as there are cores, at most four.
// Exits non-zero if one of them failed.
import { availableParallelism } from 'node:os';
import { sideBySide } from './side-by-side.js';

/** The longest first: otherwise it would run alone at the end. */
const CHECKS = ['lint', 'types', 'format:check', 'imports', 'dead', 'words', 'links'];

const checks = CHECKS.map((name) => ({ name, command: 'npm', args: ['run', '--silent', name], share: 1 }));
process.exitCode = (await sideBySide(checks, Math.min(4, availableParallelism()))) ? 0 : 1;
