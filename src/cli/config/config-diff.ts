import { problemText } from '../api/request-problem.js';
import { reaching } from '../daemon/reaching.js';
import { ANSWERED_NO, FAILED, SUCCESS, WRONG_CONFIGURATION } from '../exit-codes.js';
import { printable } from '../output/printable.js';
import { createClient } from '../../client/api/index.js';
import type { Answers } from '../../client/api/contract/types.js';

interface ConfigDiffOptions {
  /** Where the daemon is. */
  readonly url: string;
  readonly key: string | undefined;
  readonly json: boolean;
  /** The file that this command would read, if one was named. */
  readonly file: string | undefined;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

type Diff = Answers['configurationDiff'];

/**
 * Asks the daemon what a reload would do, and prints it.
 *
 * @returns the exit code: 0 nothing, 1 the daemon does not say, 2 something, 78 its configuration is wrong
 */
export async function configDiff(options: ConfigDiffOptions): Promise<number> {
  const { url, key, json, file, stdout, stderr } = options;
  const client = createClient({ ...reaching(url), key });
  let diff: Diff;
  try {
    diff = await client.configurationDiff();
  } catch (error) {
    stderr.write(problemText(error));
    return FAILED;
  } finally {
    await client.close();
  }
  if (file !== undefined && diff.file !== file)
    stderr.write(printable(`heartbeat: the daemon reads ${diff.file ?? 'no file'}, and not ${file}\n`));
  if (json) stdout.write(`${JSON.stringify(inSnakeCase(diff), null, 2)}\n`);
  else if (diff.problems.length === 0) stdout.write(printable(asText(diff)));
  if (diff.problems.length > 0) {
    if (!json) stderr.write(printable(diff.problems.map((problem) => `${problem}\n`).join('')));
    return WRONG_CONFIGURATION;
  }
  return diff.options.length + totalOf(diff) > 0 ? ANSWERED_NO : SUCCESS;
}

function inSnakeCase({ nodeCounts, ...diff }: Diff): object {
  return { ...diff, node_counts: nodeCounts };
}

function totalOf({ nodeCounts }: Diff): number {
  const { added, adopted, changed, removed, released } = nodeCounts;
  return added + adopted + changed + removed + released;
}

function asText(diff: Diff): string {
  const { options, nodes } = diff;
  const total = totalOf(diff);
  if (options.length + total === 0) return 'a reload changes nothing\n';
  const ofOptions = options.map(({ option, change, from, to, applies }) => {
    const values = from === undefined ? '' : `: ${from} -> ${to ?? ''}`;
    return `${change.padEnd(8)}  ${option}${values}${applies === 'restart' ? ' (needs a restart)' : ''}`;
  });
  const ofNodes = nodes.map(({ node, change, settings }) => {
    const which = settings.length > 0 ? `: ${settings.join(', ')}` : '';
    return `${change.padEnd(8)}  node ${node}${which}`;
  });
  const more = total > nodes.length ? [`and ${total - nodes.length} more nodes`] : [];
  return [...ofOptions, ...ofNodes, ...more].map((line) => `${line}\n`).join('');
}
