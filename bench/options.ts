import { Command, CommanderError, InvalidArgumentError } from 'commander';

export interface BenchOptions {
  /** Names of rows; all if empty. */
  readonly only: readonly string[];
  readonly list: boolean;
  readonly quick: boolean;
  readonly rounds: number | undefined;
  /** Where the JSON is written: a file, `-` for standard output, undefined for the default. */
  readonly json: string | undefined;
  readonly markdown: boolean;
  /** Shows the results of an earlier run without measuring. */
  readonly from: string | undefined;
}

/** The command line is invalid, or asks for help. The text has been printed already. */
export class Usage extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('usage');
    this.exitCode = exitCode;
  }
}

const WRONG_USAGE = 64;

/**
 * @param rows the existing names
 * @param complain gets the problems of the command line
 * @throws Usage
 */
export function readOptions(
  argv: readonly string[],
  rows: readonly string[],
  complain: (text: string) => void = (text) => process.stderr.write(text),
): BenchOptions {
  const command = new Command('npm run bench --')
    .description('measure the daemon and its peers alternately')
    .option(
      '--only <row>',
      'measure this row; repeatable',
      (name: string, names: string[]) => {
        if (!rows.includes(name)) throw new InvalidArgumentError(`The rows are ${rows.join(', ')}.`);
        return [...names, name];
      },
      [],
    )
    .option('--list', 'list the rows without measuring', false)
    .option(
      '--quick',
      'fewer and shorter rounds, smaller populations: a smoke test, not a measurement',
      false,
    )
    .option(
      '--rounds <number>',
      'rounds of alternate measurements (default: 5, quick: 2)',
      (text: string) => {
        if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 999.');
        return Number(text);
      },
    )
    .option('--json <file>', 'file for the results, - for standard output (default: bench/results/)')
    .option('--markdown', 'print the table in Markdown, as in docs/performance.md', false)
    .option('--from <file>', 'show the results of this file without measuring')
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
