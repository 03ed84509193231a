import { mkdirSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { findLeaks, type LeakReport } from './leaks.js';

/*
 * Puts all kinds of load on a daemon for some minutes, and shows by its heap that it leaks nothing:
 * `npm run leaks -- --minutes 10`.
 */

const CROWD = { users: 2_000, nodes: 200 };
const WARM_UP = 4;
const WRONG_USAGE = 64;

interface Options {
  readonly minutes: number;
  readonly json: boolean;
  readonly keep?: string;
}

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const command = new Command('npm run leaks --')
    .description('put all kinds of load on a daemon, and count what stays in its heap')
    .option('--minutes <number>', 'how long', minutes, 5)
    .option('--json', 'the counts as JSON on standard output', false)
    .option('--keep <directory>', 'keep both heap snapshots there')
    .exitOverride();
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    throw error;
  }
  const { minutes: time, json, keep } = command.opts<Options>();
  if (keep !== undefined) mkdirSync(keep, { recursive: true });
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  say('warming up');
  let until = Infinity;
  const report = await findLeaks({
    ...CROWD,
    warmUp: WARM_UP,
    module: true,
    keep,
    say,
    goesOn: (rounds) => {
      if (rounds === 0) until = performance.now() + time * 60_000;
      return performance.now() < until;
    },
  });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : textOf(report));
  return report.grown.length === 0 ? 0 : 1;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 10_000)) throw new InvalidArgumentError('A number of minutes above 0.');
  return value;
}

function textOf({ rounds, requests, classes, handles, parts, grown }: LeakReport): string {
  const line = (name: string, before: string, after: string): string =>
    `${name.padEnd(28)}${before.padStart(10)}${after.padStart(10)}\n`;
  const counts = [...classes, ...handles, ...parts];
  const changed = counts.filter(({ before, after }) => before !== after);
  const same = counts.length - changed.length;
  const verdict =
    grown.length === 0
      ? 'No leak: all counts returned to their former values, within bounds.'
      : `Grown beyond the bounds: ${grown.map(({ name }) => name).join(', ')}.`;
  return (
    `${String(rounds)} rounds, ${String(requests)} requests. Objects in the idle heap before and after:\n\n` +
    line('', 'before', 'after') +
    changed.map(({ name, before, after }) => line(name, String(before), String(after))).join('') +
    `\n${String(same)} other kinds of objects are as many as before.\n${verdict}\n`
  );
}
