import { simulate } from './simulation.js';

/*
 * Decides for each mutant of the code in its directory whether the simulator finds it: `judge.ts FIRST LAST`.
 * `npm run mutate -- --judge simulator` starts it in a copy of the code.
 */

/** A mutant survives if this many seeds keep every promise. */
const SEEDS = 60;
/** Simulated milliseconds of faults in each seed. */
const LENGTH = 30_000;

const [first = 1, last = 0] = process.argv.slice(2).map(Number);
let chosen = 0;
const reached = new Set<number>();
Object.assign(globalThis, {
  mutant: (id: number) => {
    if (chosen === 0) reached.add(id);
    return id === chosen;
  },
});

for (let seed = 1; seed <= SEEDS; seed++) {
  const { broken } = await simulate({ seed, length: LENGTH, faults: 'chosen' });
  if (broken !== undefined) throw new Error(`seed ${String(seed)} breaks a promise without any change`);
}
for (let id = first; id <= last; id++) {
  process.stdout.write(`${String(id)} begun\n`);
  process.stdout.write(`${String(id)} ${reached.has(id) ? await verdictOf(id) : 'not reached'}\n`);
}

async function verdictOf(id: number): Promise<string> {
  chosen = id;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { broken } = await simulate({ seed, length: LENGTH, faults: 'chosen' });
    if (broken !== undefined) return `found by seed ${String(seed)}: ${broken.message.split('\n')[0] ?? ''}`;
  }
  return 'survived';
}
