import { readStandardInput, readText, whyUnreadable } from '../../config/named-files.js';
import { readNodes } from '../../config/nodes-file.js';
import { Emitter, type EmittedNode } from '../../client/emitter/emitter.js';
import { DaemonTarget } from '../../client/emitter/target.js';
import { createClient } from '../../client/api/index.js';
import { toMillis, toSeconds } from '../../domain/time.js';
import { reaching } from '../daemon/reaching.js';
import { Interrupts } from '../interrupts.js';
import type { EmitOptions } from './options.js';
import { emitProgress } from './progress.js';
import { isGood, summaryJson, summaryText } from './summary.js';

/** Sends heartbeats until the time is up or the user stops it. @returns the exit code */
export async function emit(options: EmitOptions, nodes: readonly EmittedNode[]): Promise<number> {
  const { url, key, json, interval, deadline, duration } = options;
  const interrupts = new Interrupts(process, () => process.exit(1));
  const progress = emitProgress(process.stderr, process.stderr.isTTY);
  const target = new DaemonTarget(createClient({ ...reaching(url), key, retries: 0 }));
  const emitter = new Emitter(
    nodes,
    { ...options, intervalMs: toMillis(interval), deadlineMs: toMillis(Math.min(deadline, interval)) },
    target,
    progress,
  );
  const begun = performance.now();
  try {
    progress.begin(() => emitter.report);
    const asked = interrupts.nextPhase();
    const timeIsUp = duration === undefined ? [] : [AbortSignal.timeout(toMillis(duration))];
    await emitter.run(AbortSignal.any([asked, ...timeIsUp]));
  } finally {
    progress.end();
    await target.close();
    interrupts.release();
  }
  const { report } = emitter;
  const show = json ? summaryJson : summaryText;
  process.stdout.write(show(url, toSeconds(performance.now() - begun), report));
  return isGood(report) ? 0 : 1;
}

/** In place of a file: standard input. */
const STANDARD_INPUT = '-';

/** Reads the list of nodes, or says what is wrong with it. */
export async function nodesIn(
  given: string,
): Promise<{ readonly nodes: readonly EmittedNode[] } | { readonly problems: readonly string[] }> {
  const path = given === STANDARD_INPUT ? 'standard input' : given;
  try {
    const text = given === STANDARD_INPUT ? await readStandardInput() : readText(path);
    const read = readNodes(path, text);
    if ('problems' in read) return read;
    if (read.nodes.length === 0) return { problems: [`${path}: has no nodes`] };
    return { nodes: read.nodes.map(({ node }) => node) };
  } catch (error) {
    return { problems: [`${path}: cannot be read: ${whyUnreadable(error)}`] };
  }
}
