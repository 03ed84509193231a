import { parseOptions, WrongOptions, type Options } from './options.js';
import { PLANTS, plantNamed } from './plants.js';
import { shrink } from './shrink.js';
import type { Outcome } from './outcome.js';
import { simulate, type SimulationOptions } from './simulation.js';
import { storyOf } from './story.js';
import { summaryOf, textOf } from './summary.js';

/*
 * Runs the whole daemon in one process on simulated time, and checks its promises from outside:
 * `npm run simulate -- --seed 7 --hours 1 --faults kill,stall`. See docs/simulator.md.
 */

const HOUR = 3_600_000;
const WRONG_USAGE = 64;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(argv);
    if (options === undefined) return 0;
    if (options.plant !== 'list') return await run(options);
    for (const { name, breaks } of PLANTS) process.stdout.write(`${name.padEnd(36)} ${breaks}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof WrongOptions)) throw error;
    process.stderr.write(`${error.message}\n`);
    return WRONG_USAGE;
  }
}

async function run(options: Options): Promise<number> {
  const begun = performance.now();
  const plant = options.plant === undefined ? undefined : plantNamed(options.plant);
  if (options.plant !== undefined && plant === undefined)
    throw new WrongOptions(`There is no plant '${options.plant}': see --plant list.`);
  const outcomes: Outcome[] = [];
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    const length = Math.round(options.hours * HOUR);
    const simulation = { seed, length, faults: options.faults, clients: options.clients, plant };
    const outcome = await simulate(simulation);
    // A long simulation has many lines, and nobody needs them later.
    outcomes.push({ ...outcome, lines: [] });
    if (outcome.broken === undefined) continue;
    await tell(simulation, outcome, options.shrink);
    if (plant !== undefined) break;
  }
  const summary = summaryOf(outcomes);
  process.stdout.write(options.json ? `${JSON.stringify(summary, null, 2)}\n` : textOf(summary));
  process.stderr.write(`took ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
  return summary.broken.length === 0 ? 0 : 1;
}

async function tell(simulation: SimulationOptions, outcome: Outcome, shrinks: boolean): Promise<void> {
  const told = shrinks ? await shrink(simulation, outcome) : { options: simulation, outcome };
  process.stderr.write(`${storyOf(told.outcome)}\nAgain: ${commandOf(told.options)}\n`);
}

/** The command that repeats it. */
function commandOf({ seed, length, faults, clients, plant }: SimulationOptions): string {
  const kinds = faults === 'chosen' ? 'all' : faults.length === 0 ? 'none' : faults.join(',');
  const more = [
    ...(clients === undefined ? [] : [`--clients ${String(clients)}`]),
    ...(plant === undefined ? [] : [`--plant ${plant.name}`]),
  ].join(' ');
  return `npm run simulate -- --seed ${String(seed)} --hours ${String(length / HOUR)} --faults ${kinds} ${more}`.trimEnd();
}
