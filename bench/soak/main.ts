import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Interrupts } from '../../src/cli/interrupts.js';
import { Usage } from '../options.js';
import { Progress } from '../progress.js';
import { describeMachine } from '../report/machine.js';
import { machineText } from '../report/table.js';
import { drawSoak } from './chart.js';
import { readSoakOptions, type SoakOptions } from './options.js';
import { soak, type SoakResult } from './soak.js';

/*
 * Puts everything on a daemon for hours, with kills, stalls, a full disk, outages of the provider and reloads, and judges
 * it by what it promises: `npm run soak -- --hours 24`.
 */

/** The exit code that shells use after Ctrl-C. */
const INTERRUPTED = 130;
/** Each client and process that runs adds a listener. */
const LISTENERS = 256;

process.setMaxListeners(LISTENERS);
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options: SoakOptions;
  try {
    options = readSoakOptions(argv);
  } catch (error) {
    if (error instanceof Usage) return error.exitCode;
    throw error;
  }
  const progress = new Progress(process.stderr);
  const interrupts = new Interrupts(process, () => process.exit(INTERRUPTED));
  const signal = interrupts.nextPhase();
  const result = await soak({
    ...options,
    signal,
    say: (text) => {
      progress.note(text);
    },
    show: (text) => {
      progress.show(text);
    },
  });
  interrupts.release();
  progress.clear();
  const caption = `${machineText(describeMachine())}; seed ${String(result.seed)}, ${String(result.steady_users)} steady users`;
  mkdirSync(dirname(options.chart), { recursive: true });
  writeFileSync(options.chart, drawSoak(result.samples, result.faults, caption));
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : textOf(result, options.chart));
  if (result.problems.first.length > 0) return 1;
  return signal.aborted ? INTERRUPTED : 0;
}

function textOf(result: SoakResult, chart: string): string {
  const { faults, growth, problems } = result;
  const kinds = [...new Set(faults.map(({ kind }) => kind))].sort();
  const counted = kinds.map(
    (kind) => `${String(faults.filter((fault) => fault.kind === kind).length)} ${kind}`,
  );
  const figures = growth.map(
    ({ name, first, last, isFlat }) =>
      `${name}: ${first.toFixed(1)} in the first quarter, ${last.toFixed(1)} in the last${isFlat ? '' : ': it grew'}`,
  );
  const wrong = Object.entries(problems.counts).map(([kind, count]) => `${kind}: ${String(count)}`);
  return [
    `${String(result.seconds)} s with seed ${String(result.seed)}, and these faults: ${counted.join(', ')}.`,
    `${String(result.heals)} heals of steady users, ${String(result.acknowledged_calls_compared)} acknowledged calls compared with the store, ${String(result.events)} events.`,
    `${String(result.failures_delivered)} failures; the slowest message came ${(result.slowest_alert_ms / 1000).toFixed(1)} s after its failure, outages included.`,
    ...(figures.length > 0 ? figures : ['The run was too short to say whether anything grows.']),
    ...(wrong.length > 0
      ? ['Wrong:', ...wrong, ...problems.first]
      : ['Nothing that was promised was broken.']),
    `Chart: ${chart}`,
    '',
  ].join('\n');
}
