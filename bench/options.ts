import { Command, CommanderError, InvalidArgumentError } from 'commander';

export interface BenchOptions {
  /** Names of rows; all of them if empty. */
  readonly only: readonly string[];
  readonly list: boolean;
  readonly quick: boolean;
  readonly rounds: number | undefined;
  /** Where the JSON goes: a file, `-` for standard output, undefined for where it always goes. */
  readonly json: string | undefined;
  readonly markdown: boolean;
  /** Shows the results of an earlier run, and measures nothing. */
  readonly from: string | undefined;
}

/** The command line cannot be understood, or asks for help. What there is to say has been said. */
export class Usage extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('usage');
    this.exitCode = exitCode;
  }
}

const WRONG_USAGE = 64;

/**
 * @param rows the names there are
 * @param complain told what is wrong with the command line
 * @throws Usage
 */
export function readOptions(
  argv: readonly string[],
  rows: readonly string[],
  complain: (text: string) => void = (text) => process.stderr.write(text),
): BenchOptions {
  const command = new Command('npm run bench --')
    .description('measures the daemon beside its peers, turn and turn about')
    .option(
      '--only <row>',
      'measure this row; may be given again',
      (name: string, names: string[]) => {
        if (!rows.includes(name)) throw new InvalidArgumentError(`The rows are ${rows.join(', ')}.`);
        return [...names, name];
      },
      [],
    )
    .option('--list', 'show what rows there are, and measure nothing', false)
    .option(
      '--quick',
      'fewer and shorter rounds, smaller populations: shows that it runs, not how fast',
      false,
    )
    .option(
      '--rounds <number>',
      'rounds of what is measured turn and turn about (default: 5, quick: 2)',
      (text: string) => {
        if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 999.');
        return Number(text);
      },
    )
    .option('--json <file>', 'where the results go, - for standard output (default: bench/results/)')
    .option('--markdown', 'print the table as the documents have it', false)
    .option('--from <file>', 'show the results in this file, and measure nothing')
    .allowExcessArguments(false)
    .configureOutput({ writeErr: complain })
    .exitOverride();
  try {
    const given = command.parse(argv, { from: 'user' }).opts<BenchOptions>();
    return { ...given, rounds: given.rounds, json: given.json, from: given.from };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new Usage(error.exitCode === 0 ? 0 : WRONG_USAGE);
  }
}
