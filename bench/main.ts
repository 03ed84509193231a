import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Interrupts } from '../src/cli/interrupts.js';
import { drawResults } from './chart/draw-results.js';
import { readOptions, Usage, type BenchOptions } from './options.js';
import { Progress } from './progress.js';
import { describeMachine } from './report/machine.js';
import { markdownText } from './report/markdown.js';
import { merged, parseResults, type Results, type RowResult } from './report/results.js';
import { tableText } from './report/table.js';
import { ROWS } from './rows/index.js';
import { runRow, type Manner } from './run-row.js';
import { installedTools, missingText } from './tools.js';

const RESULTS = fileURLToPath(new URL('results/', import.meta.url));
const NAMES = ROWS.map(({ name }) => name);
/** The exit code that shells use after Ctrl-C. */
const INTERRUPTED = 130;
/** Each server and tool that runs adds a listener. */
const LISTENERS = 64;

process.setMaxListeners(LISTENERS);
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = readOptions(argv, NAMES);
  } catch (error) {
    if (error instanceof Usage) return error.exitCode;
    throw error;
  }
  if (options.list) {
    const width = Math.max(...NAMES.map((name) => name.length));
    for (const { name, title } of ROWS) process.stdout.write(`${name.padEnd(width)}  ${title}\n`);
    return 0;
  }
  return options.from === undefined ? await measure(options) : show(options, options.from);
}

async function measure(options: BenchOptions): Promise<number> {
  const progress = new Progress(process.stderr);
  const interrupts = new Interrupts(process, () => process.exit(INTERRUPTED));
  const signal = interrupts.nextPhase();
  const over = (): boolean => signal.aborted;
  const tools = installedTools();
  const missing = missingText(tools);
  if (missing !== undefined) progress.note(missing);
  const manner: Manner = {
    quick: options.quick,
    rounds: options.rounds,
    tools,
    signal,
    say: (what) => {
      progress.show(what);
    },
    known: new Map(),
  };
  const file = options.json ?? join(RESULTS, options.quick ? 'quick.json' : 'latest.json');
  const machine = describeMachine();
  const done: RowResult[] = [];
  for (const row of ROWS) {
    if (over()) break;
    if (options.only.length > 0 && !options.only.includes(row.name)) continue;
    const result = await runRow(row, manner);
    progress.clear();
    if (over()) break;
    if (process.stderr.isTTY)
      progress.note(`${row.name}: ${result.failed ?? 'done'} (${String(result.took_s)} s)`);
    done.push(result);
    // After each row, so that an interrupted run keeps its results.
    if (file !== '-')
      store(file, {
        machine,
        rows: merged(NAMES, options.json === undefined ? (read(file)?.rows ?? []) : [], done),
      });
  }
  const results = { machine, rows: done };
  if (done.length > 0) print(options, results);
  interrupts.release();
  if (over()) return INTERRUPTED;
  return done.some(({ failed }) => failed !== undefined) ? 1 : 0;
}

function show(options: BenchOptions, file: string): number {
  const results = read(file);
  if (results === undefined) {
    process.stderr.write(`${file} holds no results of this bench\n`);
    return 1;
  }
  print(options, results);
  return 0;
}

function print(options: BenchOptions, results: Results): void {
  if (options.json === '-') process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else process.stdout.write(options.markdown ? markdownText(results) : tableText(results));
}

/** @returns undefined if the file does not exist, or no bench wrote it */
function read(file: string): Results | undefined {
  return existsSync(file) ? parseResults(readFileSync(file, 'utf8')) : undefined;
}

/** Also writes the chart beside it. */
function store(file: string, results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  const chart = drawResults(results);
  if (chart !== undefined) writeFileSync(file.replace(/(\.json)?$/, '.svg'), chart);
}
