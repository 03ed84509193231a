import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { Usage } from '../options.js';
import { chosenSeed } from '../../test/support/seeded-random.js';

const WRONG_USAGE = 64;
const [LEAST_HOURS, MOST_HOURS] = [0.05, 1_000];
const [LEAST_USERS, MOST_USERS] = [1_000, 1_000_000];

export interface SoakOptions {
  readonly hours: number;
  /** What happens when, and who does what. */
  readonly seed: number;
  /** Steady users; undefined for a third of what the machine can heal. */
  readonly users: number | undefined;
  /** Print the results as JSON on standard output. */
  readonly json: boolean;
  /** The chart. */
  readonly chart: string;
}

/**
 * @param complain gets the problems of the command line
 * @throws Usage
 */
export function readSoakOptions(
  argv: readonly string[],
  complain: (text: string) => void = (text) => process.stderr.write(text),
): SoakOptions {
  const command = new Command('npm run soak --')
    .description('put everything on a daemon for hours, with kills, stalls, a full disk and outages')
    .option('--hours <number>', 'how long; 0.1 are six minutes', within(LEAST_HOURS, MOST_HOURS), 1)
    .option('--seed <number>', 'repeat the faults of an earlier run', within(0, 2 ** 32 - 1))
    .option(
      '--users <number>',
      'steady users (default: as many as a third of the capacity heals)',
      within(LEAST_USERS, MOST_USERS),
    )
    .option('--json', 'the results as JSON on standard output', false)
    .option('--chart <file>', 'where the chart is written', 'bench/results/soak.html')
    .allowExcessArguments(false)
    .configureOutput({ writeErr: complain })
    .exitOverride();
  try {
    const given = command.parse([...argv], { from: 'user' }).opts<Partial<SoakOptions>>();
    const { hours = 1, seed = chosenSeed(), users, json = false, chart = '' } = given;
    return { hours, seed, users, json, chart };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new Usage(error.exitCode === 0 ? 0 : WRONG_USAGE);
  }
}

function within(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`A number from ${String(least)} to ${String(most)}.`);
    return value;
  };
}
