import { parseOptions, WrongOptions, type Options } from './options.js';
import { simulate, type Outcome } from './simulation.js';
import { storyOf } from './story.js';
import { summaryOf, textOf } from './summary.js';

/*
 * The whole daemon in one process on simulated time, judged from outside by its promises:
 * `npm run simulate -- --seed 7 --hours 1 --faults kill,stall`. See docs/simulator.md.
 */

const HOUR = 3_600_000;
const WRONG_USAGE = 64;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(argv);
    return options === undefined ? 0 : await run(options);
  } catch (error) {
    if (!(error instanceof WrongOptions)) throw error;
    process.stderr.write(`${error.message}\n`);
    return WRONG_USAGE;
  }
}

async function run({ seed, seeds, hours, faults, clients, json }: Options): Promise<number> {
  const begun = performance.now();
  const outcomes: Outcome[] = [];
  for (let next = seed; next < seed + seeds; next++) {
    const outcome = await simulate({ seed: next, length: hours * HOUR, faults, clients });
    if (outcome.broken !== undefined) process.stderr.write(`${storyOf(outcome)}\n`);
    // The story of a long simulation is long, and nobody needs it again.
    outcomes.push({ ...outcome, lines: [] });
  }
  const summary = summaryOf(outcomes);
  process.stdout.write(json ? `${JSON.stringify(summary, null, 2)}\n` : textOf(summary));
  process.stderr.write(`took ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
  return summary.broken.length === 0 ? 0 : 1;
}
