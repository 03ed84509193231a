import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { FAULT_KINDS, type FaultKind } from './world/faults.js';

/** The options of the command line. */
export interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly hours: number;
  readonly faults: readonly FaultKind[] | 'chosen';
  /** The name of a planted fault; `list` shows them. */
  readonly plant: string | undefined;
  readonly shrink: boolean;
  readonly clients: number | undefined;
  readonly json: boolean;
}

const LAST_SEED = 2 ** 32 - 1;

export class WrongOptions extends Error {}

/** @returns undefined after showing the help @throws WrongOptions */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const command = new Command('npm run simulate --')
    .description(
      'runs the whole daemon on simulated time, under faults that the seed decides, and judges it by its promises',
    )
    .option('--seed <number>', 'the first seed', whole(0, LAST_SEED), 1)
    .option('--seeds <number>', 'how many seeds, one after the other', whole(1, 1_000_000), 1)
    .option('--hours <number>', 'simulated hours of each seed', hours, 0.1)
    .addOption(
      new Option(
        '--faults <kinds>',
        `all (each seed has some of them), none, or just these of ${FAULT_KINDS.join(', ')}`,
      )
        .argParser(faultsOf)
        .default('chosen', 'all'),
    )
    .option('--clients <number>', 'users, and nodes; otherwise the seed decides', whole(1, 10_000))
    .option(
      '--plant <name>',
      'breaks the daemon in one place, and stops at the first seed that finds it; or list',
    )
    .option('--no-shrink', 'tell the story of a failing seed as it is, without making it smaller')
    .option('--json', 'the summary as JSON', false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new WrongOptions(error.message);
  }
  const options = command.opts<Options>();
  if (options.seed + options.seeds - 1 > LAST_SEED)
    throw new WrongOptions(`The last seed is ${String(LAST_SEED)}: ask for fewer seeds.`);
  return options;
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`A whole number from ${String(least)} to ${String(most)}.`);
    return value;
  };
}

function hours(text: string): number {
  const value = /^[\d.]+$/.test(text) ? Number(text) : NaN;
  if (!(value > 0 && value <= 10_000)) throw new InvalidArgumentError('A number of hours above 0.');
  return value;
}

function faultsOf(text: string): readonly FaultKind[] | 'chosen' {
  if (text === 'all') return 'chosen';
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const kind = FAULT_KINDS.find((known) => known === name.trim());
    if (kind === undefined) throw new InvalidArgumentError(`There is no fault '${name}'.`);
    return kind;
  });
}
