import { createClient } from '../../client/api/index.js';
import { readText, whyUnreadable } from '../../config/named-files.js';
import { problemText } from '../api/request-problem.js';
import { reaching } from '../daemon/reaching.js';
import { ANSWERED_NO, FAILED, SUCCESS, WRONG_CONFIGURATION } from '../exit-codes.js';
import { printable } from '../output/printable.js';
import { bringOver } from './bring-over.js';
import { checksAt, fromHealthchecks } from './healthchecks.js';
import type { Imported } from './imported-node.js';
import { fromKuma } from './kuma.js';
import { importJson, importText } from './summary.js';

export interface ImportOptions {
  /** The daemon. */
  readonly url: string;
  readonly key: string | undefined;
  readonly isDryRun: boolean;
  readonly json: boolean;
}

/** @returns the exit code: 0 all is brought over, 1 something failed, 2 something has no counterpart */
export async function importHealthchecks(
  from: string,
  apiKey: string,
  options: ImportOptions,
): Promise<number> {
  try {
    return await bringAll(fromHealthchecks(await checksAt(from, apiKey)), options);
  } catch (error) {
    return failed(error);
  }
}

/** @returns the exit code: likewise, and 78 if the file is no backup */
export async function importKuma(path: string, options: ImportOptions): Promise<number> {
  try {
    const imported = kumaIn(path);
    if (!('problems' in imported)) return await bringAll(imported, options);
    process.stderr.write(printable(imported.problems.map((problem) => `${problem}\n`).join('')));
    return WRONG_CONFIGURATION;
  } catch (error) {
    return failed(error);
  }
}

function kumaIn(path: string): ReturnType<typeof fromKuma> {
  let text;
  try {
    text = readText(path);
  } catch (error) {
    return { problems: [`${path}: cannot be read: ${whyUnreadable(error)}`] };
  }
  return fromKuma(path, text);
}

async function bringAll(
  { nodes, ...others }: Imported,
  { url, key, isDryRun, json }: ImportOptions,
): Promise<number> {
  const client = createClient({ ...reaching(url), key });
  try {
    const { outcomes, brokenOff } = await bringOver(client, nodes, isDryRun);
    const done = { outcomes, isDryRun, ...others };
    process.stdout.write(json ? importJson(done) : printable(importText(done)));
    if (brokenOff !== undefined) {
      const left = `${outcomes.length} of ${nodes.length} nodes were looked at; the others were not touched`;
      process.stderr.write(printable(`heartbeat: ${left}: ${brokenOff.message}\n`));
      return FAILED;
    }
    if (outcomes.some(({ outcome }) => outcome === 'refused')) return FAILED;
    return others.leftOut.length > 0 ? ANSWERED_NO : SUCCESS;
  } finally {
    await client.close();
  }
}

function failed(error: unknown): number {
  process.stderr.write(problemText(error));
  return FAILED;
}
