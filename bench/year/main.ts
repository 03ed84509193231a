import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { Progress } from '../progress.js';
import { spread, type Spread } from '../statistics.js';
import { Year, type Day, type YearOptions } from './year.js';

/*
 * A year of many users on a simulated clock and a real LevelDB: whether the disk and the latencies stay flat once the
 * retention has passed. `npm run year -- --days 365`.
 */

const WRONG_USAGE = 64;
const MEGA = 1_000_000;

interface Options extends Omit<YearOptions, 'directory'> {
  readonly json: boolean;
  readonly directory?: string;
}

/** What the days after the retention have shown. */
interface Flatness {
  readonly disk: Spread | undefined;
  readonly openingP99: Spread | undefined;
  readonly weekP99: Spread | undefined;
  /** The median of the last third of these days by that of the first third. */
  readonly diskGrowth: number;
  readonly openingGrowth: number;
  readonly weekGrowth: number;
}

async function main(argv: readonly string[]): Promise<number> {
  const command = new Command('npm run year --')
    .description('run a daemon for a simulated year, and measure its disk and its latencies day by day')
    .option('--days <number>', 'how many', whole, 365)
    .option('--users <number>', 'how many', whole, 10_000)
    .option('--sessions <number>', 'of each user, a day', whole, 4)
    .option('--nodes <number>', 'how many', whole, 100)
    .option('--retention <days>', 'of sessions', whole, 30)
    .option('--flip-retention <days>', 'of flips, two or more', twoOrMore, 30)
    .option('--directory <path>', 'where the store is; a temporary one by default')
    .option('--json', 'all days as JSON on standard output', false)
    .exitOverride();
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    throw error;
  }
  const { json, directory: given, ...options } = command.opts<Options>();
  const directory = given ?? mkdtempSync(path.join(tmpdir(), 'heartbeat-year-'));
  const progress = new Progress(process.stderr);
  const say = (event: string, fields?: object): void => {
    progress.note(`${event} ${JSON.stringify(fields ?? {})}`);
  };
  const quiet = (): void => undefined;
  try {
    const year = new Year({ ...options, directory }, { error: say, warn: say, info: quiet, debug: quiet });
    const days: Day[] = [];
    if (!json) process.stdout.write(`${HEAD}\n`);
    for await (const day of year.days()) {
      days.push(day);
      progress.show(`day ${String(day.day)} of ${String(options.days)}: ${rowOf(day)}`);
      if (!json && isShown(day, options.days)) {
        progress.clear();
        process.stdout.write(`${rowOf(day)}\n`);
      }
    }
    progress.clear();
    const flatness = flatnessOf(days.filter(({ day }) => day > options.retention + 1));
    process.stdout.write(json ? `${JSON.stringify({ options, days, flatness })}\n` : `${textOf(flatness)}\n`);
    return 0;
  } finally {
    if (given === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

const HEAD = '  day   opened     stored   disk MB   opening p50 ms   p99 ms   week p99 ms   RSS MB';

/** About thirty rows. */
function isShown({ day }: Day, days: number): boolean {
  return day === 1 || day === days || day % Math.max(1, Math.round(days / 30)) === 0;
}

function rowOf({ day, opened, stored, disk, openingP50, openingP99, weekP99, rss }: Day): string {
  return [
    String(day).padStart(5),
    String(opened).padStart(8),
    String(stored).padStart(10),
    (disk / MEGA).toFixed(1).padStart(9),
    openingP50.toFixed(1).padStart(16),
    openingP99.toFixed(1).padStart(8),
    weekP99.toFixed(1).padStart(13),
    (rss / MEGA).toFixed(0).padStart(8),
  ].join(' ');
}

function flatnessOf(days: readonly Day[]): Flatness {
  const third = Math.max(1, Math.floor(days.length / 3));
  const growth = (of: (day: Day) => number): number =>
    (spread(days.slice(-third).map(of))?.median ?? NaN) /
    (spread(days.slice(0, third).map(of))?.median ?? NaN);
  const [disk, openingP99, weekP99] = [
    (day: Day) => day.disk,
    (day: Day) => day.openingP99,
    (day: Day) => day.weekP99,
  ] as const;
  return {
    disk: spread(days.map(disk)),
    openingP99: spread(days.map(openingP99)),
    weekP99: spread(days.map(weekP99)),
    diskGrowth: growth(disk),
    openingGrowth: growth(openingP99),
    weekGrowth: growth(weekP99),
  };
}

function textOf({ disk, openingP99, weekP99, ...growth }: Flatness): string {
  const line = (what: string, found: Spread | undefined, scale: number, by: number): string =>
    found === undefined
      ? `${what}: no days after the retention`
      : `${what}: ${[found.median, found.min, found.max].map((value) => (value / scale).toFixed(1)).join(' / ')}; last third by first third: ${by.toFixed(2)}`;
  return [
    'After the retention, median / min / max of a day:',
    line('disk in MB', disk, MEGA, growth.diskGrowth),
    line('p99 of an opening in ms', openingP99, 1, growth.openingGrowth),
    line('p99 of reading a week in ms', weekP99, 1, growth.weekGrowth),
  ].join('\n');
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number above 0.');
  return value;
}

/** The uptime of a day is stored before its flips may go. */
function twoOrMore(text: string): number {
  const value = whole(text);
  if (value < 2) throw new InvalidArgumentError('Two or more.');
  return value;
}

process.exitCode = await main(process.argv.slice(2));
