// Fails on words that docs/glossary.md replaced: in names of files and identifiers, in comments, log lines and pages.
// `npm run words`
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Words in names, in lower case, and their replacements. */
const NAMES = {
  around: 'deps',
  surroundings: 'deps',
  lifeline: 'exit signal',
  doorkeeper: 'authenticator',
  entrance: 'access control',
  safekeeping: 'alert writer',
  beginnings: 'attempt intents',
  agenda: 'timer queue',
  census: 'state counts, or registry',
  inquiries: 'queries',
  farewell: 'closing notice',
  concealment: 'redaction',
  discreet: 'redacting',
  deafen: 'stop listening',
  insist: 'unbounded tell',
  forgive: 'reset',
  bury: 'add to the dead letters',
  upset: 'crashed',
  cast: 'actors',
  lapse: 'missed deadlines, or an end in silence',
  heed: 'failed',
  reckon: 'compute',
  pulse: 'watchdog',
};

/** Phrases that are riddles, and their replacements. */
const PHRASES = {
  'who kept their side': 'who keep sending heals',
  'is past saving': 'exceeded its restart intensity',
  'said twice': 'idempotent',
  'is worth something': 'expires',
  'is worth nothing': 'is refused, or is dropped',
  'lets go of': 'closes, or releases',
  'whoever asks': 'callers',
  'who is told late': 'escalation channels',
};

/** Words of the list that are ordinary words in texts. */
const PROSE_MAY = new Set([
  'around',
  'cast',
  'forgive',
  'insist',
  'upset',
  'entrance',
  'beginnings',
  'surroundings',
]);
/** Only names in these folders may not contain `around`. */
const DEPS_ONLY_IN = /^(?:src|actors)\//;
const CODE = /^(?:src|actors|web|test|bench|examples)\/.*\.(?:tsx?|js)$/;
const PAGES = /^(?:README|CONTRIBUTING|docs\/(?!decisions\/).*)\.md$|^docs\/(?!decisions\/).*\.md$/;

const problems = [];
for (const file of execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n')) {
  if (!CODE.test(file) && !PAGES.test(file)) continue;
  for (const word of wordsOf(file))
    if (Object.hasOwn(NAMES, word)) problems.push(`${file}: '${word}' in its name: ${NAMES[word]}`);
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, at) => look(file, at + 1, line));
}

function look(file, at, line) {
  for (const [phrase, plain] of Object.entries(PHRASES)) {
    if (line.toLowerCase().includes(phrase)) problems.push(`${file}:${at}: '${phrase}': ${plain}`);
  }
  if (!CODE.test(file)) return;
  // A word between spaces belongs to a sentence; a part of a name has a capital, a sign or a dot beside it.
  const code = line.replace(/\/\/.*|^\s*\/?\*.*|(['"`])(?:(?!\1).)*\1/g, '');
  for (const word of wordsOf(code)) {
    if (!Object.hasOwn(NAMES, word) || (word === 'around' && !DEPS_ONLY_IN.test(file))) continue;
    problems.push(`${file}:${at}: '${word}' in a name: ${NAMES[word]}`);
  }
  for (const word of wordsOf(line.slice(0))) {
    if (Object.hasOwn(NAMES, word) && !PROSE_MAY.has(word) && !code.toLowerCase().includes(word)) {
      problems.push(`${file}:${at}: '${word}': ${NAMES[word]}`);
    }
  }
}

function wordsOf(text) {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) console.error(`${problems.length} words that docs/glossary.md has replaced`);
process.exitCode = problems.length > 0 ? 1 : 0;
